"""Folders and commits that references lead to: their project file, or else a build of them."""

from __future__ import annotations

import os

from resolver.errors import IndexUnavailable, InputError, MetadataInvalid
from resolver.index.direct_found import Reader
from resolver.index.metadata_form import read_metadata_form, write_metadata_form
from resolver.index.trees import MAX_PROJECT, PROJECT, project_metadata
from resolver.index.vcs import Repository, is_commit

TYPE_CHECKING = False
if TYPE_CHECKING:
    from resolver.index.direct_found import Found
    from resolver.index.metadata import Metadata

__all__ = ["Commit", "Folder"]

_KEY = "direct reference"


class Folder(Reader):
    """Reads the folder of this machine that ``subject`` is to come from."""

    __slots__ = ()

    def now(self) -> Found | None:
        """Return what its project file says; None where it has to be built."""
        metadata = self._tree_metadata()
        if metadata is None and self._direct.builds is None:
            raise self._subject.needs_build()
        return None if metadata is None else self._subject.found(metadata)

    async def later(self) -> Found:
        """Return what its project file or a build says."""
        found = self.now()
        if found is None:
            assert self._direct.builds is not None  # or else it would have been refused
            metadata = await self._direct.builds.build_tree(self._subject.name, self._folder())
            found = self._subject.found(metadata)
        return found

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
            if any(os.path.isfile(f"{folder}/{name}") for name in ("setup.py", "setup.cfg")):  # noqa: PTH113  # the same
                return None
            name = self._subject.name
            raise InputError(
                f"{name} is to come from {folder}, where there is neither {PROJECT} nor setup.py"
            ) from None
        except OSError as error:
            raise InputError(f"{place} cannot be read: {error.strerror or error}") from None
        try:
            return project_metadata(body, place)
        except MetadataInvalid as error:
            raise InputError(str(error).rstrip(".")) from error


class Commit(Reader):
    """Reads the commit that ``subject`` is to come from."""

    __slots__ = ()

    def now(self) -> Found | None:
        """Return what was read of the commit before, if the reference names it in full."""
        return self._kept(self._reference.revision)

    async def later(self) -> Found:
        """Read a commit of a repository."""
        reference, direct = self._reference, self._direct
        if direct.offline:
            raise IndexUnavailable(
                f"{reference.url} would have to be asked for {self._subject.name}, and --offline forbids it."
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
            return self._subject.found(await self._built(commit), commit=commit)
        self._keep(commit, metadata)
        return self._subject.found(metadata, commit=commit)

    async def _built(self, commit: str) -> Metadata:
        """Have a commit built, with its history, by which projects find their versions."""
        from tempfile import TemporaryDirectory  # noqa: PLC0415  # lazy: rarely wanted

        if self._direct.builds is None:
            raise self._subject.needs_build()
        at_commit = self._reference.at(commit)
        with TemporaryDirectory(prefix="resolver-git-") as folder:
            async with Repository(at_commit, history=True) as repository:
                await repository.unpack(folder)
                tree = os.path.join(folder, self._reference.subdirectory)  # noqa: PTH118  # as above
                return await self._direct.builds.build_tree(self._subject.name, tree)

    def _key(self, commit: str) -> str:
        from resolver.index.cache import digest  # noqa: PLC0415  # loaded by now

        return digest(f"{_KEY} {self._reference.url} {commit} {self._reference.subdirectory}")

    def _kept(self, commit: str) -> Found | None:
        """Return what was read of a commit before, which cannot change."""
        store = self._direct.store
        record = store.read(self._key(commit)) if store is not None and is_commit(commit) else None
        if record is None or record.form != _KEY:
            return None
        try:
            return self._subject.found(read_metadata_form(record.body), commit=commit)
        except MetadataInvalid:
            return None

    def _keep(self, commit: str, metadata: Metadata) -> None:
        if self._direct.store is not None:
            from time import time  # noqa: PLC0415  # loaded by now

            from resolver.index.store import Record  # noqa: PLC0415  # loaded by now

            body = write_metadata_form(metadata)
            record = Record(self._reference.url, 200, time(), {}, body, form=_KEY)
            self._direct.store.write(self._key(commit), record)
