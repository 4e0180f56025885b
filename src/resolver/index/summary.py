"""What the rules look at in a listing: its versions in order, and for each the traits of its files.

A listing has thousands of files, but few sorts of them: most versions have one wheel and one source
distribution with the same tags and the same Requires-Python as the version before.  So a file is a number, a
*trait* is what it has in common with others, a *shape* is the traits of the files of one version, and rules
are asked once a shape.  Nothing here depends on a target or on options.  What the rules are is in ``policy``
and ``catalog``, how a summary lies on disk in ``listing_form``.
"""

from __future__ import annotations

from _bisect import bisect_right

from resolver.model.distfile import InvalidFilename, split_sdist, split_wheel
from resolver.model.version import InvalidVersion, is_prerelease_key, version_key

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from resolver.model.distfile import DistFile

__all__ = ["Summary", "Trait", "summarise"]


class Trait:
    """What one sort of files has in common: all that a rule may ask, but for the time of the upload.

    ``tags`` is None for a source distribution; ``metadata`` tells whether the index serves that of the file.
    ``yanked`` is the reason, true where none is given, None where the file is not.
    """

    __slots__ = ("metadata", "requires_python", "tags", "yanked")

    def __init__(
        self, requires_python: str | None, tags: str | None, *, yanked: bool | str | None, metadata: bool
    ) -> None:
        self.requires_python = requires_python
        self.tags = tags
        self.yanked = yanked
        self.metadata = metadata


class Summary:
    """The versions of a listing, oldest first, as ``keys`` and ``texts``; ``finals`` is a mask.

    ``shapes`` are numbers of ``traits``, in the order of the files in the listing; ``runs`` are pairs, one
    number after the other: a shape, and how many versions in a row have it.  ``order`` holds the numbers of
    the files, version by version.  ``set_aside`` counts files whose names say nothing that can be used.
    """

    __slots__ = ("_starts", "finals", "keys", "order", "runs", "set_aside", "shapes", "texts", "traits")

    def __init__(  # noqa: PLR0913  # one parameter a fact
        self,
        *,
        keys: list[bytes],
        texts: list[str],
        finals: int,
        traits: Sequence[Trait],
        shapes: Sequence[Sequence[int]],
        runs: Sequence[int],
        order: Sequence[int],
        set_aside: int,
    ) -> None:
        self.keys = keys
        self.texts = texts
        self.finals = finals
        self.traits = traits
        self.shapes = shapes
        self.runs = runs
        self.order = order
        self.set_aside = set_aside
        self._starts: tuple[list[int], list[int]] | None = None

    def masks(self) -> list[int]:
        """Return for each shape the mask of the versions that have it."""
        masks = [0] * len(self.shapes)
        at = 0
        for shape, length in self._pairs():
            masks[shape] |= ((1 << length) - 1) << at
            at += length
        return masks

    def shape(self, version: int) -> int:
        """Return the number of the shape of ``version``."""
        return self.runs[2 * self._run(version)]

    def files(self, version: int) -> Sequence[int]:
        """Return the numbers of the files of ``version``, in the order of the listing."""
        run = self._run(version)
        versions, files = self._begins()
        count = len(self.shapes[self.runs[2 * run]])
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
                file += length * len(self.shapes[shape])
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
    rows, traits, set_aside = _rows(name, files)
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
    return Summary(
        keys=keys,
        texts=[rows[key].text for key in keys],
        finals=finals,
        traits=traits,
        shapes=list(shapes),
        runs=runs,
        order=[file for key in keys for file in rows[key].files],
        set_aside=set_aside,
    )


def _rows(name: str, files: Iterable[DistFile]) -> tuple[dict[bytes, _Row], list[Trait], int]:
    """Return the versions by key, the traits, and how many files had names that say nothing usable."""
    rows: dict[bytes, _Row] = {}
    spelt: dict[str, _Row | None] = {}
    traits: dict[tuple[object, ...], int] = {}
    found: list[Trait] = []
    set_aside = 0
    tags: str | None
    for number, file in enumerate(files):
        filename = file.filename
        try:
            if filename.endswith(".whl"):
                text, tags = split_wheel(filename, name)
            else:
                text, tags = split_sdist(filename, name), None
        except InvalidFilename:
            set_aside += 1
            continue
        row = spelt.get(text)
        if row is None:
            row = spelt[text] = _row(text, rows) if text not in spelt else None
            if row is None:
                set_aside += 1
                continue
        yanked = file.yanked or None
        metadata = bool(file.core_metadata)
        same = (file.requires_python, tags, yanked, metadata)
        trait = traits.get(same)
        if trait is None:
            trait = traits[same] = len(found)
            found.append(Trait(file.requires_python, tags, yanked=yanked, metadata=metadata))
        row.files.append(number)
        row.shape.append(trait)
    return rows, found, set_aside


def _row(text: str, rows: dict[bytes, _Row]) -> _Row | None:
    """Return the row of a version, which other spellings may share; None where the text is no version."""
    try:
        key = version_key(text)
    except InvalidVersion:
        return None
    row = rows.get(key)
    if row is None:
        row = rows[key] = _Row(text)
    return row
