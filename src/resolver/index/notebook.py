"""Notes on disk about listings, each good as long as the listing that it was made of.

A note is bytes; what is in it is for those to know who made it.  It is kept with what tells whether the
listing is still the one that was read: where the pages lie in the cache, and until when HTTP's rules let them
be used without asking.  So a note is never believed where its page would not be.  The files themselves are in
``store``, the rules in ``freshness``.
"""

from __future__ import annotations

from resolver.index.cache import Evidence
from resolver.index.packing import join_lines, split_lines

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from resolver.index.cache import CachingTransport
    from resolver.index.client import Client
    from resolver.index.listing import Listing
    from resolver.index.local import LocalTransport
    from resolver.index.logins import LoginTransport
    from resolver.index.metadata import Metadata
    from resolver.index.store import RecordStore
    from resolver.model.distfile import DistFile

__all__ = ["Notebook", "split_note"]

_NUMBER = 4  # bytes
_LONGEST = 200  # characters of a name: longer ones are no good for files


class Notebook:
    """Notes in ``folder`` of ``store``, about what ``client`` reads through ``transport``.

    ``folder`` names all that notes depend on besides listings.
    """

    __slots__ = ("_client", "_store", "_transport", "folder")

    def __init__(
        self,
        folder: str,
        store: RecordStore,
        transport: CachingTransport | LocalTransport | LoginTransport,
        client: Client,
    ) -> None:
        self.folder = folder
        self._store = store
        self._transport = transport
        self._client = client

    def read(self, name: str) -> tuple[bytes, list[Evidence]] | None:
        """Return the note about package ``name``, if there is one, and by what to know whether it holds.

        Raises ``ValueError`` for what is no note.
        """
        content = None if len(name) > _LONGEST else self._store.read_note(self.folder, name)
        if content is None:
            return None
        return split_note(content)

    def holds(self, evidence: Sequence[Evidence]) -> bool:
        """Tell whether the pages are those that were read, and may be used as they are."""
        return all(map(self._transport.holds, evidence))

    def says_the_same(self, name: str, evidence: Sequence[Evidence]) -> bool:
        """Tell whether the server has just confirmed the pages of package ``name`` as those of ``evidence``.

        What it has sent again is looked at instead, whatever its entity tag says.
        """
        stamps = [self._transport.confirmed(request) for request in self._client.requests(name)]
        return bool(stamps) and stamps == [each.stamp for each in evidence]

    def evidence(self, name: str) -> list[Evidence]:
        """Return by what to know the pages of package ``name`` as they were read; empty: by nothing."""
        found = [self._transport.evidence(request) for request in self._client.requests(name)]
        kept = [each for each in found if each is not None]
        return kept if len(kept) == len(found) else []

    def write(self, name: str, content: bytes, evidence: Sequence[Evidence]) -> None:
        """Keep ``content`` about package ``name``."""
        if len(name) > _LONGEST:
            return
        fields: list[str] = []
        for each in evidence:
            fields += (each.key, *map(str, each.stamp), *map(repr, each.span))
        head = join_lines(fields)
        self._store.write_note(
            self.folder, name, b"".join((len(head).to_bytes(_NUMBER, "big"), head, content))
        )

    def listing(self, name: str) -> Listing | None:
        """Return the listing of package ``name`` that notes are about."""
        return self._client.listing_now(name)

    def metadata(self, name: str, file: DistFile) -> Metadata | None:
        """Return the metadata of ``file``, where it is at hand."""
        return self._client.metadata_now(name, file)


def split_note(content: bytes) -> tuple[bytes, list[Evidence]]:
    """Return a note as it was written, and by what to know whether it holds.

    Raises ``ValueError`` for what is no note.
    """
    end = _NUMBER + int.from_bytes(content[:_NUMBER], "big")
    fields = iter(split_lines(content[_NUMBER:end]))
    return content[end:], [
        Evidence(key, (int(size), int(time), int(number)), (float(since), float(until)))
        for key, size, time, number, since, until in zip(*[fields] * 6, strict=True)
    ]
