"""What direct references lead to, as a source: listings of one file, read before they are given out.

``DirectSource`` is asked by *addresses* (``name @ https://...``) in the place of names; ``Addressed`` puts
these in for the packages of one question, and asks the index for all others.  So whoever reads listings needs
to know nothing of references, and a recording holds them like any other answer.

An archive is fetched whole where its digest is to be checked or told, else as little of it as the server
allows; a folder and a commit are read by ``trees``, and only where that says too little, and builds are
allowed, is anything run.  Who may refer to what is decided in ``posing`` and ``problem``.
"""

from __future__ import annotations

import os

from resolver.errors import BuildRefused, HashMismatch, IndexUnavailable, InputError, MetadataInvalid
from resolver.index.client import waiting, without_waiting
from resolver.index.listing import Listing
from resolver.index.metadata_form import read_metadata_form, write_metadata_form
from resolver.index.once import Once
from resolver.index.transport import Request
from resolver.index.trees import MAX_PROJECT, PROJECT, project_in, project_metadata
from resolver.index.urls import redacted
from resolver.index.vcs import Repository, is_commit
from resolver.model.distfile import DistFile
from resolver.model.filenames import InvalidFilename, parse_sdist, parse_wheel
from resolver.model.names import InvalidName, normalise
from resolver.model.references import GIT, PATH
from resolver.model.version import InvalidVersion, normal_version, version_key

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Generator, Mapping

    from resolver.index.metadata import Metadata
    from resolver.index.source import Builds, Source
    from resolver.index.store import RecordStore
    from resolver.index.transport import Response, Transport
    from resolver.model.references import Reference

__all__ = ["Addressed", "Direct", "DirectSource"]

_LARGEST = 1 << 30  # bytes of an archive that is read whole, in memory
_KEY = "direct reference"


class Direct:
    """Where what references lead to is read, and how.

    ``store`` keeps what was read of commits; ``builds`` makes metadata that cannot be read, None: building is
    off.  With ``hashing`` digests of all archives are wanted.
    """

    __slots__ = ("builds", "hashing", "offline", "store", "transport")

    def __init__(
        self,
        transport: Transport,
        store: RecordStore | None = None,
        *,
        builds: Builds | None = None,
        hashing: bool = False,
        offline: bool = False,
    ) -> None:
        self.transport = transport
        self.store = store
        self.builds = builds
        self.hashing = hashing
        self.offline = offline


class _Found:
    """What a reference leads to: one file, and its metadata."""

    __slots__ = ("listing", "metadata")

    def __init__(self, name: str, file: DistFile, metadata: Metadata) -> None:
        self.listing = Listing(name, [file])
        self.metadata = metadata


class DirectSource:
    """The ``Source`` of addresses; asks ``inner`` about all other names.

    An address must be made known before it is asked for.
    """

    __slots__ = ("_direct", "_found", "_inner", "_references")

    def __init__(self, inner: Source, direct: Direct) -> None:
        self._inner = inner
        self._direct = direct
        self._references: dict[str, tuple[str, Reference]] = {}
        self._found: Once[_Found] = Once()

    def know(self, name: str, reference: Reference) -> None:
        """Learn that package ``name`` is asked for by an address, and where that leads to."""
        self._references[reference.of(name)] = (name, reference)

    def listing_now(self, name: str) -> Listing | None:
        """Return the one file that an address leads to, if that needs no waiting."""
        if "@" not in name:
            return self._inner.listing_now(name)
        found = self._now(name)
        return None if found is None else found.listing

    def metadata_now(self, name: str, file: DistFile) -> Metadata | None:
        """Return what was read of it."""
        if "@" not in name:
            return self._inner.metadata_now(name, file)
        found = self._now(name)
        return None if found is None else found.metadata

    async def listing(self, name: str) -> Listing:
        """Return the one file that an address leads to; see ``Source.listing`` for the contract.

        Raises ``InputError`` besides, for what is on this machine and cannot be used.
        """
        return (await self._later(name)).listing if "@" in name else await self._inner.listing(name)

    async def metadata(self, name: str, file: DistFile) -> Metadata:
        """Return what was read of it."""
        if "@" not in name:
            return await self._inner.metadata(name, file)
        return (await self._later(name)).metadata

    async def close(self) -> None:
        """Stop what is under way, and close the inner source."""
        await self._found.close()
        await self._inner.close()

    def _reader(self, name: str) -> _Reader:
        return _Reader(*self._references[name], self._direct)

    def _now(self, name: str) -> _Found | None:
        known = self._found.known(name)
        if known is None:
            known = self._reader(name).now()
            if known is not None:
                self._found.keep(name, known)
        return known

    async def _later(self, name: str) -> _Found:
        return await self._found.get(name, self._reader(name).later)


class Addressed:
    """A ``Source`` for one question: ``inner``, asked about some packages by their ``addresses``."""

    __slots__ = ("_addresses", "_inner")

    def __init__(self, inner: Source, addresses: Mapping[str, str]) -> None:
        self._inner = inner
        self._addresses = addresses

    def listing_now(self, name: str) -> Listing | None:
        """Return the listing of ``name``, or the one file that it is to be."""
        return self._inner.listing_now(self._addresses.get(name, name))

    def metadata_now(self, name: str, file: DistFile) -> Metadata | None:
        """Return the metadata of ``file``."""
        return self._inner.metadata_now(self._addresses.get(name, name), file)

    async def listing(self, name: str) -> Listing:
        """Do as ``listing_now``, waiting if necessary."""
        return await self._inner.listing(self._addresses.get(name, name))

    async def metadata(self, name: str, file: DistFile) -> Metadata:
        """Do as ``metadata_now``, waiting if necessary."""
        return await self._inner.metadata(self._addresses.get(name, name), file)

    async def close(self) -> None:
        """Close the inner source."""
        await self._inner.close()


class _Reader:
    """Reads what one reference leads to."""

    __slots__ = ("_direct", "_name", "_reference")

    def __init__(self, name: str, reference: Reference, direct: Direct) -> None:
        self._name = name
        self._reference = reference
        self._direct = direct

    def now(self) -> _Found | None:
        """Return what can be read without waiting: here, or in the cache."""
        reference = self._reference
        if reference.kind == GIT:
            return self._kept(reference.revision)
        if reference.kind != PATH:
            return without_waiting(self._fetched(), [], self._direct.transport)
        if reference.is_tree:
            metadata = self._tree_metadata()
            if metadata is None and self._direct.builds is None:
                raise self._needs_build()
            return None if metadata is None else self._found(metadata)
        return self._out_of(_content(reference)) if not reference.is_wheel else self._wheel_here()

    async def later(self) -> _Found:
        """Return what must be waited for."""
        reference, builds = self._reference, self._direct.builds
        if reference.kind == GIT:
            return await self._cloned()
        if reference.kind == PATH and reference.is_tree:
            metadata = self._tree_metadata()
            if metadata is None:
                if builds is None:
                    raise self._needs_build()
                metadata = await builds.build_tree(self._name, self._folder())
            return self._found(metadata)
        if reference.kind == PATH:
            body = _content(reference)
            found = self._out_of(body)
        else:
            found = await waiting(self._fetched(), [], self._direct.transport)
            body = b"" if found is not None else await waiting(self._body(), [], self._direct.transport)
        if found is None:
            assert builds is not None  # or else it would have been refused
            metadata = await builds.build_archive(self._name, reference.filename, body)
            found = self._found(metadata, body)
        return found

    # -- archives ------------------------------------------------------------------------------------------

    def _fetched(self) -> Generator[Request, Response, _Found | None]:
        """Return what an archive over http says, or None where it has to be built."""
        reference = self._reference
        checked = reference.hashes or reference.allowed or self._direct.hashing
        if reference.is_wheel and not checked:
            from resolver.index.ladder import find_metadata  # noqa: PLC0415  # lazy: start-up time

            file = DistFile(reference.filename, redacted(reference.url))
            try:
                metadata = yield from find_metadata(self._name, file, reference.location)
            except MetadataInvalid:
                pass  # what it says then speaks of an index
            else:
                return self._found(metadata)
        return self._out_of((yield from self._body()))

    def _body(self) -> Generator[Request, Response, bytes]:
        """Fetch a whole archive, a second time if it is not what was promised."""
        reference = self._reference
        promised = next((f"{name}={digest}" for name, digest in reference.hashes.items()), "")
        request = Request(reference.location, limit=_LARGEST, promised=promised)
        mismatch: HashMismatch | None = None
        for attempt in (request, request.refreshed()):
            response = yield attempt
            if response.status != 200:
                place = redacted(reference.location)
                raise IndexUnavailable(
                    f"{self._name} is to come from {place}, which answers with status {response.status}.",
                    url=place,
                    status=response.status,
                )
            mismatch = self._mismatch(response.body)
            if mismatch is None:
                return response.body
        assert mismatch is not None
        raise mismatch

    def _out_of(self, body: bytes) -> _Found | None:
        """Return what an archive says, checked; None where it has to be built."""
        reference = self._reference
        mismatch = self._mismatch(body) if reference.kind == PATH else None
        if mismatch is not None:
            raise mismatch
        try:
            metadata = self._read(body)
        except MetadataInvalid as error:
            if reference.kind != PATH:
                raise MetadataInvalid(f"{redacted(reference.url)} cannot be used: {error}") from error
            raise InputError(f"{reference.location} cannot be used: {error}") from error
        if metadata is not None:
            return self._found(metadata, body)
        if self._direct.builds is None:
            raise self._needs_build()
        return None

    def _read(self, body: bytes) -> Metadata | None:
        """Return the metadata in an archive; None where only a build can tell."""
        from resolver.index.artifacts import read_wheel  # noqa: PLC0415  # lazy: start-up time
        from resolver.index.metadata import parse_metadata  # noqa: PLC0415  # the same

        filename = self._reference.filename
        if self._reference.is_wheel:
            return parse_metadata(read_wheel(body, filename))
        from resolver.index.sdists import is_static, read_sdist  # noqa: PLC0415  # the same

        if not self._reference.subdirectory:
            try:
                found = read_sdist(body, filename)
            except MetadataInvalid:
                pass  # archives of repositories are no source distributions
            else:
                if is_static(found):
                    return found
        project = project_in(body, filename, self._reference.subdirectory)
        return None if project is None else project_metadata(project, f"{PROJECT} in {filename}")

    def _wheel_here(self) -> _Found:
        """Read of a wheel on this machine what is needed."""
        from resolver.index.artifacts import WheelReader  # noqa: PLC0415  # lazy: start-up time
        from resolver.index.metadata import parse_metadata  # noqa: PLC0415  # the same

        reference = self._reference
        if reference.hashes or reference.allowed or self._direct.hashing:
            found = self._out_of(_content(reference))
            assert found is not None  # wheels are not built
            return found
        try:
            with open(reference.location, "rb") as file:  # noqa: PTH123  # pathlib costs 5 ms
                reader = WheelReader(reference.filename, file.seek(0, os.SEEK_END))
                while reader.wanted is not None:
                    start, stop = reader.wanted
                    file.seek(start)
                    reader.feed(file.read(stop - start))
            assert reader.metadata is not None
            return self._found(parse_metadata(reader.metadata))
        except MetadataInvalid as error:
            raise InputError(f"{reference.location} cannot be used: {error}") from error
        except OSError as error:
            raise _unreadable(reference, error) from None

    def _mismatch(self, body: bytes) -> HashMismatch | None:
        """Return the error for a body that is not what the reference says."""
        import hashlib  # noqa: PLC0415  # lazy: start-up time

        reference = self._reference
        for algorithm, expected in reference.hashes.items():
            actual = hashlib.new(algorithm, body).hexdigest()
            if actual != expected:
                return self._unlike(algorithm, actual, expected)
        for each in reference.allowed:
            algorithm, _, expected = each.partition(":")
            if hashlib.new(algorithm, body).hexdigest() == expected.lower():
                return None
        if not reference.allowed:
            return None
        actual = hashlib.new("sha256", body).hexdigest()
        return self._unlike("sha256", actual, " or ".join(reference.allowed))

    def _unlike(self, algorithm: str, actual: str, expected: str) -> HashMismatch:
        place = redacted(self._reference.url)
        return HashMismatch(
            f"{place} is not the file that {self._name} is to come from: its {algorithm} is {actual}, not "
            f"{expected}.",
            url=place,
            expected=expected,
            actual=actual,
        )

    # -- trees ---------------------------------------------------------------------------------------------

    def _folder(self) -> str:
        folder = self._reference.location
        if self._reference.subdirectory:
            folder = os.path.join(folder, self._reference.subdirectory)  # noqa: PTH118  # pathlib costs 5 ms
        return folder

    def _tree_metadata(self) -> Metadata | None:
        """Return what the project file of a folder says; None where only a build can tell."""
        folder = self._folder()
        place = os.path.join(folder, PROJECT)  # noqa: PTH118  # pathlib costs 5 ms
        try:
            with open(place, "rb") as file:  # noqa: PTH123  # the same
                body = file.read(MAX_PROJECT + 1)
        except FileNotFoundError:
            there = [os.path.join(folder, name) for name in ("setup.py", "setup.cfg")]  # noqa: PTH118  # the same
            if any(map(os.path.isfile, there)):
                return None
            raise InputError(
                f"{self._name} is to come from {folder}, where there is neither {PROJECT} nor setup.py"
            ) from None
        except OSError as error:
            raise InputError(f"{place} cannot be read: {error.strerror or error}") from None
        try:
            return project_metadata(body, place)
        except MetadataInvalid as error:
            raise InputError(str(error).rstrip(".")) from error

    async def _cloned(self) -> _Found:
        """Read a commit of a repository."""
        reference, direct = self._reference, self._direct
        if direct.offline:
            raise IndexUnavailable(
                f"{reference.url} would have to be asked for {self._name}, and --offline forbids it."
            )
        async with Repository(reference) as repository:
            commit = repository.commit
            found = self._kept(commit)
            if found is not None:
                return found
            path = f"{reference.subdirectory}/{PROJECT}".lstrip("/")
            body = await repository.read(path, MAX_PROJECT)
        metadata = None if body is None else project_metadata(body, f"{path} of {reference.url}@{commit}")
        if metadata is None:
            return self._found(await self._built(commit), commit=commit)
        self._keep(commit, metadata)
        return self._found(metadata, commit=commit)

    async def _built(self, commit: str) -> Metadata:
        """Have a commit built, with its history, by which projects find their versions."""
        from tempfile import TemporaryDirectory  # noqa: PLC0415  # lazy: rarely wanted

        if self._direct.builds is None:
            raise self._needs_build()
        at_commit = self._reference.at(commit)
        with TemporaryDirectory(prefix="resolver-tree-") as folder:
            async with Repository(at_commit, history=True) as repository:
                await repository.unpack(folder)
                tree = os.path.join(folder, self._reference.subdirectory)  # noqa: PTH118  # as above
                return await self._direct.builds.build_tree(self._name, tree)

    def _key(self, commit: str) -> str:
        from resolver.index.cache import digest  # noqa: PLC0415  # loaded by now

        return digest(f"{_KEY} {self._reference.url} {commit} {self._reference.subdirectory}")

    def _kept(self, commit: str) -> _Found | None:
        """Return what was read of a commit before, which cannot change."""
        store = self._direct.store
        record = store.read(self._key(commit)) if store is not None and is_commit(commit) else None
        if record is None or record.form != _KEY:
            return None
        try:
            return self._found(read_metadata_form(record.body), commit=commit)
        except MetadataInvalid:
            return None

    def _keep(self, commit: str, metadata: Metadata) -> None:
        if self._direct.store is not None:
            from time import time  # noqa: PLC0415  # loaded by now

            from resolver.index.store import Record  # noqa: PLC0415  # loaded by now

            body = write_metadata_form(metadata)
            record = Record(self._reference.url, 200, time(), {}, body, form=_KEY)
            self._direct.store.write(self._key(commit), record)

    # -- what was found ------------------------------------------------------------------------------------

    def _found(self, metadata: Metadata, body: bytes = b"", *, commit: str = "") -> _Found:
        """Return metadata with the file that it is of, if it is of the package that was wanted."""
        reference = self._reference
        try:
            is_same = normalise(metadata.name) == self._name
            filename = self._filename(metadata.version)
            if reference.is_wheel:
                is_same &= version_key(parse_wheel(filename).version) == version_key(metadata.version)
        except (InvalidName, InvalidVersion) as error:
            raise self._unusable(f"what it says of itself cannot be used: {error}") from error
        if not is_same:
            raise self._unusable(f"it is {metadata.name[:100]!a} {metadata.version[:100]!a}")
        hashes = dict(reference.hashes)
        if body:
            import hashlib  # noqa: PLC0415  # lazy: start-up time

            hashes.setdefault("sha256", hashlib.sha256(body).hexdigest())
        file = DistFile(
            filename,
            f"{reference.url}{'@' if commit else ''}{commit}",
            hashes=hashes,
            size=len(body) or None,
            requires_python=metadata.requires_python,
            core_metadata=True,
        )
        return _Found(self._name, file, metadata)

    def _filename(self, version: str) -> str:
        """Return the name of a wheel, or of a source distribution of which everybody reads the version."""
        filename = self._reference.filename
        if self._reference.is_wheel:
            return filename
        if filename:
            try:
                told = parse_sdist(filename)
                if told.name == self._name and version_key(told.version) == version_key(version):
                    return filename
            except InvalidFilename:
                pass
        return f"{self._name.replace('-', '_')}-{normal_version(version)}.tar.gz"

    def _unusable(self, why: str) -> InputError | MetadataInvalid:
        said = f"{self._name} is to come from {self._reference.url}, but {why}"
        return InputError(said) if self._reference.kind == PATH else MetadataInvalid(f"{said}.")

    def _needs_build(self) -> BuildRefused:
        what = "archive" if self._reference.filename else "project"
        return BuildRefused(
            f"{self._name} is to come from {redacted(self._reference.url)}, and this {what} does not say"
            " which version it is and what it requires in a form that can be read (static metadata), so it"
            " would have to be built: --build allow runs its code."
        )


def _content(reference: Reference) -> bytes:
    """Return the bytes of an archive on this machine.  Raises ``InputError``."""
    try:
        with open(reference.location, "rb") as file:  # noqa: PTH123  # pathlib costs 5 ms
            return file.read()
    except OSError as error:
        raise _unreadable(reference, error) from None


def _unreadable(reference: Reference, error: OSError) -> InputError:
    return InputError(f"{reference.location} cannot be read: {error.strerror or error}")
