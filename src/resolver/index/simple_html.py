"""HTML pages, read as far as an index page goes: ``base``, ``meta`` and the anchors with their attributes.

The tokens of HTML are found as the HTML standard says, in one pass whose cost is linear in the page whatever
it holds (``html.parser`` of Python 3.11 is not, and 5 times slower); the tests hold the two against each
other.  What the attributes mean is in ``simple``.

Specifications: PEP 503 and https://html.spec.whatwg.org/multipage/parsing.html#tokenization
"""

from __future__ import annotations

import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = ["MAX_TAG", "TooManyParts", "decode", "tags"]

MAX_TAG = 64 * 1024  # characters: what is longer is passed over

_WANTED = frozenset({"a", "base", "meta"})

# Elements whose text is not parsed for tags.
_RAW = frozenset({"iframe", "noembed", "noframes", "script", "style", "textarea", "title", "xmp"})

# A quote that is never closed runs to the end of the page.
_NAME = r"[^\s/>][^\s/>=]*+"
_VALUE = r"""(?:"[^"]*+(?:"|\Z)|'[^']*+(?:'|\Z)|[^\s"'>][^\s>]*+|(?=>))"""
_TAG = re.compile(rf"<(/?[A-Za-z][^\s/>]*+)((?:[\s/]*+{_NAME}(?:\s*+=\s*+{_VALUE})?+)*+)[\s/]*+>")
_ATTRIBUTE = re.compile(rf"({_NAME})(?:\s*+=\s*+({_VALUE}))?+")
_TAG_START = re.compile(r"</?[A-Za-z]")
_COMMENT_END = re.compile(r"--!?>")

# In attributes a reference without a semicolon counts only if no letter, digit or "=" follows it.
_REFERENCE = re.compile(r"&(?:#[0-9]+;?|#[xX][0-9A-Fa-f]+;?|[A-Za-z][A-Za-z0-9]*(?:;|(?![=A-Za-z0-9])))")

_CHARSETS = re.compile(
    r"utf-?8|utf-?16(?:le|be)?|(?:us-)?ascii|iso-?8859-?\d+|latin-?1|(?:windows|cp)-?125\d|shift_jis|"
    r"euc-(?:jp|kr)|gb2312|gbk|gb18030|big5|koi8-[ru]",
    re.IGNORECASE,
)
_DECLARED = re.compile(rb"""<meta[^>]{0,200}?charset\s*=\s*["']?([A-Za-z0-9_-]{1,40})""", re.IGNORECASE)
_MARKS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))


class TooManyParts(ValueError):
    """A page has more tags and attributes than its reader wants to see."""


def tags(text: str, most: int = 1_000_000) -> Iterator[tuple[str, dict[str, str | None]]]:
    """Yield each start tag ``a``, ``base`` or ``meta``: its name and its attributes, unescaped once.

    Names of tags and attributes are in lower case; an attribute without a value has ``None``; of two of one
    name the first counts.  A page that ends within a tag or comment ends before it.  Raises
    ``TooManyParts`` where there are more than ``most`` tags of all kinds and attributes of these.
    """
    left = most
    unescaped: dict[str, str] = {}
    at = text.find("<")
    while at >= 0:
        left -= 1
        if left < 0:
            raise TooManyParts
        tag = _TAG.match(text, at, at + MAX_TAG)
        if tag is not None:
            name = tag[1].lower()
            if name in _WANTED:
                found = _ATTRIBUTE.findall(tag[2])
                left -= len(found)
                yield name, _attributes(found, unescaped)
            at = _after_raw_text(text, name, tag.end()) if name in _RAW else tag.end()
        elif _TAG_START.match(text, at):
            if len(text) <= at + MAX_TAG:
                return
            at = text.find(">", at + MAX_TAG)
        else:
            at = _after_markup(text, at)
        if at >= 0:
            at = text.find("<", at)


def _after_markup(text: str, at: int) -> int:
    """Return where the comment or declaration at ``at`` ends (-1: never), or the "<" that is mere text."""
    if text.startswith(("<!-->", "<!--->"), at):
        return at + 5
    if text.startswith("<!--", at):
        end = _COMMENT_END.search(text, at + 4)
        return -1 if end is None else end.end()
    return text.find(">", at) if text.startswith(("<!", "<?", "</"), at) else at + 1


def _after_raw_text(text: str, name: str, start: int) -> int:
    end = re.compile(rf"</{name}(?=[\s/>])", re.IGNORECASE).search(text, start)
    return -1 if end is None else end.start()


def _attributes(written: Iterable[tuple[str, str]], unescaped: dict[str, str]) -> dict[str, str | None]:
    found: dict[str, str | None] = {}
    for name, text in written:
        value = text[1:-1] if text[:1] in ("'", '"') else text
        if "&" in value:  # mostly a Requires-Python, of which a page repeats a few
            value = unescaped.get(value) or unescaped.setdefault(value, _unescape(value))
        found.setdefault(name.lower(), value if text else None)
    return found


def _unescape(value: str) -> str:
    from html import unescape  # noqa: PLC0415  # lazy: start-up time
    from html.entities import html5  # noqa: PLC0415  # lazy: start-up time

    def character(found: re.Match[str]) -> str:
        reference = found[0]
        return unescape(reference) if reference[1] == "#" else html5.get(reference[1:], reference)

    return _REFERENCE.sub(character, value)


def decode(body: bytes, content_type: str) -> str:
    """Return the text of a page: by its byte order mark, the charset of its Content-Type or of its ``meta``.

    A charset that no index should use, or an unknown one, counts as UTF-8.  Bytes that do not fit become
    U+FFFD.
    """
    for mark, charset in _MARKS:
        if body.startswith(mark):
            return body[len(mark) :].decode(charset, "replace")
    return body.decode(_charset(body, content_type), "replace")


def _charset(body: bytes, content_type: str) -> str:
    declared = re.search(r"""charset\s*=\s*["']?([^\s"';]+)""", content_type, re.IGNORECASE)
    if declared is None:
        in_page = _DECLARED.search(body, 0, 1024)
        # HTML standard: a meta element that could be read this way cannot be UTF-16.
        name = "" if in_page is None or in_page[1][:5].lower() == b"utf-1" else in_page[1].decode()
    else:
        name = declared[1]
    if not _CHARSETS.fullmatch(name):
        return "utf-8"
    from codecs import lookup  # noqa: PLC0415  # lazy: start-up time

    try:
        return lookup(name).name
    except LookupError:
        return "utf-8"
