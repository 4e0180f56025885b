"""The shelf that all lines of one process share: an offer is made, or read from a note, once for all of them.

Lines have the same target, rules and source, and a source never changes what it has said.  So what one line
has learnt of a package holds for the next, without looking again; what a line pins and others do not is left
out by ``catalog``.
"""

from __future__ import annotations

from resolver.shelf import Forgotten, open_shelf

TYPE_CHECKING = False
if TYPE_CHECKING:
    from resolver.index.listing import Listing
    from resolver.index.metadata import Metadata
    from resolver.model.distfile import DistFile
    from resolver.offers import Offer
    from resolver.options import Options
    from resolver.problem import PythonProblem
    from resolver.sources import OpenSource

__all__ = ["CommonShelf"]


class CommonShelf:
    """The ``catalog.Shelf`` of many lines, over the source that was ``opened`` for them.

    Notes of earlier runs are used where there are any, and not believed where ``options`` forbid it.
    """

    __slots__ = ("_noted", "_offers", "_source")

    def __init__(self, opened: OpenSource, problem: PythonProblem, options: Options) -> None:
        self._noted = open_shelf(opened, problem.catalog.environment, problem.catalog.rules, options)
        self._offers: dict[str, Offer] = {}
        self._source = opened.source

    def recall(self, name: str) -> Offer | None:
        """Return what a line before has learnt of package ``name``, or what was noted."""
        found = self._offers.get(name)
        if found is None and self._noted is not None:
            found = self._noted.recall(name)
            if found is not None:
                self._offers[name] = found
        return found

    def renewed(self, name: str) -> Offer | None:
        """Return what was noted of package ``name``, if the index, just asked, says the same."""
        found = self._offers.get(name)
        if found is None and self._noted is not None:
            found = self._noted.renewed(name)
            if found is not None:
                self._offers[name] = found
        return found

    def supposed(self, name: str) -> Offer | None:
        """Return what was noted of package ``name``, which the index may not say any more."""
        return self._offers.get(name) or (None if self._noted is None else self._noted.supposed(name))

    def add(self, offer: Offer) -> None:
        """Take in an offer that was just made of a listing."""
        self._offers[offer.name] = offer
        if self._noted is not None:
            self._noted.add(offer)

    def listing(self, name: str) -> Listing:
        """Return the listing of which an offer was made.  Raises ``Forgotten`` where only a note was left."""
        if self._noted is not None:
            return self._noted.listing(name)
        found = self._source.listing_now(name)
        if found is None:
            raise Forgotten(f"the page of {name} has gone from the cache while it was being used")
        return found

    def metadata(self, name: str, file: DistFile) -> Metadata | None:
        """Return the metadata of ``file`` that was read before, where it is still there."""
        if self._noted is not None:
            return self._noted.metadata(name, file)
        return self._source.metadata_now(name, file)

    def forget(self) -> None:
        """Believe no note from now on."""
        self._noted = None
        self._offers = {}

    def save(self) -> None:
        """Note for later runs what is new."""
        if self._noted is not None:
            self._noted.save()
