"""What the rules look at in a listing: its versions in order, and for each the traits of its files.

A listing has thousands of files, but few sorts of them: most versions have one wheel and one source
distribution with the same tags and the same Requires-Python as the version before.  So a file is a number, a
*trait* is what it has in common with others, a *shape* is the traits of the files of one version, and rules
are asked once a shape.  All are numbers, so that a kept summary is used as it lies on disk.  Nothing here
depends on a target or on options.  What the rules are is in ``policy`` and ``catalog``, how a summary lies on
disk in ``listing_form``.
"""

from __future__ import annotations

from bisect import bisect_right

from resolver.model.filenames import InvalidFilename, split_sdist, split_wheel
from resolver.model.version import MAX_LENGTH, MAX_SEGMENTS, InvalidVersion, is_prerelease_key, version_key

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from resolver.model.distfile import DistFile

__all__ = ["SOURCE", "Summary", "summarise"]

SOURCE = ""
"""What stands for tags in the trait of a source distribution."""


class Summary:
    """The versions of a listing, oldest first, as ``keys`` and ``texts``; ``finals`` is a mask.

    ``said`` are pairs of Requires-Python and why a file was yanked (true where none says), ``tags`` those of
    wheels, and ``SOURCE``.  ``traits`` are threes, one number after the other: one of ``said``, one
    of ``tags``, and whether the index serves the metadata.  ``shapes`` are numbers of traits, in the order of
    the files in the listing; ``ends`` says where each begins and the last ends.  ``runs`` are pairs: a shape,
    and how many versions in a row have it.  ``order`` holds the numbers of the files, version by version.
    ``set_aside`` counts files whose names say nothing that can be used.
    """

    __slots__ = (
        "_starts",
        "ends",
        "finals",
        "keys",
        "order",
        "runs",
        "said",
        "set_aside",
        "shapes",
        "tags",
        "texts",
        "traits",
    )

    def __init__(  # noqa: PLR0913  # one parameter a fact
        self,
        *,
        keys: list[bytes],
        texts: list[str],
        finals: int,
        said: Sequence[tuple[str | None, bool | str | None]],
        tags: Sequence[str],
        traits: Sequence[int],
        shapes: Sequence[int],
        ends: Sequence[int],
        runs: Sequence[int],
        order: Sequence[int],
        set_aside: int,
    ) -> None:
        self.keys = keys
        self.texts = texts
        self.finals = finals
        self.said = said
        self.tags = tags
        self.traits = traits
        self.shapes = shapes
        self.ends = ends
        self.runs = runs
        self.order = order
        self.set_aside = set_aside
        self._starts: tuple[list[int], list[int]] | None = None

    def masks(self) -> list[int]:
        """Return for each shape the mask of the versions that have it."""
        masks = [0] * (len(self.ends) - 1)
        at = 0
        for shape, length in self._pairs():
            masks[shape] |= ((1 << length) - 1) << at
            at += length
        return masks

    def shape(self, version: int) -> int:
        """Return the number of the shape of ``version``."""
        return self.runs[2 * self._run(version)]

    def traits_of(self, shape: int) -> Sequence[int]:
        """Return the numbers of the traits of ``shape``."""
        return self.shapes[self.ends[shape] : self.ends[shape + 1]]

    def files(self, version: int) -> Sequence[int]:
        """Return the numbers of the files of ``version``, in the order of the listing."""
        run = self._run(version)
        versions, files = self._begins()
        shape = self.runs[2 * run]
        count = self.ends[shape + 1] - self.ends[shape]
        start = files[run] + (version - versions[run]) * count
        return self.order[start : start + count]

    def _run(self, version: int) -> int:
        return bisect_right(self._begins()[0], version) - 1

    def _begins(self) -> tuple[list[int], list[int]]:
        """Return for each run its first version, and where in ``order`` the files of that begin."""
        if self._starts is None:
            versions, files = [], []
            version = file = 0
            for shape, length in self._pairs():
                versions.append(version)
                files.append(file)
                version += length
                file += length * (self.ends[shape + 1] - self.ends[shape])
            self._starts = (versions, files)
        return self._starts

    def _pairs(self) -> Iterator[tuple[int, int]]:
        runs = iter(self.runs)
        return zip(runs, runs, strict=True)


class _Row:
    """What is gathered about one version while its files go by."""

    __slots__ = ("files", "shape", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        self.files: list[int] = []
        self.shape: list[int] = []


def summarise(name: str, files: Iterable[DistFile]) -> Summary:
    """Read the names of the ``files`` of package ``name``; cost linear in them."""
    sorts = _Sorts()
    rows, set_aside = _rows(name, files, sorts)
    keys = sorted(rows)
    finals = 0
    shapes: dict[tuple[int, ...], int] = {}
    runs: list[int] = []
    for number, key in enumerate(keys):
        if not is_prerelease_key(key):
            finals |= 1 << number
        shape = shapes.setdefault(tuple(rows[key].shape), len(shapes))
        if runs and runs[-2] == shape:
            runs[-1] += 1
        else:
            runs += (shape, 1)
    ends = [0]
    for traits in shapes:
        ends.append(ends[-1] + len(traits))
    return Summary(
        keys=keys,
        texts=[rows[key].text for key in keys],
        finals=finals,
        said=list(sorts.said),
        tags=list(sorts.tags),
        traits=[number for trait in sorts.traits for number in trait],
        shapes=[trait for traits in shapes for trait in traits],
        ends=ends,
        runs=runs,
        order=[file for key in keys for file in rows[key].files],
        set_aside=set_aside,
    )


class _Sorts:
    """The sorts of files met so far, and their numbers."""

    __slots__ = ("said", "tags", "traits")

    def __init__(self) -> None:
        self.said: dict[tuple[str | None, bool | str | None], int] = {}
        self.tags: dict[str, int] = {}
        self.traits: dict[tuple[int, int, int], int] = {}

    def trait(self, file: DistFile, tags: str) -> int:
        """Return the number of the trait of ``file``."""
        said, known = self.said, self.tags
        trait = (
            said.setdefault((file.requires_python, file.yanked or None), len(said)),
            known.setdefault(tags, len(known)),
            1 if file.core_metadata else 0,
        )
        return self.traits.setdefault(trait, len(self.traits))


def _rows(name: str, files: Iterable[DistFile], sorts: _Sorts) -> tuple[dict[bytes, _Row], int]:
    """Return the versions by key, and how many files had names that say nothing usable."""
    rows: dict[bytes, _Row] = {}
    spelt: dict[str, _Row | None] = {}
    set_aside = 0
    for number, file in enumerate(files):
        filename = file.filename
        try:
            if filename.endswith(".whl"):
                text, tags = split_wheel(filename, name)
            else:
                text, tags = split_sdist(filename, name), SOURCE
        except InvalidFilename:
            set_aside += 1
            continue
        row = spelt.get(text)
        if row is None:
            row = spelt[text] = _row(text, rows) if text not in spelt else None
            if row is None:
                set_aside += 1
                continue
        row.files.append(number)
        row.shape.append(sorts.trait(file, tags))
    return rows, set_aside


def _row(text: str, rows: dict[bytes, _Row]) -> _Row | None:
    """Return the row of a version, which other spellings may share; None for what is none, or too long."""
    if len(text) > MAX_LENGTH or text.count(".") >= MAX_SEGMENTS:
        return None
    try:
        key = version_key(text)
    except InvalidVersion:
        return None
    row = rows.get(key)
    if row is None:
        row = rows[key] = _Row(text)
    return row
