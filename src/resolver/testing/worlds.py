"""Worlds: packages, their versions and their indexes, from a few lines of TOML, and ways to ask about them.

A world does not change, and nothing of it depends on the machine: without other options it is asked for
Python 3.12 on Linux.  What facts there are is in ``facts``; scenarios (a world, a question and what is
expected) are in ``scenarios``.
"""

from __future__ import annotations

from pathlib import Path

from resolver.channels import Channels
from resolver.engines import solve
from resolver.errors import InputError, ResolverError
from resolver.model.names import InvalidName, normalise
from resolver.model.requirement import Origin
from resolver.options import Options
from resolver.posing import read_constraints, read_requirement
from resolver.sources import OpenSource, open_source
from resolver.testing.facts import Release, Table, refused, text, texts
from resolver.testing.memory import MemorySource, WorldFetcher
from resolver.testing.outcomes import Outcome
from resolver.testing.serving import Server
from resolver.testing.sites import MEMORY, Site, SiteTransport

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from os import PathLike

    from resolver.bridge.index_provider import IndexProvider
    from resolver.index.source import Source
    from resolver.model.requirement import Requirement
    from resolver.vetting import Considered

    Packages = dict[str, dict[str, object]]

__all__ = ["World", "lines_of", "read_table"]

TARGET = {"python_version": "3.12", "python_platform": "linux"}
"""What is asked for where options do not say."""


class World:
    """Packages that indexes offer.

    >>> world = World.read('''
    ... [packages.app]
    ... "1.0" = ["lib>=2"]
    ... [packages.lib]
    ... "1.0" = {}
    ... "2.0" = { requires_python = ">=3.9" }
    ... "3.0" = { yanked = "broken" }
    ... ''')
    >>> world.resolve("app").pins
    {'app': '1.0', 'lib': '2.0'}
    >>> print(world.resolve("app", "lib<2").explanation)
    Because you require app and lib<2, and app 1.0 depends on lib>=2, your requirements cannot be satisfied.
    """

    def __init__(
        self,
        packages: Mapping[str, Mapping[str, object]] | None = None,
        *,
        indexes: Mapping[str, Mapping[str, Mapping[str, object]]] | None = None,
        states: Mapping[str, tuple[str, str]] | None = None,
    ) -> None:
        """Make a world of ``packages``, and those of further ``indexes`` by name; ``states`` as PEP 792.

        With ``indexes``, and be it none, the client that asks real ones asks these.
        """
        self.packages = packages or {}
        self.indexes = indexes
        self.states = states or {}

    @classmethod
    def read(cls, given: str | PathLike[str] | Mapping[str, object]) -> World:
        """Read a world: TOML as text, a file of it, or what that says as a dictionary.

        Raises ``InputError`` that names the place for what cannot be understood.
        """
        table = read_table(given)
        world = cls.taken(table)
        table.end(("packages", "indexes", "status"))
        return world

    @classmethod
    def taken(cls, table: Table) -> World:
        """Take what describes a world out of ``table``."""
        return cls(
            table.taken("packages", _packages) or {},
            indexes=table.taken("indexes", _indexes),
            states=table.taken("status", _states),
        )

    # -- ways to ask ---------------------------------------------------------------------------------------

    def resolve(
        self,
        *requirements: str,
        reject: Callable[[Considered], str | None] | None = None,
        patient: bool = True,
        **options: object,
    ) -> Outcome:
        """Resolve ``requirements`` here; ``options`` are fields of ``resolver.Options``.

        ``patient`` says that all is known without waiting; without it everything comes as over a network.
        Raises what ``Options`` raises; all else is the outcome.
        """
        wanted = [read_requirement(each) for each in requirements]
        return self.ask(wanted, (), self.options(**options), reject=reject, patient=patient)

    def ask(
        self,
        requirements: Iterable[Requirement],
        constraints: Iterable[Requirement],
        options: Options,
        *,
        reject: Callable[[Considered], str | None] | None = None,
        patient: bool = True,
    ) -> Outcome:
        """Resolve what was read already; ``constraints`` count besides those of ``options``."""
        all_constraints = [*constraints, *read_constraints(options)]
        if self.indexes is not None:
            transport = self.transport()
            channels, asked = Channels(transport=transport, reject=reject), transport.asked
        else:
            source = self.source(patient=patient)
            channels, asked = Channels(source=source, reject=reject), source.asked
        try:
            return Outcome(solve(list(requirements), all_constraints, options, channels), asked=asked)
        except ResolverError as error:
            return Outcome(None, error, asked)

    def options(self, **options: object) -> Options:
        """Return options for this world: those that are given, its indexes, and the usual target.

        Indexes are given by their names alone: the first one is the default, those that ``explicit_indexes``
        do not name are asked before it.
        """
        values = {**TARGET, **options}
        if self.indexes is not None:
            values |= self._places(options)
        return Options().replace(**values)

    def _places(self, options: Mapping[str, object]) -> dict[str, object]:
        named = texts(options.get("explicit_indexes", ()), "explicit_indexes")
        where = {name: f"{name}={MEMORY}/{name}/simple/" for name in self.indexes or ()}
        for name in named:
            if name not in where:
                raise InputError(f"explicit_indexes names {name}, an index that the world does not have")
        return {
            "index_url": f"{MEMORY}/simple/",
            "extra_index_urls": [where[name] for name in where if name not in named],
            "explicit_indexes": [where[name] for name in named],
        }

    # -- ways to stand for an index ------------------------------------------------------------------------

    def open(self, options: Options) -> Source:
        """Return a new source of this world.

        One index is in memory; with others, all are asked by the client that asks real ones.
        """
        if self.indexes is None:
            return self.source()
        return open_source(options, channels=Channels(transport=self.transport())).source

    def source(self, *, patient: bool = True) -> MemorySource:
        """Return the packages of the first index as the port that ``session`` asks."""
        return MemorySource(self.packages, states=self.states, patient=patient)

    def fetcher(self) -> WorldFetcher:
        """Return them for ``resolve(..., fetcher=)``."""
        return WorldFetcher(self.source())

    def transport(self) -> SiteTransport:
        """Return all indexes for ``resolve(..., transport=)``, at ``index_url`` and its like."""
        return SiteTransport(self.site())

    def provider(self, **options: object) -> IndexProvider:
        """Return a provider for resolvelib, or for ``resolver.PubGrubResolver``."""
        from resolver.bridge.index_provider import IndexProvider  # noqa: PLC0415  # lazy: resolvelib

        made = self.options(**options)
        return IndexProvider(made, opened=OpenSource(self.open(made)))

    def site(self) -> Site:
        """Return all pages and files."""
        return Site({"": self.packages, **(self.indexes or {})}, self.states)

    def serve(self) -> Server:
        """Return a server on loopback, to be used as a context.

        >>> with World({"a": {"1": []}}).serve() as server:
        ...     server.url.startswith("http://127.0.0.1:")
        True
        """
        return Server(self.site())

    def write(self, folder: str | PathLike[str]) -> Path:
        """Write pages and files into ``folder``, and return where the first index is in it.

        Installers can be pointed there: ``pip install --index-url file:///…/simple``.
        """
        self.site().write(Path(folder))
        return Path(folder) / "simple"

    def __repr__(self) -> str:
        return f"<World: {', '.join(self.packages) or 'empty'}>"


def read_table(given: str | PathLike[str] | Mapping[str, object]) -> Table:
    """Return the table that is ``given``: TOML as text, a file of it, or a dictionary."""
    if not isinstance(given, str) and hasattr(given, "keys"):
        return Table(given, "")
    from tomllib import TOMLDecodeError, loads  # noqa: PLC0415  # lazy: start-up time

    is_text = isinstance(given, str) and ("\n" in given or "=" in given or not given.endswith(".toml"))
    path = None if is_text else Path(given)
    try:
        return Table(loads(str(given) if path is None else path.read_text(encoding="utf-8")), "")
    except OSError as error:
        raise InputError(f"{given} cannot be read ({error.strerror})") from error
    except TOMLDecodeError as error:
        raise InputError(f"{'the scenario' if path is None else path} is no TOML: {error}") from error


def lines_of(file: str, lines: Iterable[str]) -> list[Requirement]:
    """Return requirements as they would stand in ``file``, one a line."""
    found = [read_requirement(line) for line in lines]
    for number, requirement in enumerate(found, 1):
        requirement.origin = Origin(file, number)
    return found


def _packages(value: object, place: str) -> Packages:
    found: Packages = {}
    for name, versions in Table(value, place).rest().items():
        try:
            normal = normalise(name)
        except InvalidName:
            raise refused(f"{place}.{name}", "is no name of a package") from None
        found[name] = Table(versions, f"{place}.{name}").rest()
        for version, facts in found[name].items():
            Release.read(
                normal, version, facts, f"{place}.{name}.{version!r}"
            )  # so that it is known to be right
    return found


def _indexes(value: object, place: str) -> dict[str, Packages]:
    return {name: _packages(each, f"{place}.{name}") for name, each in Table(value, place).rest().items()}


def _states(value: object, place: str) -> dict[str, tuple[str, str]]:
    found = {}
    for name, each in Table(value, place).rest().items():
        status, _, reason = text(each, f"{place}.{name}").partition(":")
        found[normalise(name)] = (status.strip(), reason.strip())
    return found
