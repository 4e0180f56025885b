"""Repairs: what is meant by specifiers that were published broken.

Old packages on public indexes hold specifiers that no standard allows, and their publishers cannot be asked.
Each repair here is of a kind that was seen there, and means one thing only.  They are applied one after the
other until the text can be read, so that a text is changed no more than it must be, and those applied are
named.  What a user writes is never repaired.

Requirements are repaired by the same rules in ``requirement``, which passes the part before the marker.
Texts longer than ``MAX_LENGTH`` are not looked at.  Time is linear in the text.
"""

from __future__ import annotations

from resolver.model.specifiers import MAX_LENGTH, InvalidSpecifier, Specifiers

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["repaired_specifiers", "repairs"]

_DIGITS = "0123456789"


def repaired_specifiers(text: str) -> tuple[Specifiers, tuple[str, ...]]:
    """Return the specifiers that ``text`` means, and the repairs that this took, in words.

    Raises ``InvalidSpecifier`` (of the text as it is) where no repair helps.

    >>> specifiers, applied = repaired_specifiers(">=7.2.0<8.0.0,")
    >>> str(specifiers), applied
    ('<8.0.0,>=7.2.0', ('missing comma inserted',))
    """
    if len(text) > MAX_LENGTH:
        raise InvalidSpecifier(text)
    try:
        return Specifiers(text), ()
    except InvalidSpecifier as error:
        for better, applied in repairs(text):
            try:
                return Specifiers(better), applied
            except InvalidSpecifier:
                continue
        raise error from None


def repairs(text: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield ``text`` after one repair, after two, and so on, with the repairs in words."""
    applied: tuple[str, ...] = ()
    for repair, words in _REPAIRS:
        better = repair(text)
        if better != text:
            text = better
            applied = (*applied, words)
            yield text, applied


def _insert_commas(text: str) -> str:
    """``>=7.2.0<8.0.0`` -> ``>=7.2.0,<8.0.0``."""
    pieces = []
    start = 0
    for at in range(1, len(text)):
        if text[at] in "<>=~^!" and text[at - 1] in _DIGITS:
            pieces.append(text[start:at])
            start = at
    return ",".join([*pieces, text[start:]])


def _replace_tilde(text: str) -> str:
    """``!=~5.0`` -> ``!=5.0.*``."""
    first, *rest = text.split("!=~")
    return "!=".join([first, *(_with_star(part) for part in rest)])


def _with_star(text: str) -> str:
    version = _leading_version(text)
    return f"{version}.*{text[len(version) :]}" if version else f"~{text}"


def _remove_stars(text: str) -> str:
    """``>=1.9.*`` -> ``>=1.9``."""
    pieces = text.split(".*")
    for at, piece in enumerate(pieces[:-1]):
        if not _is_ordering(piece):
            pieces[at] += ".*"
    return "".join(pieces)


def _is_ordering(text: str) -> bool:
    """Whether ``text`` ends with ``<``, ``<=``, ``>`` or ``>=`` and a plain version."""
    before = text.rstrip("0123456789.")
    return before != text and before.rstrip(" \t").endswith(("<=", ">=", "<", ">"))


def _insert_dots(text: str) -> str:
    """``!=3.0*`` -> ``!=3.0.*``."""
    pieces = text.split("*")
    for at, piece in enumerate(pieces[:-1]):
        pieces[at] += ".*" if _ends_with_two_segments(piece) else "*"
    return "".join(pieces)


def _ends_with_two_segments(text: str) -> bool:
    """Whether ``text`` ends with two numbers and a dot between them."""
    before = text.rstrip(_DIGITS)
    return before != text and before.endswith(".") and before[-2:-1] in _DIGITS


def _remove_last_comma(text: str) -> str:
    stripped = text.rstrip()
    return stripped[:-1] if stripped.endswith(",") else text


def _name_zero(text: str) -> str:
    """``>dev`` -> ``>0.0.0dev``."""
    return text.replace(">dev", ">0.0.0dev")


def _remove_zeros(text: str) -> str:
    """``>=9.0.0a1.0`` -> ``>=9.0.0a1``."""
    pieces = text.split(".0")
    for at, piece in enumerate(pieces[:-1]):
        if not _ends_with_stage(piece):
            pieces[at] += ".0"
    return "".join(pieces)


def _ends_with_stage(text: str) -> bool:
    """Whether ``text`` ends with a number, a letter of PEP 440 and a number."""
    before = text.rstrip(_DIGITS)
    stage = before.rstrip("abcdeoprstv")
    return (
        before != text and before[len(stage) :] in ("a", "b", "rc", "post", "dev") and stage[-1:] in _DIGITS
    )


def _remove_quotes(text: str) -> str:
    return text.replace("'", "").replace('"', "")


def _leading_version(text: str) -> str:
    """Return the numbers and dots that ``text`` begins with, up to the last number."""
    return text[: len(text) - len(text.lstrip("0123456789."))].rstrip(".")


_REPAIRS: tuple[tuple[Callable[[str], str], str], ...] = (
    (_insert_commas, "missing comma inserted"),
    (_replace_tilde, "stray tilde replaced by a wildcard"),
    (_remove_stars, "wildcard removed behind an ordering operator"),
    (_insert_dots, "missing dot inserted before a wildcard"),
    (_remove_last_comma, "trailing comma removed"),
    (_name_zero, "missing number inserted before dev"),
    (_remove_zeros, "trailing zero removed behind a pre-release"),
    (_remove_quotes, "stray quotes removed"),
)
