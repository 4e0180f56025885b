"""What an answer means by its status: something to the caller, another address, worth another try, an error.

How answers are come by is in ``exchange``, what pages and files mean in ``client``.

Specification: https://www.rfc-editor.org/rfc/rfc9110#section-15
"""

from __future__ import annotations

from resolver.errors import IndexUnavailable
from resolver.index.retry import retry_after
from resolver.index.transport import Response
from resolver.index.urls import redacted, redirect_target

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from resolver.index.trust import Hosts

__all__ = ["Transient", "final", "is_success", "meaning", "silent"]

_REDIRECTING = frozenset({301, 302, 303, 307, 308})
_ANSWERS = frozenset({304, 404, 410, 416})  # besides 2xx: answers that mean something to the caller
_RETRIED = frozenset({408, 429, 500, 502, 503, 504, 520, 521, 522, 523, 524, 527})


class Transient(Exception):  # never leaves the transport
    """A failure that another try may heal; ``wait`` is what the server asked for, if it did.

    ``is_far`` says that there is no way to the server from here, which seldom changes soon,
    ``is_slow`` that the try took long.
    """

    def __init__(  # noqa: PLR0913  # one parameter a fact
        self,
        message: str,
        *,
        url: str,
        status: int | None = None,
        wait: float | None = None,
        is_far: bool = False,
        is_slow: bool = False,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.url = url
        self.status = status
        self.wait = wait
        self.is_far = is_far
        self.is_slow = is_slow


def silent(url: str) -> Transient:
    """Return the failure of a server that does not answer."""
    return Transient(f"{redacted(url)} does not answer in time (see --timeout).", url=url, is_slow=True)


def final(failed: Transient, tries: int) -> IndexUnavailable:
    """Return the error for what failed at every one of ``tries``."""
    counted = f" Tried {tries} times." if tries > 1 else ""
    return IndexUnavailable(f"{failed.message}{counted}", url=redacted(failed.url), status=failed.status)


def is_success(status: int) -> bool:
    """Tell whether an answer's body is what was asked for."""
    return 200 <= status < 300


def meaning(url: str, status: int, headers: Mapping[str, str], now: float, insecure: Hosts) -> Response | str:
    """Return the answer without its body, which nobody wants, or the URL to which it redirects.

    A redirect may lead from https to plain http at the ``insecure`` hosts only.
    Raises ``Transient``, ``IndexUnavailable`` or ``SecurityRefusal``.
    """
    if status in _ANSWERS:
        return Response(url, status, headers, b"")
    if status in _REDIRECTING:
        return _location(url, status, headers, insecure)
    if status in _RETRIED:
        wait = retry_after(headers.get("retry-after"), now)
        raise Transient(_refusal(url, status), url=url, status=status, wait=wait)
    raise IndexUnavailable(_refusal(url, status), url=redacted(url), status=status)


def _location(url: str, status: int, headers: Mapping[str, str], insecure: Hosts) -> str:
    location = headers.get("location")
    if location is None:
        raise IndexUnavailable(
            f"{redacted(url)} redirects (status {status}) without saying where to.",
            url=redacted(url),
            status=status,
        )
    return redirect_target(url, location, insecure.include)


def _refusal(url: str, status: int) -> str:
    """Say what an answer with this status means."""
    place = redacted(url)
    if status in (401, 403):
        return (
            f"The index refuses access to {place} (status {status}). If it needs a login, give it in the "
            "index URL: https://user:password@host/..., in a netrc file, or by --keyring-provider subprocess."
        )
    if status == 407:
        return (
            f"The proxy on the way to {place} wants a login (status 407). Give it in the URL of the proxy: "
            "http://user:password@host:port"
        )
    if status == 429:
        return f"{place} answers that too many requests were sent (status 429). Try again later."
    if status in (426, 505):
        return (
            f"{place} wants another version of HTTP than 1.1 (status {status}), and no other is spoken here."
        )
    if status == 408 or status >= 500:
        return f"{place} answers with a failure of the server (status {status}). Try again later."
    hint = ""
    if status in (400, 495, 496) and place.startswith("https:"):  # nginx says it so
        hint = " If it wants to see a certificate, name one with --client-cert."
    return f"{place} answers with status {status}, which is no answer of a package index.{hint}"
