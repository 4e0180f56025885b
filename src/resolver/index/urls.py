"""URLs as text: their parts, who may see them, and where a redirect may lead.

Everything that shows or stores a URL goes through ``redacted`` or ``bare``.  Who is given which credentials
is decided in ``client`` and ``credentials``; requests are made in ``exchange``.  The standard
library's ``urllib.parse`` is imported only where a reference must be joined or quoted: it costs 12 ms.

Specification: https://www.rfc-editor.org/rfc/rfc3986
"""

from __future__ import annotations

from resolver.errors import SecurityRefusal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = [
    "Address",
    "InvalidUrl",
    "bare",
    "is_local",
    "is_loopback",
    "quoted",
    "redacted",
    "redirect_target",
    "split_url",
    "with_userinfo",
]

_PORTS = {"http": 80, "https": 443}
_LONGEST_HOST = 512  # characters, with its port: names end at 253, and IDNA takes its time
_SHOWN = 300  # a message is no place for more

_KEPT = "/%:=&?~#+!$,;'@()*[]-._"  # besides letters and digits: what is left of a target as it is
#: Targets of these need no quoting, and nearly all are such; a question mark may stand for what is not ASCII.
_PLAIN = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789" + _KEPT.replace("?", "").encode()


class InvalidUrl(ValueError):  # named as the model names such errors
    """The text is no http or https URL; the message does not repeat the text."""


class Address:
    """An http(s) URL in its parts: ``target`` is path and query, never empty; fragments are dropped."""

    __slots__ = ("host", "port", "scheme", "target", "userinfo")

    def __init__(self, scheme: str, userinfo: str, host: str, port: int, target: str) -> None:
        self.scheme = scheme
        self.userinfo = userinfo
        self.host = host
        self.port = port
        self.target = target

    @property
    def origin(self) -> str:
        """Scheme, host and port: what credentials belong to (RFC 6454)."""
        return f"{self.scheme}://{self.host}:{self.port}"

    @property
    def url(self) -> str:
        """The URL without credentials and fragment, and without a port that goes without saying."""
        port = "" if self.port == _PORTS[self.scheme] else f":{self.port}"
        return f"{self.scheme}://{self.host}{port}{self.target}"


def split_url(url: str) -> Address:
    """Take an http or https URL apart; scheme and host come back in lower case.

    Raises ``InvalidUrl`` for every other scheme, and where there is no host or the port is no number.

    >>> split_url("HTTPS://me:pw@Index.Example/simple/#top").url
    'https://index.example/simple/'
    """
    scheme, separator, rest = url.partition("://")
    scheme = scheme.lower()
    if not separator or scheme not in _PORTS:
        raise InvalidUrl("it does not begin with http:// or https://")
    rest = rest.partition("#")[0]
    authority, _, path = rest.partition("/")
    if "?" in authority:
        authority, _, query = rest.partition("?")
        path = f"?{query}"
    userinfo, _, place = authority.rpartition("@")
    host, port = _host_and_port(place, scheme)
    return Address(scheme, userinfo, host, port, f"/{path}")


def _host_and_port(place: str, scheme: str) -> tuple[str, int]:
    if len(place) > _LONGEST_HOST:
        raise InvalidUrl("its host is too long")
    if place.startswith("["):  # an IPv6 address
        inner, _, port = place.partition("]")
        host, port = f"{inner}]", port.removeprefix(":")
    else:
        host, _, port = place.partition(":")
    if not host or host == "[]" or " " in host or not host.isprintable():
        raise InvalidUrl("it names no host")
    if not port:
        return host.lower(), _PORTS[scheme]
    if not (port.isascii() and port.isdigit()) or len(port) > 5 or not 0 < int(port) < 65536:
        raise InvalidUrl("its port is not a number from 1 to 65535")
    return host.lower(), int(port)


def bare(url: str) -> str:
    """Return ``url`` without credentials and fragment: fit to be stored.  Raises ``InvalidUrl``."""
    return split_url(url).url


def with_userinfo(url: str, userinfo: str) -> str:
    """Return ``url`` (without credentials) with these.  Raises ``InvalidUrl``.

    >>> with_userinfo("https://index.example/simple/", "me:pw")
    'https://me:pw@index.example/simple/'
    """
    plain = bare(url)
    return plain.replace("://", f"://{userinfo}@", 1) if userinfo else plain


def redacted(url: str) -> str:
    """Return ``url`` as messages show it: no credentials, no query values, nothing unprintable, not too long.

    Queries are hidden because a signed link is a credential.  What stands before an ``@`` is hidden even in
    a path: somebody may have forgotten to quote a slash in a password.

    >>> redacted("https://me:secret@index.example/simple/?token=abc#sha256=00")
    'https://index.example/simple/?...'
    """
    try:
        shown = bare(url)
    except InvalidUrl:
        shown = url
    path, query, _ = shown.partition("?")
    scheme, separator, rest = path.partition("://")
    _, at, after = rest.rpartition("@")
    if at:
        path = f"{scheme}{separator}...@{after}"
    elif not separator:
        path = path.rpartition("@")[2]
    if not path.isprintable():
        path = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in path)
    if len(path) > _SHOWN:
        path = f"{path[:_SHOWN]}..."
    return f"{path}?..." if query else path


def is_local(url: str) -> bool:
    """Tell whether ``url`` is that of a file of this machine, or claims to be."""
    return url[:7].lower() == "file://"


def is_loopback(host: str) -> bool:
    """Tell whether ``host`` (of an ``Address``) can only be this machine: 127.0.0.0/8, ::1 or localhost."""
    if host in ("localhost", "[::1]"):
        return True
    octets = host.split(".")
    numbers = len(octets) == 4 and all(part.isascii() and part.isdigit() for part in octets)
    return numbers and octets[0] == "127"


def quoted(url: str) -> str:
    """Return ``url`` with what may not stand in a request line percent-encoded, and nothing decoded.

    A host that is not ASCII becomes its IDNA form.  Credentials and fragment are dropped.  Raises
    ``InvalidUrl``.
    """
    address = split_url(url)
    try:
        address.host = address.host.encode("idna").decode() if not address.host.isascii() else address.host
    except UnicodeError as error:
        raise InvalidUrl("its host is no valid name") from error
    if address.target.encode("ascii", "replace").translate(None, _PLAIN):
        from urllib.parse import quote  # noqa: PLC0415  # lazy: most targets need none

        try:
            # The bytes of a header that are not ASCII come as surrogates.
            address.target = quote(address.target, safe=_KEPT, errors="surrogateescape")
        except UnicodeError as error:
            raise InvalidUrl("it holds what is no character") from error
    return address.url


def redirect_target(
    current: str, location: str, insecure: Callable[[Address], bool] = lambda _: False
) -> str:
    """Return the URL (without credentials) to which an answer of ``current`` redirects.

    Relative references are resolved (RFC 9110, 10.2.2).  Raises ``SecurityRefusal`` for any scheme but https
    and http, and for a way from https to http, unless the new place may be ``insecure``.
    """
    from urllib.parse import urljoin  # noqa: PLC0415  # lazy: start-up time

    start = split_url(current)
    try:
        end = split_url(quoted(urljoin(start.url, location.strip())))
    except ValueError as error:  # InvalidUrl is one, and urljoin raises others
        raise SecurityRefusal(
            f"{redacted(current)} redirects to something that is no http or https address "
            f"({redacted(location)}). This was refused."
        ) from error
    if (start.scheme, end.scheme) == ("https", "http") and not insecure(end):
        raise SecurityRefusal(
            f"{redacted(current)} redirects from https to plain http ({redacted(location)}). This was "
            "refused, because anybody on the way could change the answer; "
            f"--trusted-host {end.host} allows it."
        )
    return end.url
