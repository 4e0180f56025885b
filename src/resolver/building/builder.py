"""Building projects for their metadata, where the user allows it (``--build allow``).

A build runs the code of whoever wrote the project, as this user.  So nothing is built that the solver does
not ask for; its requirements are resolved by ourselves, from the same indexes, as wheels with their hashes
checked; it runs in an environment that is made for it, in processes that are bounded (``processes``), and
what it leaves behind is removed.  It is not kept from the network or from files: that takes a sandbox.

What a build tells holds for the interpreter that it ran on, so it must be one like the target.  It is kept
by the digest of the archive and by what else it depends on.

Specifications: PEP 517 and PEP 518.
"""

from __future__ import annotations

import os
import sys
import time
from contextlib import contextmanager, suppress
from pathlib import Path
from shutil import rmtree
from subprocess import CalledProcessError
from tempfile import TemporaryDirectory, gettempdir
from typing import TYPE_CHECKING

from resolver.building.isolation import Isolated
from resolver.building.processes import Runner, TookTooLong, scrubbed
from resolver.building.projects import Project, failed
from resolver.building.unpacking import unpack
from resolver.errors import BuildFailed, InputError, MetadataInvalid, NoSolution
from resolver.index.cache import digest
from resolver.index.interpreter import executable_of
from resolver.index.ladder import checked, strongest
from resolver.index.metadata_form import FORM, read_metadata_form, write_metadata_form
from resolver.index.once import Once
from resolver.index.sdists import is_static, read_sdist
from resolver.index.store import Record
from resolver.limits import Limits
from resolver.model.names import InvalidName, normalise
from resolver.options import Options, names_anew
from resolver.posing import pose, read_requirement
from resolver.run import Run
from resolver.sources import OpenSource, environment_of

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable, Iterator, Sequence
    from typing import TypeVar

    from resolver.formats.answer import Pinned
    from resolver.index.client import Client
    from resolver.index.metadata import Metadata
    from resolver.index.store import RecordStore
    from resolver.model.distfile import DistFile
    from resolver.model.environment import Environment
    from resolver.model.requirement import Requirement

    Result = TypeVar("Result")

__all__ = ["Builder"]

_FORMAT = "build-1"  # other ways to build are another number
_PACKAGES = ("build", "pyproject_hooks", "installer")
_AT_ONCE = 4
_FOLDER = "resolver-build-"
# Options that hold for what builds require, too, with those that name indexes.
_OBEYED = (
    "python",
    "exclude_newer",
    "exclude_newer_packages",
    "exclude_newer_indexes",
    "patches",
    "index_url",
    "extra_index_urls",
    "explicit_indexes",
)
# What makes one target like another, as far as builds ask.
_ALIKE = (
    "implementation_name",
    "os_name",
    "platform_machine",
    "platform_system",
    "python_version",
    "sys_platform",
)


class Builder:
    """Keeps ``source.Builds`` for ``options``, with build requirements from ``client``.

    ``store`` keeps what builds told (None: nothing does); ``note`` gets sentences.  Raises ``InputError``
    where what building takes is not installed, or a build constraint cannot be used.
    """

    def __init__(
        self, options: Options, client: Client, store: RecordStore | None, note: Callable[[str], None]
    ) -> None:
        _check_installed()
        self._options = options
        self._client = client
        self._store = store
        self._note = note
        self._constraints = [read_requirement(each) for each in options.build_constraints]
        self._done: Once[Metadata] = Once()
        self._failures: dict[str, BuildFailed] = {}
        self._places: tuple[asyncio.AbstractEventLoop, asyncio.Semaphore] | None = None
        self._target: tuple[Environment, str] | None = None

    def known(self, name: str, file: DistFile) -> Metadata | None:
        """Return what a build of ``file`` told before, in this process or another."""
        found = self._done.known(file.url)
        if found is not None or self._options.refresh or name in names_anew(self._options):
            return found
        key = self._key(strongest(file.hashes))
        record = None if key is None or self._store is None else self._store.read(key)
        if record is None or record.form != FORM:
            return None
        try:
            return checked(read_metadata_form(record.body), name, file)
        except MetadataInvalid:
            return None

    async def build(self, name: str, file: DistFile) -> Metadata:
        """Fetch ``file`` and build it; what failed once is not tried again by the same builder."""
        failed = self._failures.get(file.url)
        if failed is not None:
            raise BuildFailed(str(failed), output=failed.output)
        try:
            return await self._done.get(file.url, lambda: self._build(name, file))
        except BuildFailed as error:
            self._failures[file.url] = error
            raise

    async def build_archive(self, name: str | None, filename: str, body: bytes) -> Metadata:
        """Unpack ``body`` and build what is in it, unless it says all that is needed itself."""
        try:
            metadata = read_sdist(body, filename, Limits(self._options.limits))
        except MetadataInvalid as error:
            raise BuildFailed(f"{filename} cannot be built: {error}") from error
        if not is_static(metadata):
            metadata = await self._built_archive(filename, body)
        return _named(metadata, name, filename)

    async def build_tree(self, name: str | None, tree: str) -> Metadata:
        """Build what is in the folder ``tree``, where the backend may leave files."""
        async with self._place():
            with _workplace() as folder:
                return _named(await self._built(tree, tree, folder), name, tree)

    async def _build(self, name: str, file: DistFile) -> Metadata:
        self._environment()  # before anything is fetched
        try:
            body = await self._client.archive(file)
            metadata = checked(await self.build_archive(name, file.filename, body), name, file)
        except MetadataInvalid as error:
            raise BuildFailed(f"{file.filename} cannot be built: {error}") from error
        key = self._key(strongest(file.hashes))
        if key is not None and self._store is not None:
            body = write_metadata_form(metadata)
            self._store.write(key, Record("", 200, time.time(), {}, body, form=FORM))
        return metadata

    async def _built_archive(self, filename: str, body: bytes) -> Metadata:
        async with self._place():
            with _workplace() as folder:
                source = f"{folder}{os.sep}source"
                os.mkdir(source)  # noqa: PTH102  # a text all along
                try:
                    tree = await _in_thread(None, lambda: unpack(body, filename, source))
                except (MetadataInvalid, OSError) as error:
                    raise BuildFailed(f"{filename} cannot be built: {error}") from error
                return await self._built(tree, filename, folder)

    async def _built(self, tree: str, what: str, folder: str) -> Metadata:
        """Do a build from beginning to end; ``folder`` is for all that it needs."""
        _, python = self._environment()
        self._note(f"building {what} for its metadata")
        home = f"{folder}{os.sep}home"
        os.mkdir(home)  # noqa: PTH102  # a text all along
        environ = scrubbed(os.environ, home)
        runner = Runner(environ, self._options.build_timeout)
        project = await _in_thread(None, lambda: Project(tree, what, Limits(self._options.limits)))
        pins = await self._resolved(project.requires, what)
        wheels = await self._wheels(pins, what)
        try:
            isolated = await _in_thread(
                runner, lambda: _furnished(f"{folder}{os.sep}env", python, runner, wheels)
            )
        except (OSError, MetadataInvalid, KeyError, ValueError) as error:
            raise BuildFailed(f"{what} cannot be built: its environment cannot be made: {error}") from error
        except (CalledProcessError, TookTooLong) as error:
            raise failed(f"making the environment to build {what}", error, runner) from error
        hooks = Runner(isolated.environ(environ), self._options.build_timeout)
        project.use(isolated, hooks)
        more = await _in_thread(hooks, project.more_requires)
        if more:
            await self._add(isolated, (*project.requires, *more), pins, what)
        out = f"{folder}{os.sep}out"
        return await _in_thread(hooks, lambda: project.metadata(out))

    async def _add(
        self, isolated: Isolated, requires: Sequence[str], there: Sequence[Pinned], what: str
    ) -> None:
        """Install what the backend asks for besides what is there already."""
        kept = [read_requirement(f"{pin.name}=={pin.version}") for pin in there]
        names = {pin.name for pin in there}
        new = [pin for pin in await self._resolved(requires, what, kept) if pin.name not in names]
        wheels = await self._wheels(new, what)
        try:
            await _in_thread(None, lambda: _install(isolated, wheels))
        except MetadataInvalid as error:
            raise BuildFailed(f"{what} cannot be built: {error}") from error

    async def _wheels(self, pins: Sequence[Pinned], what: str) -> list[tuple[DistFile, bytes]]:
        """Return the wheels of ``pins``, which are what their listings promise."""
        found: list[tuple[DistFile, bytes]] = []
        for pin in pins:
            file = next(iter(pin.files))
            try:
                found.append((file, await self._client.archive(file)))
            except MetadataInvalid as error:
                raise BuildFailed(f"{what} cannot be built: {error}") from error
        return found

    async def _resolved(
        self, requires: Sequence[str], what: str, kept: Sequence[Requirement] = ()
    ) -> Sequence[Pinned]:
        """Resolve what a build requires, for the interpreter that builds; wheels only."""
        environment, _ = self._environment()
        same = {name: getattr(self._options, name) for name in _OBEYED}
        options = Options(only_binary=(":all:",), no_fixes=True).replace(**same)
        try:
            requirements = [read_requirement(each) for each in requires]
            constraints = [*self._constraints, *kept]
            problem = pose(requirements, constraints, options, environment)
        except InputError as error:
            raise BuildFailed(
                f"{what} cannot be built: what that requires cannot be used: {error}"
            ) from error
        run = Run(requirements, constraints, options, OpenSource(self._client), posed=problem)
        try:
            step = run.until_waiting()
            return run.answer(await run.finish(step) if isinstance(step, list) else step).pins
        except NoSolution as error:
            raise BuildFailed(
                f"{what} cannot be built: what that requires cannot be had as wheels: {error.explanation}"
            ) from error

    def _environment(self) -> tuple[Environment, str]:
        """Return the target that builds are for, and its interpreter.  Raises ``BuildFailed`` for another."""
        if self._target is None:
            own = environment_of(Options(python=self._options.python))
            wanted = environment_of(self._options)
            for name in _ALIKE:
                if own.variables[name] != wanted.variables[name]:
                    raise BuildFailed(
                        f"builds are for the interpreter that they run on, whose {name} is "
                        f"{own.variables[name]!r}, and the target's is {wanted.variables[name]!r} "
                        "(--python names another interpreter)"
                    )
            self._target = own, self._interpreter()
        return self._target

    def _interpreter(self) -> str:
        """Return the interpreter that runs builds.  Raises ``BuildFailed`` where it is only described."""
        if self._options.python is None:
            return sys.executable
        found = executable_of(self._options.python)
        if found is None:
            raise BuildFailed(
                f"builds need an interpreter that can be run, and {self._options.python} only describes one"
            )
        return found

    def _key(self, promise: str) -> str | None:
        """Return under what to keep a build of the archive with this digest; None: not at all."""
        if not promise.startswith("sha") or promise.startswith("sha1="):
            return None
        try:
            environment, _ = self._environment()
        except BuildFailed:
            return None
        variables = sorted(environment.variables.items())
        return digest(repr((_FORMAT, promise, variables, self._options.build_constraints)))

    def _place(self) -> asyncio.Semaphore:
        """Return what lets few builds run at once, in the running event loop."""
        import asyncio  # noqa: PLC0415  # loaded by now

        loop = asyncio.get_running_loop()
        if self._places is None or self._places[0] is not loop:
            self._places = loop, asyncio.Semaphore(min(_AT_ONCE, os.cpu_count() or 1))
        return self._places[1]


def _check_installed() -> None:
    from importlib.util import find_spec  # noqa: PLC0415  # lazy: rarely wanted

    missing = [name.replace("_", "-") for name in _PACKAGES if find_spec(name) is None]
    if missing:
        raise InputError(
            f"--build allow takes packages that are not installed ({', '.join(missing)}): "
            "pip install 'pubgrub-resolver[build]'"
        )


@contextmanager
def _workplace() -> Iterator[str]:
    """Give a folder that is removed afterwards, whatever a build has made of it."""
    _sweep()
    with TemporaryDirectory(prefix=f"{_FOLDER}{os.getpid()}-", ignore_cleanup_errors=True) as folder:
        yield os.path.realpath(folder)


def _sweep() -> None:
    """Remove what processes have left that were killed; the number of the process is in the name."""
    for folder in Path(gettempdir()).glob(f"{_FOLDER}*-*"):
        number = folder.name.removeprefix(_FOLDER).partition("-")[0]
        try:
            if _is_ours(folder) and number.isdecimal() and not _is_alive(int(number[:9])):
                rmtree(folder, ignore_errors=True)
        except OSError:
            continue


def _is_ours(folder: Path) -> bool:
    return sys.platform == "win32" or folder.lstat().st_uid == os.getuid()


def _is_alive(process: int) -> bool:
    if sys.platform == "win32":
        return True  # to ask would end it
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


async def _in_thread(runner: Runner | None, work: Callable[[], Result]) -> Result:
    """Do ``work``, which may use ``runner``, in a thread.

    Where nobody wants it any more, what runs is stopped, and the end of the work waited for.
    """
    import asyncio  # noqa: PLC0415  # loaded by now

    future = asyncio.get_running_loop().run_in_executor(None, work)
    try:
        return await asyncio.shield(future)
    except asyncio.CancelledError:
        if runner is not None:
            runner.stop()
        while not future.done():  # however often it is asked for
            with suppress(asyncio.CancelledError):
                await asyncio.wait([future])
        future.exception()  # Marks it as seen.
        raise


def _furnished(
    folder: str, python: str, runner: Runner, wheels: Sequence[tuple[DistFile, bytes]]
) -> Isolated:
    isolated = Isolated.make(folder, python, runner)
    _install(isolated, wheels)
    return isolated


def _install(isolated: Isolated, wheels: Sequence[tuple[DistFile, bytes]]) -> None:
    for file, body in wheels:
        isolated.install(file.filename, body)


def _named(metadata: Metadata, name: str | None, what: str) -> Metadata:
    """Check that ``metadata`` is that of package ``name``."""
    try:
        found = normalise(metadata.name)
    except InvalidName as error:
        raise BuildFailed(f"building {what} gave the metadata of nothing: {error}") from error
    if name is not None and found != name:
        raise BuildFailed(f"building {what} gave the metadata of {found}, not of {name}")
    return metadata
