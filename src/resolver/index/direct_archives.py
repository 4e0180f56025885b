"""Archives that references lead to, over http or on this machine: as little of them as is needed.

An archive is fetched whole where its digest is to be checked or told, else as little of it as the server
allows.  What only a build can tell is built where that is allowed.
"""

from __future__ import annotations

import os

from resolver.errors import IndexUnavailable, InputError, MetadataInvalid
from resolver.index.client import waiting, without_waiting
from resolver.index.direct_found import Reader
from resolver.index.transport import Request
from resolver.index.trees import PROJECT, project_in, project_metadata
from resolver.index.urls import redacted
from resolver.model.distfile import DistFile
from resolver.model.references import PATH

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Generator

    from resolver.errors import HashMismatch
    from resolver.index.direct_found import Found
    from resolver.index.metadata import Metadata
    from resolver.index.transport import Response
    from resolver.model.references import Reference

__all__ = ["Archive"]


class Archive(Reader):
    """Reads the archive that ``subject`` is to come from."""

    __slots__ = ()

    def now(self) -> Found | None:
        """Return what can be read without waiting: here, or in the cache."""
        reference = self._reference
        if reference.kind != PATH:
            return without_waiting(self._fetched(), [], self._direct.transport)
        return self._wheel_here() if reference.is_wheel else self._out_of(_content(reference))

    async def later(self) -> Found:
        """Return what must be waited for."""
        reference, builds = self._reference, self._direct.builds
        if reference.kind == PATH:
            body = _content(reference)
            found = self._out_of(body)
        else:
            found = await waiting(self._fetched(), [], self._direct.transport)
            body = b"" if found is not None else await waiting(self._body(), [], self._direct.transport)
        if found is None:
            assert builds is not None  # or else it would have been refused
            metadata = await builds.build_archive(self._subject.name, reference.filename, body)
            found = self._subject.found(metadata, body)
        return found

    def _fetched(self) -> Generator[Request, Response, Found | None]:
        """Return what an archive over http says, or None where it has to be built."""
        reference = self._reference
        checked = reference.hashes or reference.allowed or self._direct.hashing
        if reference.is_wheel and not checked:
            from resolver.index.ladder import find_metadata  # noqa: PLC0415  # lazy: start-up time

            limits = self._direct.limits
            file = DistFile(reference.filename, redacted(reference.url))
            try:
                metadata = yield from find_metadata(
                    self._subject.name, file, self._direct.with_login(reference.location), limits=limits
                )
            except MetadataInvalid:
                pass  # what it says then speaks of an index
            else:
                return self._subject.found(metadata)
        return self._out_of((yield from self._body()))

    def _body(self) -> Generator[Request, Response, bytes]:
        """Fetch a whole archive, a second time if it is not what was promised."""
        reference = self._reference
        promised = next((f"{name}={digest}" for name, digest in reference.hashes.items()), "")
        request = Request(
            self._direct.with_login(reference.location),
            limit=self._direct.limits.archive_bytes,
            lifted_by="archive-bytes",
            promised=promised,
        )
        mismatch: HashMismatch | None = None
        for attempt in (request, request.refreshed()):
            response = yield attempt
            if response.status != 200:
                place, status = redacted(reference.location), response.status
                raise IndexUnavailable(
                    f"{self._subject.name} is to come from {place}, which answers with status {status}.",
                    url=place,
                    status=status,
                )
            mismatch = self._subject.mismatch(response.body)
            if mismatch is None:
                return response.body
        assert mismatch is not None
        raise mismatch

    def _out_of(self, body: bytes) -> Found | None:
        """Return what an archive says, checked; None where it has to be built."""
        reference = self._reference
        mismatch = self._subject.mismatch(body) if reference.kind == PATH else None
        if mismatch is not None:
            raise mismatch
        try:
            metadata = self._read(body)
        except MetadataInvalid as error:
            if reference.kind != PATH:
                raise MetadataInvalid(f"{redacted(reference.url)} cannot be used: {error}") from error
            raise InputError(f"{reference.location} cannot be used: {error}") from error
        if metadata is not None:
            return self._subject.found(metadata, body)
        if self._direct.builds is None:
            raise self._subject.needs_build()
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

    def _wheel_here(self) -> Found:
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
            return self._subject.found(parse_metadata(reader.metadata))
        except MetadataInvalid as error:
            raise InputError(f"{reference.location} cannot be used: {error}") from error
        except OSError as error:
            raise _unreadable(reference, error) from None


def _content(reference: Reference) -> bytes:
    """Return the bytes of an archive on this machine.  Raises ``InputError``."""
    try:
        with open(reference.location, "rb") as file:  # noqa: PTH123  # pathlib costs 5 ms
            return file.read()
    except OSError as error:
        raise _unreadable(reference, error) from None


def _unreadable(reference: Reference, error: OSError) -> InputError:
    return InputError(f"{reference.location} cannot be read: {error.strerror or error}")
