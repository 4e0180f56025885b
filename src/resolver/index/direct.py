"""What direct references lead to, as a source: listings of one file, read before they are given out.

``DirectSource`` is asked by *addresses* (``name @ https://...``) in the place of names; ``Addressed`` puts
these in for the packages of one question, and asks the index for all others.  So whoever reads listings needs
to know nothing of references, and a recording holds them like any other answer.

Archives are read in ``direct_archives``, folders and commits in ``direct_trees``; only where these say too
little, and builds are allowed, is anything run.  Who may refer to what is decided in ``referring``.
"""

from __future__ import annotations

from resolver.index.direct_found import Direct, Subject
from resolver.index.once import Once
from resolver.model.references import GIT

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Protocol

    from resolver.index.direct_found import Found
    from resolver.index.listing import Listing
    from resolver.index.metadata import Metadata
    from resolver.index.source import Source
    from resolver.model.distfile import DistFile
    from resolver.model.references import Reference

    class Reader(Protocol):
        """Who reads what one reference leads to."""

        def now(self) -> Found | None:
            """Return it if that needs no waiting."""

        async def later(self) -> Found:
            """Return it, waiting if necessary."""


__all__ = ["Addressed", "Direct", "DirectSource"]


class DirectSource:
    """The ``Source`` of addresses; asks ``inner`` about all other names.

    An address must be made known before it is asked for.
    """

    __slots__ = ("_direct", "_found", "_inner", "_references")

    def __init__(self, inner: Source, direct: Direct) -> None:
        self._inner = inner
        self._direct = direct
        self._references: dict[str, tuple[str, Reference]] = {}
        self._found: Once[Found] = Once()

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

    def _reader(self, address: str) -> Reader:
        """Return who reads what ``address`` leads to."""
        name, reference = self._references[address]
        subject = Subject(name, reference)
        if reference.is_tree:
            from resolver.index.direct_trees import Commit, Folder  # noqa: PLC0415  # lazy: one of two

            made = Commit if reference.kind == GIT else Folder
            return made(subject, self._direct)
        from resolver.index.direct_archives import Archive  # noqa: PLC0415  # the same

        return Archive(subject, self._direct)

    def _now(self, name: str) -> Found | None:
        known = self._found.known(name)
        if known is None:
            known = self._reader(name).now()
            if known is not None:
                self._found.keep(name, known)
        return known

    async def _later(self, name: str) -> Found:
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
