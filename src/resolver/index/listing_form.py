"""A listing as it lies on disk: what rules look at is ready to use, a file is made when it is asked for.

The cache keeps this instead of a page, under the same rules.  It depends on no target and on no option, so
that whoever resolves by whatever rules reads the same.  The parts of the block are in ``_Parts``; a file is a
line whose address leaves out what all have in common and the name that it ends in.
"""

from __future__ import annotations

from resolver.errors import IndexUnavailable, MetadataInvalid
from resolver.index.listing import Listing
from resolver.index.packing import (
    ORDER,
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
from resolver.index.summary import Summary
from resolver.model.distfile import DistFile

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from resolver.index.transport import Response

    _Said = tuple[str | None, bool | str | None]  # Requires-Python and why it was yanked

__all__ = ["FORM", "ListingForm", "compacted", "read_listing_form", "write_listing_form"]

FORM = f"listing-1-{ORDER}"  # another layout or another reading of names is another number


class ListingForm:
    """What is kept of a page (``transport.Form``): the listing that ``parse`` reads in it, if any."""

    __slots__ = ("_parse",)

    name = FORM

    def __init__(self, parse: Callable[[Response], Listing | None]) -> None:
        self._parse = parse

    def read(self, response: Response) -> Listing | None:
        """Return the listing; None for an answer that is none, or makes no sense."""
        try:
            return self._parse(response)
        except (IndexUnavailable, MetadataInvalid):
            return None

    def may_lie(self, value: object) -> bool:
        """Tell whether no link has a query: that of a signed link is a credential, and does not last."""
        assert isinstance(value, Listing)
        return not any("?" in file.url for file in value.files)

    def written(self, value: object) -> bytes:
        """Return a listing as bytes, by which it is held from now on: a fifth of what its files take."""
        assert isinstance(value, Listing)
        return compacted(value)


def compacted(listing: Listing) -> bytes:
    """Let ``listing`` be held by the bytes that are returned: a fifth of what its files take."""
    content = write_listing_form(listing)
    listing.rest_on(_Shelf(split_block(content), listing.summary))
    return content


def write_listing_form(listing: Listing) -> bytes:
    """Return all that there is to know of ``listing`` but that it is absent, which is no page."""
    summary = listing.summary
    files = listing.files
    base = _common_folder([file.url for file in files])
    said: dict[_Said, int] = {}
    lines = _lines(files, base, said)
    ends = [0]
    for line in lines:
        ends.append(ends[-1] + len(line))
    head = [
        listing.name,
        listing.url,
        listing.status,
        optional(listing.status_reason),
        optional(listing.plausible),
        listing.api_version,
        str(listing.dropped),
        base,
        str(summary.set_aside),
        *listing.drop_reasons,
    ]
    return join_block(
        [
            join_lines(head),
            join_lines(summary.texts),
            pack_numbers([len(key) for key in summary.keys]),
            b"".join(summary.keys),
            summary.finals.to_bytes(len(summary.keys) // 8 + 1, "little"),
            join_lines(_pairs_of(summary.said)),
            join_lines(summary.tags),
            pack_numbers(summary.traits),
            pack_numbers(summary.shapes),
            pack_numbers(summary.ends),
            pack_numbers(summary.runs),
            pack_numbers(summary.order),
            join_lines(_pairs_of(said)),
            pack_numbers(ends),
            b"".join(lines),
        ]
    )


def _pairs_of(said: Iterable[_Said]) -> list[str]:
    return [part for python, yanked in said for part in (optional(python), optional(yanked))]


def _common_folder(urls: Sequence[str]) -> str:
    """Return what all of ``urls`` begin with, up to a slash."""
    if not urls:
        return ""
    first, last = min(urls), max(urls)
    length = 0
    for one, other in zip(first, last, strict=False):
        if one != other:
            break
        length += 1
    return first[: first.rfind("/", 0, length) + 1]


def _lines(files: Sequence[DistFile], base: str, said: dict[_Said, int]) -> list[bytes]:
    """Return each file as a line."""
    rows = [_fields(file, base, said) for file in files]
    lines = ["\t".join(row) for row in rows]
    joined = "".join(lines)
    if joined.isascii() and "\\" not in joined and joined.count("\t") == sum(map(len, rows)) - len(rows):
        return [line.encode() for line in lines]
    return [join_lines(row, "\t") for row in rows]


def _fields(file: DistFile, base: str, said: dict[_Said, int]) -> list[str]:
    """Return what there is to know of a file; what files have in common goes into ``said``."""
    address = file.url[len(base) :]
    name = file.filename
    same = name and address.endswith(name)
    core = file.core_metadata
    fields = [
        name,
        f"+{address[: -len(name)]}" if same else f"={address}",
        "" if file.size is None else str(file.size),
        str(said.setdefault((file.requires_python, file.yanked), len(said))),
        optional(file.upload_time),
        optional(core) if core is None or isinstance(core, bool) else str(2 * len(core)),
    ]
    if core is not None and not isinstance(core, bool):
        for item in core.items():
            fields += item
    for item in file.hashes.items():
        fields += item
    return fields


def read_listing_form(content: bytes) -> Listing:
    """Return the listing of which ``write_listing_form`` made ``content``.

    Raises ``MetadataInvalid`` for what is none.
    """
    try:
        parts = split_block(content)
        head = split_lines(parts[_HEAD])
        shelf = _Shelf(parts, _summary(parts, int(head[8])))
        name, url, status, reason, plausible, version, _ = head[:7]
        dropped = int(head[6])
    except (ValueError, IndexError) as error:
        raise MetadataInvalid(f"What the cache holds is no listing: {error}.") from error
    said = read_optional(reason)
    return Listing(
        name,
        url=url,
        status=status,
        status_reason=said if isinstance(said, str) else None,
        plausible=plausible == "+",
        api_version=version,
        dropped=dropped,
        drop_reasons=head[9:],
        shelf=shelf,
    )


#: Which part of the block is what.
(
    _HEAD,
    _TEXTS,
    _KEY_LENGTHS,
    _KEYS,
    _FINALS,
    _SAME,
    _TAGS,
    _TRAITS,
    _SHAPES,
    _SHAPE_ENDS,
    _RUNS,
    _ORDER,
    _SAID,
    _ENDS,
    _LINES,
) = range(15)


#: Which field of a file's line is its time.
_TIME = 4


class _Shelf:
    """The files of a listing as they lie on disk (``listing.Shelf``)."""

    __slots__ = ("_base", "_ends", "_lines", "_said", "_written", "summary")

    def __init__(self, parts: Sequence[bytes], summary: Summary) -> None:
        self.summary = summary
        self._base = split_lines(parts[_HEAD])[7]
        self._ends = unpack_numbers(parts[_ENDS])
        self._lines = parts[_LINES]
        self._written = parts[_SAID]
        self._said: list[str] | None = None

    def __len__(self) -> int:
        return len(self._ends) - 1

    def upload_times(self) -> list[str | None]:
        return [text_or_none(self._fields(number)[_TIME]) for number in range(len(self))]

    def file(self, number: int) -> DistFile:
        if self._said is None:
            self._said = split_lines(self._written)
        filename, address, size, said, time, core, *digests = self._fields(number)
        ending = filename if address[0] == "+" else ""
        count = int(core) if core.isdigit() else 0
        pair = 2 * int(said)
        return DistFile(
            filename,
            f"{self._base}{address[1:]}{ending}",
            hashes=_pairs(digests[count:]),
            size=int(size) if size else None,
            requires_python=text_or_none(self._said[pair]),
            yanked=read_optional(self._said[pair + 1]),
            upload_time=text_or_none(time),
            core_metadata=_pairs(digests[:count]) if core.isdigit() else core == "+" if core else None,
        )

    def _fields(self, number: int) -> list[str]:
        return split_lines(self._lines[self._ends[number] : self._ends[number + 1]], "\t")


def _summary(parts: Sequence[bytes], set_aside: int) -> Summary:
    keys = cut(parts[_KEYS], unpack_numbers(parts[_KEY_LENGTHS]))
    same = split_lines(parts[_SAME])
    return Summary(
        keys=keys,
        texts=split_lines(parts[_TEXTS]) if keys else [],
        finals=int.from_bytes(parts[_FINALS], "little"),
        said=[(text_or_none(same[at]), read_optional(same[at + 1])) for at in range(0, len(same) - 1, 2)],
        tags=split_lines(parts[_TAGS]),
        traits=unpack_numbers(parts[_TRAITS]),
        shapes=unpack_numbers(parts[_SHAPES]),
        ends=unpack_numbers(parts[_SHAPE_ENDS]),
        runs=unpack_numbers(parts[_RUNS]),
        order=unpack_numbers(parts[_ORDER]),
        set_aside=set_aside,
    )


def _pairs(texts: Sequence[str]) -> Mapping[str, str]:
    rest = iter(texts)
    return dict(zip(rest, rest, strict=True))
