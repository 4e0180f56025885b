"""What a caller of the library gets: ``Resolution`` and its ``Pin``s.

Immutable attrs values, compared by value and picklable, made from the plain ``Answer`` when asked for: attrs
costs 35 ms of start-up, which a command that only prints does not pay.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence  # noqa: TC003  # attrs keeps the annotation
from os import PathLike  # noqa: TC003  # the same
from os.path import abspath
from types import MappingProxyType

import attrs

from resolver.formats import annotated, views
from resolver.formats.answer import Answer  # noqa: TC001  # the same
from resolver.model.names import normalise
from resolver.model.version import Version

TYPE_CHECKING = False
if TYPE_CHECKING:
    from resolver.formats.answer import Pinned
    from resolver.formats.graphs import Graph
    from resolver.model.distfile import DistFile

__all__ = ["File", "Pin", "Resolution"]


@attrs.frozen
class File:
    """A file of a pinned version; ``size`` in bytes, times and specifiers as the index writes them."""

    filename: str
    url: str
    size: int | None
    _hashes: dict[str, str] = attrs.field(hash=False)
    requires_python: str | None
    upload_time: str | None

    @property
    def hashes(self) -> Mapping[str, str]:
        """Return the digests by algorithm, in hexadecimal; read-only."""
        return MappingProxyType(self._hashes)

    @classmethod
    def of(cls, file: DistFile) -> File:
        """Make the public value of a file of the index."""
        return cls(
            file.filename,
            file.url,
            file.size,
            dict(file.hashes),
            file.requires_python,
            file.upload_time,
        )


class _Files:
    """The public values of files, made at the first look; with a cache that is where their page lies."""

    __slots__ = ("_made", "_source")

    def __init__(self, source: Iterable[DistFile]) -> None:
        self._source = source
        self._made: tuple[File, ...] | None = None

    def made(self) -> tuple[File, ...]:
        """Return them, always the same."""
        if self._made is None:
            self._made = tuple(File.of(file) for file in self._source)
            self._source = ()
        return self._made

    def __reduce__(self) -> tuple[object, ...]:
        return tuple, (self.made(),)


def _made(files: _Files | tuple[File, ...]) -> tuple[File, ...]:
    return files.made() if isinstance(files, _Files) else tuple(files)


@attrs.frozen
class Pin:
    """One package and the version it got.

    ``url`` is None for a package from an index.  ``requires`` are triples of requirement, name and version
    that fulfils it.  ``via`` says who wants the package: origins (``file:line``), then names of packages.
    """

    name: str
    version: Version
    extras: frozenset[str]
    url: str | None
    _files: _Files | tuple[File, ...] = attrs.field(alias="files", eq=_made, repr=False)
    requires: tuple[tuple[str, str, str], ...]
    via: tuple[str, ...]

    @property
    def files(self) -> tuple[File, ...]:
        """Return all files of the version, those that fit the target first.

        Made when first asked for: most callers look at few.  Where the cache was emptied meanwhile the index
        is asked again, which raises as ``resolve`` does, or ``IndexUnavailable`` where it has other versions
        by now; copying or pickling a pin makes them.
        """
        return _made(self._files)


def _public(pin: Pinned) -> Pin:
    return Pin(pin.name, Version(pin.version), pin.extras, pin.url, _Files(pin.files), pin.requires, pin.via)


@attrs.frozen
class Resolution:
    """The answer to a set of requirements: immutable, picklable, equal where the pins are."""

    _answer: Answer = attrs.field(eq=False, repr=False)
    _pins: dict[str, Pin]

    @classmethod
    def of(cls, answer: Answer) -> Resolution:
        """Make the public value of ``answer``."""
        return cls(answer, {pin.name: _public(pin) for pin in answer.pins})

    def __hash__(self) -> int:
        return hash(tuple(self._pins.values()))

    @property
    def pins(self) -> Mapping[str, Pin]:
        """Return the pins by normalised name, sorted by it; read-only."""
        return MappingProxyType(self._pins)

    @property
    def fixed(self) -> Mapping[str, Pin]:
        """Return what the pins need of packages that were fixed (``Options.fixed``); they have no files."""
        return MappingProxyType({pin.name: _public(pin) for pin in self._answer.fixed})

    @property
    def environment(self) -> Mapping[str, str]:
        """Return the eleven marker variables of the target that the pins hold for."""
        return MappingProxyType(dict(self._answer.variables))

    @property
    def warnings(self) -> tuple[str, ...]:
        """Return sentences about what is odd but did not stop the resolution."""
        return self._answer.warnings

    def to_requirements(  # noqa: PLR0913  # each is a choice of the caller's
        self,
        *,
        annotate: bool = True,
        hashes: bool = False,
        line: bool = False,
        extras: bool = False,
        indexes: bool = False,
        omitted: Iterable[str] = (),
    ) -> str:
        """Return the pins as a requirements file, one ``name==version`` a line, sorted by name.

        Who wants each pin is written below it, or with ``line`` behind it; ``hashes`` has those of all files,
        ``extras`` the extras that are wanted, ``indexes`` which index each pin is from.  Packages that are
        ``omitted`` are left out.  Raises ``OutputError`` where ``hashes`` are wanted and an index gives none.
        """
        style = annotated.Style(
            annotate=annotate,
            line=line,
            hashes=hashes,
            extras=extras,
            indexes=() if indexes else None,
            omitted=[normalise(name) for name in omitted],
        )
        return annotated.write(self._answer, style)

    def to_pylock(self, folder: str | PathLike[str] = "") -> str:
        """Return the pins as a lock file (PEP 751) that is to lie in ``folder``, by default where we are.

        Raises ``OutputError`` where no digest of a file is known: those of files of this machine and of
        archives by URL are found out by ``Options(generate_hashes=True)``.
        """
        from resolver.formats import pylock  # noqa: PLC0415  # lazy: one of several

        return pylock.write(self._answer, folder=abspath(folder))  # noqa: PTH100  # a text

    def to_pip_report(self) -> str:
        """Return the JSON document that ``pip install --dry-run --report`` writes, as far as it is known."""
        from resolver.formats import report  # noqa: PLC0415  # lazy: one of several

        return report.write(self._answer)

    def to_json(self) -> str:
        """Return the JSON document that ``--format json`` prints."""
        return views.solved(self._answer)

    def to_tree(
        self,
        *,
        invert: bool = False,
        packages: Sequence[str] = (),
        prune: Sequence[str] = (),
        depth: int | None = None,
        dedupe: bool = True,
    ) -> str:
        """Return the pins as the tree that ``resolver tree`` prints, without colour.

        What the arguments mean is said of ``graph``; without ``dedupe`` what several packages require is
        shown below each of them, which raises ``LimitReached`` beyond a million lines.
        """
        from resolver.formats import tree  # noqa: PLC0415  # lazy: rarely wanted

        graph = self.graph(invert=invert, packages=packages, prune=prune, depth=depth)
        return tree.write(graph, depth=depth, dedupe=dedupe)

    def to_dot(
        self,
        *,
        invert: bool = False,
        packages: Sequence[str] = (),
        prune: Sequence[str] = (),
        depth: int | None = None,
    ) -> str:
        """Return a graph in the language of Graphviz; what the arguments mean is said of ``graph``."""
        from resolver.formats import dot  # noqa: PLC0415  # lazy: rarely wanted

        return dot.write(self.graph(invert=invert, packages=packages, prune=prune, depth=depth))

    def to_mermaid(
        self,
        *,
        invert: bool = False,
        packages: Sequence[str] = (),
        prune: Sequence[str] = (),
        depth: int | None = None,
    ) -> str:
        """Return a flowchart in the language of Mermaid; what the arguments mean is said of ``graph``."""
        from resolver.formats import mermaid  # noqa: PLC0415  # lazy: rarely wanted

        return mermaid.write(self.graph(invert=invert, packages=packages, prune=prune, depth=depth))

    def to_html(self, *, title: str = "Resolution") -> str:
        """Return a page that shows the graph, and of each package why it is there; it needs nothing else."""
        from resolver.formats import page  # noqa: PLC0415  # lazy: rarely wanted

        return page.write(self._answer, title=title)

    def to_cyclonedx(self, *, title: str = "requirements", timestamp: str | None = None) -> str:
        """Return a bill of materials, CycloneDX 1.6 as JSON.

        ``title`` names what was resolved; without ``timestamp`` (RFC 3339) the same pins give the same text.
        """
        from resolver.formats import cyclonedx  # noqa: PLC0415  # lazy: rarely wanted

        return cyclonedx.write(self._answer, title=title, timestamp=timestamp)

    def graph(
        self,
        *,
        invert: bool = False,
        packages: Sequence[str] = (),
        prune: Sequence[str] = (),
        depth: int | None = None,
    ) -> Graph:
        """Return who requires what: ``nodes`` and ``edges`` by name, ``roots``, and what is ``direct``.

        ``invert`` has edges followed from what is required to what requires it; ``packages`` are where to
        begin, instead of what the user requires; ``prune`` are left out, with all that only they lead to;
        ``depth`` is how many edges to go at most.  Raises ``InputError`` for a package that is not pinned.
        """
        from resolver.formats.graphs import graph_of, shown  # noqa: PLC0415  # lazy: rarely wanted

        return shown(graph_of(self._answer), invert=invert, packages=packages, prune=prune, depth=depth)
