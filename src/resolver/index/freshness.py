"""May an answer be kept, and may it be used again: a small part of HTTP's caching rules, as pure functions.

Covered: ``max-age``, ``no-store``, ``no-cache``, ``immutable``, Age, ETag, Last-Modified, ``Vary: *``.  Left
out, which only costs requests: ``s-maxage`` (for shared caches; this one is private), Expires, heuristics and
serving stale answers.  Date is not looked at: time counts from when an answer came, by our clock, so that a
server's clock, right or wrong, makes nothing fresh.  Where records lie is in ``store``, who asks in
``cache``.

Specification: https://www.rfc-editor.org/rfc/rfc9111 and https://www.rfc-editor.org/rfc/rfc8246 (immutable)
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = [
    "ABSENT_FOR",
    "SERIAL",
    "Directives",
    "fresh_span",
    "is_fresh",
    "is_storable",
    "same_version",
    "validators",
    "went_back",
]

ABSENT_FOR = 60  # seconds that a 404 is believed at most: the package may be uploaded just now

SERIAL = "x-pypi-last-serial"
"""The header with the number of the last change to an index that a page knows of."""

_ALWAYS = float("-inf")  # before all times
_FOREVER = 1 << 31  # RFC 9111, 1.2.2: a number too large counts as this


class Directives:
    """The directives of a Cache-Control header that concern us; others are skipped (RFC 9111, 5.2.3)."""

    __slots__ = ("immutable", "max_age", "no_cache", "no_store")

    def __init__(self, text: str) -> None:
        self.no_store = self.no_cache = self.immutable = False
        self.max_age: int | None = None
        for part in text.lower().split(","):
            name, _, value = part.strip().partition("=")
            if name == "no-store":
                self.no_store = True
            elif name == "no-cache":  # with field names, too: RFC 9111, 5.2.2.4 allows to treat it so
                self.no_cache = True
            elif name == "immutable":
                self.immutable = True
            elif name == "max-age":
                # 4.2.1: of two that contradict each other the shorter; nonsense counts as stale.
                age = _seconds(value.strip('"'))
                self.max_age = age if self.max_age is None else min(age, self.max_age)


def _seconds(text: str) -> int:
    if not (text.isascii() and text.isdigit()):
        return 0
    return _FOREVER if len(text) > 9 else int(text)


def is_storable(status: int, headers: Mapping[str, str], *, partial: bool, promised: bool = False) -> bool:
    """Tell whether an answer may be kept; ``partial`` says whether a range was asked for.

    Kept are 200 answers, even those that nothing can make fresh again (``--offline`` can use them), 404 and
    410 for a short time, and ranges only of files that never change: ranges of two versions of a file must
    not be put together.  A file whose digest was ``promised`` never changes for who asks by that promise.
    """
    rules = Directives(headers.get("cache-control", ""))
    if rules.no_store or headers.get("vary", "").strip() == "*":
        return False
    if status == 206:
        return partial and (rules.immutable or promised)
    if status in (404, 410):
        return not rules.no_cache and rules.max_age != 0
    return status == 200


def is_fresh(status: int, headers: Mapping[str, str], *, stored: float, now: float) -> bool:
    """Tell whether an answer stored at ``stored`` may be used without asking the server."""
    since, until = fresh_span(status, headers, stored=stored)
    return since <= now < until


def fresh_span(status: int, headers: Mapping[str, str], *, stored: float) -> tuple[float, float]:
    """Return from when (included) until when an answer stored at ``stored`` may be used without asking.

    A record from the future (a clock was set back) is not fresh, unless its content cannot change.
    """
    rules = Directives(headers.get("cache-control", ""))
    since = _ALWAYS if rules.immutable else stored
    if rules.no_cache:
        return since, _ALWAYS
    if status in (404, 410):
        lifetime = ABSENT_FOR if rules.max_age is None else min(rules.max_age, ABSENT_FOR)
    elif rules.immutable and rules.max_age is None:
        return since, -_ALWAYS
    else:
        lifetime = rules.max_age or 0
    # 4.2.3: the time it lay in caches on the way counts.
    age = _seconds(headers.get("age", "0").strip())
    return since, stored + lifetime - age if age < lifetime else _ALWAYS


def validators(headers: Mapping[str, str]) -> dict[str, str]:
    """Return the request headers that ask "has it changed since?" (RFC 9110, 13.1); empty if nothing can."""
    asked = {}
    if "etag" in headers:
        asked["If-None-Match"] = headers["etag"]
    if "last-modified" in headers:
        asked["If-Modified-Since"] = headers["last-modified"]
    return asked


def same_version(kept: Mapping[str, str], confirmed: Mapping[str, str]) -> bool:
    """Tell whether a 304 with the headers ``confirmed`` speaks of the answer that was ``kept``.

    One with another entity tag does not (RFC 9111, 4.3.4): the answer must be fetched again.
    """
    tags = kept.get("etag"), confirmed.get("etag")
    return None in tags or _weak(tags[0]) == _weak(tags[1])


def went_back(kept: Mapping[str, str], sent: Mapping[str, str]) -> tuple[int, int] | None:
    """Return the serials of a page that was kept and of one that is sent now, if this one is the older."""
    before, now = (_seconds(headers.get(SERIAL, "").strip()) for headers in (kept, sent))
    return (before, now) if 0 < now < before else None


def _weak(tag: str | None) -> str:
    return (tag or "").removeprefix("W/")
