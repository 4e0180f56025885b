"""The port through which ``session`` asks for listings and metadata.

Here is only the contract.  ``client`` keeps it over the network, ``replay`` over a recording, and tests over
values in memory.  What a listing or a metadata file says is in ``simple`` and ``metadata``; which of the
files a user may get is decided in ``policy`` and ``catalog``.

Specification: https://packaging.python.org/en/latest/specifications/simple-repository-api/
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Protocol

    from resolver.index.listing import Listing
    from resolver.index.metadata import Metadata
    from resolver.model.distfile import DistFile
else:
    # A class may not subclass ``typing.Protocol`` without ``import typing``, which a warm run avoids.
    Protocol = object

__all__ = ["Builds", "Source"]


class Source(Protocol):
    """Where listings and metadata come from.

    Names are normalised (PEP 503), without extras.  An answer never changes as long as the source lives:
    the source itself remembers what it has given out, so a caller may ask again at no cost and will be given
    the same object; callers do not change it.  All calls come from one thread (of one event loop).

    Nothing else than ``resolver.errors`` is raised, and ``asyncio.CancelledError`` by the async methods.
    """

    def listing_now(self, name: str) -> Listing | None:
        """Return the listing of ``name`` if that needs no waiting, else ``None``.

        Memory, a fresh entry of the disk cache or a recording can answer; the network cannot.  Reading a
        local file is allowed, an event loop is neither needed nor started.  Raises as ``listing`` does
        where the failure is known already (a recording that lacks ``name``).
        """

    def metadata_now(self, name: str, file: DistFile) -> Metadata | None:
        """Return the metadata of ``file``, of a listing of ``name``, if that needs no waiting, else ``None``.

        Raises as ``metadata`` does where the failure is known already.
        """

    async def listing(self, name: str) -> Listing:
        """Return the files of ``name``, waiting for the index if necessary.

        A package that no index knows is an answer: ``Listing.absent`` is true and ``places`` names the pages
        that were looked for.  Two callers who ask at the same time cause one request.

        Raises ``IndexUnavailable`` (no usable answer after the retries), ``MetadataInvalid`` (the page is
        no page of this package, or of an API version that we cannot read) or ``SecurityRefusal``.
        """

    async def metadata(self, name: str, file: DistFile) -> Metadata:
        """Return the metadata of ``file``, of a listing of ``name``, waiting for the index if necessary.

        Raises ``MetadataInvalid`` (this file's metadata cannot be read or names another package or version:
        the candidate is unusable, the resolution goes on), ``BuildRefused`` (only a build could tell),
        ``IndexUnavailable``, ``HashMismatch`` or another ``SecurityRefusal``.
        """

    async def close(self) -> None:
        """Let go of connections and files; what was answered stays valid.  A second call does nothing."""


class Builds(Protocol):
    """Who has projects built for their metadata, which runs their code; kept by ``building``.

    All but ``known`` wait, and raise ``BuildFailed`` or whatever keeps the requirements of a build from being
    had.  ``name`` is the package that must come of it, None: whatever does.
    """

    def known(self, name: str, file: DistFile) -> Metadata | None:
        """Return what a build of ``file``, of a listing of ``name``, has told before."""

    async def build(self, name: str, file: DistFile) -> Metadata:
        """Return the metadata of what is built of ``file``, of a listing of ``name``."""

    async def build_archive(self, name: str | None, filename: str, body: bytes) -> Metadata:
        """Return the metadata of what is built of a source distribution."""

    async def build_tree(self, name: str | None, tree: str) -> Metadata:
        """Return the metadata of what is built of the directory ``tree``, in place."""
