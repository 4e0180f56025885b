"""Links on index pages: from an ``href`` to the address of a file, its name and its hash.

Relative links are resolved and paths percent-encoded once, as pip does it, so that files mean the same to
both.  Addresses of requests, credentials and redirects are the business of ``urls``.

Specification: https://packaging.python.org/en/latest/specifications/simple-repository-api/ and RFC 3986
"""

from __future__ import annotations

import re

__all__ = [
    "HASHES",
    "LinkResolver",
    "UnusableLink",
    "filename_of",
    "fragment_hash",
    "quote_path",
    "quote_url",
    "without_userinfo",
]

HASHES = frozenset({"md5", "sha1", "sha224", "sha256", "sha384", "sha512"})

# Characters of a path that quoting leaves alone; a link of these needs no parsing, and nearly all are such.
_SAFE = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.~@/"
_WEB = ("https://", "http://")
_RESERVED = re.compile(r"(@|%2[Ff])")
_SPACE = " \t\n\r\f"


class UnusableLink(ValueError):
    """A link that leads to no file: the message continues "it" ("it has no ...")."""


class LinkResolver:
    """Resolves the links of one page against the page's address, or against its ``<base href>``.

    The address may carry credentials: they are not passed on to files.
    """

    __slots__ = ("_base", "_origin", "_parents", "_root", "_schemes")

    def __init__(self, base: str, page: str = "") -> None:
        self._base = without_userinfo(base)
        self._schemes = (*_WEB, f"{_scheme(page or base)}://")
        self._root, self._parents = _parents(self._base)
        self._origin = f"{self._root}/"

    def resolve(self, href: str) -> str:
        """Return the absolute address that ``href`` (without its fragment) leads to, percent-encoded.

        Raises ``UnusableLink`` for what is no address, or of a scheme that no index should use.
        """
        if href.startswith(self._origin):
            href = href[len(self._root) :]
        odd = href.encode("ascii", "replace").translate(None, _SAFE)
        if odd == b":" and href.startswith(_WEB) and "/." not in href:
            return href
        if odd or not href:
            return self._resolve_slowly(href)
        if href[0] == "/":
            plain = href[1:2] != "/" and "/." not in href
            return self._root + href if plain else self._resolve_slowly(href)
        up = 0
        while href.startswith("../", 3 * up):
            up += 1
        path = href[3 * up :]
        if not path or path[0] in "./" or "/." in path:
            return self._resolve_slowly(href)
        # RFC 3986, 5.2.4: what climbs above the root stays at the root.
        return self._parents[min(up, len(self._parents) - 1)] + path

    def _resolve_slowly(self, href: str) -> str:
        from urllib.parse import urljoin  # noqa: PLC0415  # lazy: start-up time

        try:
            address = quote_url(urljoin(self._base, href.strip(_SPACE)))
        except ValueError as error:  # urljoin on brackets that hold no IPv6 address
            raise UnusableLink("has an address that cannot be read") from error
        if not address.lower().startswith(self._schemes):
            raise UnusableLink(f"has an address that is neither http nor https ({address[:60]!a})")
        return address


def _scheme(url: str) -> str:
    scheme, separator, _ = url.partition("://")
    return scheme.lower() if separator else "https"


def without_userinfo(url: str) -> str:
    """Return ``url``, of any scheme, without credentials."""
    scheme, separator, rest = url.partition("://")
    end = _first(rest, "/?#", 0)
    return f"{scheme}{separator}{rest[:end].rpartition('@')[2]}{rest[end:]}" if separator else url


def _parents(base: str) -> tuple[str, list[str]]:
    """Return the origin of ``base``, and the directories that hold it, innermost first.

    >>> _parents("https://index.example/simple/six/")[1][1]
    'https://index.example/simple/'
    """
    plain = base.partition("#")[0].partition("?")[0]
    scheme, separator, rest = plain.partition("://")
    authority, _, path = rest.partition("/")
    root = f"{scheme}{separator}{authority}"
    steps = quote_path(f"/{path}").split("/")[:-1]
    return root, [root + "/".join(steps[:count]) + "/" for count in range(len(steps), 0, -1)]


def quote_url(url: str) -> str:
    """Return ``url`` with its path percent-encoded once; the rest stays as it is.

    >>> quote_url("https://index.example/a b/%2f?c=d e")
    'https://index.example/a%20b/%2F?c=d e'
    """
    scheme, separator, rest = url.partition("://")
    if not separator:
        scheme, rest = "", url
    end = _first(rest, "/?#", 0)
    stop = _first(rest, "?#", end)
    return f"{scheme}{separator}{rest[:end]}{quote_path(rest[end:stop])}{rest[stop:]}"


def _first(text: str, marks: str, start: int) -> int:
    return min((at for mark in marks if (at := text.find(mark, start)) >= 0), default=len(text))


def quote_path(path: str) -> str:
    """Percent-encode a path of which parts may be encoded already; an encoded slash stays one, ``@`` too.

    >>> quote_path("a b/%7Ec%2f@d")
    'a%20b/~c%2F@d'
    """
    from urllib.parse import quote, unquote_to_bytes  # noqa: PLC0415  # lazy: start-up time

    parts = _RESERVED.split(path)
    parts[::2] = [quote(unquote_to_bytes(part)) for part in parts[::2]]
    return "".join(part.upper() if at % 2 else part for at, part in enumerate(parts))


def filename_of(url: str) -> str:
    """Return the last segment of the path of ``url``, decoded exactly once; "" where it ends in a slash.

    >>> filename_of("https://index.example/f/torch-2.0%2Bcpu.tar.gz?project=torch")
    'torch-2.0+cpu.tar.gz'
    """
    segment = url[: _first(url, "?#", 0)].rpartition("/")[2]
    if "%" not in segment:
        return segment
    from urllib.parse import unquote  # noqa: PLC0415  # lazy: start-up time

    return unquote(segment)


def fragment_hash(fragment: str) -> tuple[str, str] | None:
    """Return algorithm and digest that the fragment of a file's address names, or ``None``.

    The digest is not checked: an empty one matches no file.

    >>> fragment_hash("subdirectory=src&sha256=00ff")
    ('sha256', '00ff')
    """
    for part in fragment.split("&"):
        algorithm, separator, digest = part.partition("=")
        if separator and algorithm in HASHES:
            return algorithm, digest
    return None
