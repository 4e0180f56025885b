"""What was made of a listing and of metadata for one target, as bytes and back.

A note holds what the rules about files left of a listing (``judging``), which candidates each specifier that
was met admits, and what each candidate that was looked at requires (``requiring``), so that a later
resolution for the same target starts where this one ended.  Whether the listing is still the same is for who
keeps notes to know (``index.notebook``); what of a note is used is in ``offers``.

What is not asked for is not decoded.  The parts of the block are in ``_PARTS``; a requirement is a line, and
a candidate has the numbers of its lines.
"""

from __future__ import annotations

from bisect import bisect_left

from resolver.index.packing import (
    UTF8,
    cut,
    join_block,
    join_lines,
    optional,
    pack_numbers,
    read_optional,
    split_block,
    split_lines,
    text_or_none,
    unpack_numbers,
)
from resolver.model.distfile import DistFile
from resolver.model.requirement import Requirement

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    Required = tuple[Requirement, ...]

__all__ = ["FORMAT", "Note", "write_note"]

FORMAT = "note-6"  # another layout, or another way to judge files or to read metadata, is another number


class Note:
    """A note, read as far as somebody asks.

    ``count`` is the number of candidates; ``fitting``, ``only_yanked`` and ``finals`` are masks of them,
    ``yanks`` says whether any file was yanked; ``set_aside`` counts files whose names say nothing,
    ``state`` is what users should hear of the package.
    Raises ``ValueError`` or ``IndexError`` for bytes that are no note.
    """

    __slots__ = (
        "_candidates",
        "_ends",
        "_extras",
        "_lines",
        "_masks",
        "_numbers",
        "_parts",
        "_requirements",
        "_standing",
        "_text",
        "_text_ends",
        "count",
        "finals",
        "fitting",
        "only_yanked",
        "set_aside",
        "state",
        "yanks",
    )

    def __init__(self, content: bytes) -> None:
        parts = self._parts = split_block(content)
        count, set_aside, yanks, *state = split_lines(parts[_HEAD])
        self.count = int(count)
        self.set_aside = int(set_aside)
        self.yanks = yanks == "+"
        self.state = tuple(state)
        self.fitting = int.from_bytes(parts[_FITTING], "little")
        self.only_yanked = int.from_bytes(parts[_ONLY_YANKED], "little")
        self.finals = int.from_bytes(parts[_FINALS], "little")
        self._candidates = unpack_numbers(parts[_CANDIDATES])
        self._ends = unpack_numbers(parts[_ENDS])
        self._numbers = unpack_numbers(parts[_NUMBERS])
        self._text_ends = unpack_numbers(parts[_TEXT_ENDS])
        self._text: str | None = None
        self._lines: list[str] | None = None
        self._masks: dict[str, str] | None = None
        self._extras: dict[tuple[int, str], list[str]] | None = None
        self._standing: list[str] | None = None
        self._requirements: dict[int, Requirement] = {}

    def keys(self) -> list[bytes]:
        """Return the keys of the candidates."""
        return cut(self._parts[_KEYS], unpack_numbers(self._parts[_KEY_LENGTHS]))

    def text(self, candidate: int) -> str:
        """Return the version of a candidate, as the index writes it."""
        ends = self._text_ends
        return self._joined_texts()[ends[candidate] : ends[candidate + 1]]

    def texts(self) -> list[str]:
        """Return the versions of all candidates."""
        joined, ends = self._joined_texts(), self._text_ends
        return [joined[ends[number] : ends[number + 1]] for number in range(self.count)]

    def mask(self, specifiers: str) -> int | None:
        """Return which candidates ``specifiers`` (as written) admit, None where that was not noted."""
        if self._masks is None:
            written = iter(split_lines(self._parts[_MASKS]) if self._parts[_MASKS] else ())
            self._masks = dict(zip(written, written, strict=True))
        found = self._masks.get(specifiers)
        return None if found is None else int(found, 16)

    def masks(self) -> dict[str, int]:
        """Return all that ``mask`` knows."""
        self.mask("")
        assert self._masks is not None
        return {specifiers: int(written, 16) for specifiers, written in self._masks.items()}

    def required(self, candidate: int, extra: str) -> Required | None:
        """Return what a candidate requires, with ``extra`` what that adds; None where it was not noted."""
        if extra:
            row = self._of_extra(candidate, extra)
            return None if row is None else tuple([self._requirement(int(each)) for each in row[1:]])
        at = self._place(candidate)
        if at is None:
            return None
        numbers = self._numbers[self._ends[at] : self._ends[at + 1]]
        found = self._requirements
        return tuple([found[each] if each in found else self._requirement(each) for each in numbers])

    def provides(self, candidate: int, extra: str) -> bool | None:
        """Return whether the metadata of a candidate has ``extra``; None where that was not noted."""
        row = self._of_extra(candidate, extra)
        return None if row is None else row[0] == "+"

    def standing(self, candidate: int) -> DistFile | None:
        """Return the file that stands for a candidate, without address and digests, where it was noted."""
        at = self._place(candidate)
        if at is None:
            return None
        if self._standing is None:
            self._standing = split_lines(self._parts[_STANDING])
        filename, yanked, python = self._standing[3 * at : 3 * at + 3]
        return DistFile(
            filename,
            "",
            yanked=read_optional(yanked),
            requires_python=text_or_none(python),
        )

    def candidates(self) -> Sequence[int]:
        """Return the candidates whose requirements were noted, sorted."""
        return self._candidates

    def extras(self) -> Iterator[tuple[int, str]]:
        """Return the pairs of candidate and extra that were noted."""
        self._of_extra(0, "")
        assert self._extras is not None
        return iter(self._extras)

    def _joined_texts(self) -> str:
        text = self._text
        if text is None:
            text = self._text = self._parts[_TEXTS].decode(*UTF8)
        return text

    def _place(self, candidate: int) -> int | None:
        at = bisect_left(self._candidates, candidate)
        return at if at < len(self._candidates) and self._candidates[at] == candidate else None

    def _of_extra(self, candidate: int, extra: str) -> list[str] | None:
        if self._extras is None:
            extras: dict[tuple[int, str], list[str]] = {}
            for line in split_lines(self._parts[_EXTRAS]) if self._parts[_EXTRAS] else ():
                number, name, *row = line.split(" ")
                extras[int(number), name] = row
            self._extras = extras  # whole, since other threads may look
        return self._extras.get((candidate, extra))

    def _requirement(self, number: int) -> Requirement:
        found = self._requirements.get(number)
        if found is None:
            if self._lines is None:
                self._lines = split_lines(self._parts[_LINES])
            found = self._requirements[number] = Requirement.restored(self._lines[number].split("\t"))
        return found


def write_note(  # noqa: PLR0913  # one parameter a fact
    *,
    keys: Sequence[bytes],
    texts: Sequence[str],
    fitting: int,
    only_yanked: int,
    finals: int,
    yanks: bool,
    set_aside: int,
    state: Sequence[str],
    masks: Mapping[str, int],
    required: Mapping[tuple[int, str], Required],
    provided: Mapping[tuple[int, str], bool],
    standing: Mapping[int, DistFile],
) -> bytes:
    """Return a note of all this; ``required`` of candidates that ``standing`` lacks is left out."""
    from itertools import accumulate  # noqa: PLC0415  # lazy: who only reads does without

    size = len(keys) // 8 + 1
    lines: dict[str, int] = {}
    known = {key: found for key, found in required.items() if key[0] in standing and _is_plain(found)}
    candidates = sorted(candidate for candidate, extra in known if not extra)
    ends, numbers = [0], []
    for candidate in candidates:
        numbers += _numbered(known[candidate, ""], lines)
        ends.append(len(numbers))
    extras = [
        _of_extra(key, provided[key], _numbered(found, lines)) for key, found in known.items() if key[1]
    ]
    return join_block(
        [
            join_lines([str(len(keys)), str(set_aside), "+" if yanks else "-", *state]),
            "".join(texts).encode(*UTF8),
            pack_numbers([0, *accumulate(map(len, texts))]),
            pack_numbers([len(key) for key in keys]),
            b"".join(keys),
            fitting.to_bytes(size, "little"),
            only_yanked.to_bytes(size, "little"),
            finals.to_bytes(size, "little"),
            join_lines([text for item in masks.items() for text in (item[0], f"{item[1]:x}")]),
            join_lines(list(lines)),
            pack_numbers(candidates),
            pack_numbers(ends),
            pack_numbers(numbers),
            join_lines(extras),
            join_lines([text for candidate in candidates for text in _of_file(standing[candidate])]),
        ]
    )


#: Which part of the block is what.
(
    _HEAD,
    _TEXTS,
    _TEXT_ENDS,
    _KEY_LENGTHS,
    _KEYS,
    _FITTING,
    _ONLY_YANKED,
    _FINALS,
    _MASKS,
    _LINES,
    _CANDIDATES,
    _ENDS,
    _NUMBERS,
    _EXTRAS,
    _STANDING,
) = range(15)


def _of_extra(key: tuple[int, str], provided: bool, numbers: list[int]) -> str:  # noqa: FBT001  # a fact
    candidate, extra = key
    return " ".join([str(candidate), extra, "+" if provided else "-", *map(str, numbers)])


def _of_file(file: DistFile) -> tuple[str, str, str]:
    """Return what ``Note.standing`` gives out of a file."""
    return file.filename, optional(file.yanked), optional(file.requires_python)


def _is_plain(required: Required) -> bool:
    """Tell whether no line holds what separates the fields of one."""
    return not any("\t" in each.text for each in required)


def _numbered(required: Required, lines: dict[str, int]) -> list[int]:
    """Return the numbers of the lines of ``required``, new ones behind the others."""
    return [lines.setdefault("\t".join(each.stored()), len(lines)) for each in required]
