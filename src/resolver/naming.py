"""What users write to name indexes, and to say which packages come from which.

An index is written as its URL or as ``NAME=URL``, a package that comes from one index only as
``PACKAGE=NAME``, a place with files as a URL or a path.  Here such texts are taken apart and checked; nothing
is looked at on disk.  What an index is asked is in ``index.pages``.
"""

from __future__ import annotations

from resolver.errors import InputError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = [
    "check_distinct",
    "check_url",
    "closest",
    "distance",
    "file_url",
    "is_close",
    "split_host",
    "split_index",
    "split_pin",
]

_NAME = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_."
_PLAIN = _NAME + b"/~:"
_LARGEST_PORT = 65_535


def split_index(text: str) -> tuple[str, str]:
    """Return name and URL of an index; the name is "" where none is given.

    >>> split_index("mine=https://index.example/simple"), split_index("https://index.example/?a=b")[0]
    (('mine', 'https://index.example/simple'), '')
    """
    name, equals, url = text.partition("=")
    named = equals and name and name.isascii() and not name.encode().translate(None, _NAME)
    return (name, url) if named else ("", text)


def split_pin(text: str) -> tuple[str, str]:
    """Return the normalised package and the name of its index.  Raises ``ValueError``.

    >>> split_pin("My.Package=mine")
    ('my-package', 'mine')
    """
    from resolver.model.names import InvalidName, normalise  # noqa: PLC0415  # lazy: start-up time

    package, equals, index = text.partition("=")
    if not equals or not index:
        raise ValueError("write it as PACKAGE=NAME, with the name of an index")
    try:
        return normalise(package), index
    except InvalidName as error:
        raise ValueError(str(error)) from None


def split_host(text: str) -> tuple[str, int | None]:
    """Return host and port of ``HOST`` or ``HOST:PORT``; None: every port.  Raises ``ValueError``.

    >>> split_host("Index.Example"), split_host("[::1]:8443"), split_host("::1")
    (('index.example', None), ('[::1]', 8443), ('[::1]', None))
    """
    if text.count(":") > 1 and not text.startswith("["):
        text = f"[{text}]"
    bracketed = text.startswith("[")
    host, _, rest = text.partition("]" if bracketed else ":")
    host, port = (f"{host}]", rest.removeprefix(":")) if bracketed else (host, rest)
    named = host.strip("[]")
    if not named or not named.isprintable() or any(c in "/@?#*[] " for c in named):
        raise ValueError("write it as HOST or HOST:PORT")
    if bool(port) != (":" in (rest if bracketed else text)) or (port and not _is_port(port)):
        raise ValueError(f"{port!r} is no port")
    return host.lower(), int(port) if port else None


def _is_port(text: str) -> bool:
    return text.isascii() and text.isdigit() and 0 < int(text[:6]) <= _LARGEST_PORT


def check_distinct(indexes: Iterable[str], pins: Iterable[str]) -> None:
    """Raise ``InputError`` where a name stands for two indexes, or a package is taken from two."""
    urls: dict[str, str] = {}
    for name, url in map(split_index, indexes):
        if name and urls.setdefault(name, url) != url:
            raise InputError(f"two indexes have the name {name!r}: give one of them another")
    chosen: dict[str, str] = {}
    for package, index in map(split_pin, pins):
        if chosen.setdefault(package, index) != index:
            raise InputError(f"{package} is to come from two indexes: {chosen[package]} and {index}")


def closest(name: str, known: Iterable[str]) -> str:
    """Return what to say behind a name that is unknown: the one that was meant, perhaps."""
    from difflib import get_close_matches  # noqa: PLC0415  # lazy: start-up time

    near = get_close_matches(name, sorted(known), 1)
    return f"; did you mean {near[0]!r}?" if near else ""


def is_close(one: str, other: str) -> bool:
    """Tell whether two names differ in few of their letters, or in "python" at an end."""
    bare = [each.removeprefix("python-").removesuffix("-python").replace("-", "") for each in (one, other)]
    shortest = min(len(one), len(other))
    return bare[0] == bare[1] or (shortest > 3 and distance(one, other) <= (1 if shortest < 7 else 2))


def distance(one: str, other: str) -> int:
    """Return how many letters must be added, removed, replaced or swapped with the next one."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, a in enumerate(one, 1):
        before, last, row = row, before, [i]
        for j, b in enumerate(other, 1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (a != b))
            if i > 1 and j > 1 and a == other[j - 2] and one[i - 2] == b:
                cost = min(cost, last[j - 2] + 1)
            row.append(cost)
    return row[-1]


def file_url(path: str) -> str:
    """Return the URL of an absolute ``path``, percent-encoded.

    >>> file_url("/srv/my wheels/")
    'file:///srv/my%20wheels/'
    """
    path = path.replace("\\", "/") if path[1:2] == ":" else path
    rooted = path if path.startswith("/") else f"/{path}"
    raw = rooted.encode("utf-8", "surrogateescape")
    if not raw.translate(None, _PLAIN):
        return f"file://{rooted}"
    from urllib.parse import quote_from_bytes  # noqa: PLC0415  # lazy: most paths need none

    return f"file://{quote_from_bytes(raw, '/~:')}"


def check_url(name: str, text: str, shown: str, *, local: bool = True) -> None:
    """Raise ``InputError`` unless ``text`` is an http(s) URL with a host or, where allowed, a file URL.

    ``name`` is what it is called, ``shown`` is it without credentials.
    """
    scheme, colon, rest = text.partition("://")
    strange = any(c.isspace() or not c.isprintable() for c in text)
    if local and scheme.lower() == "file" and colon:
        host, slash, _ = rest.partition("/")
        if host.lower() not in ("", "localhost") or not slash or strange:
            raise InputError(f"{name} {shown!r} is no file of this machine: write file:///folder")
        return
    if scheme.lower() not in ("http", "https") or not colon:
        raise InputError(f"{name} {shown!r} does not begin with https:// or http://")
    host = rest.split("/", 1)[0].rpartition("@")[2]
    if not host or host.startswith(":") or strange:
        raise InputError(f"{name} {shown!r} is no URL: it has no host, or blanks in it")
    address, bracket, rest = host.partition("]")
    if host[0] == "[" and not bracket:
        raise InputError(f"{name} {shown!r} is no URL: {host!r} lacks a closing bracket")
    port = (rest if bracket else address).partition(":")[2]
    if port and not (port.isascii() and port.isdigit() and int(port[:6]) <= _LARGEST_PORT):
        raise InputError(f"{name} {shown!r} is no URL: {port!r} is no port")
