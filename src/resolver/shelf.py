"""Offers that earlier resolutions have made: remembered in this process, and noted on disk.

What may be shared depends on the target and on the rules about files, which ``_context`` puts into words;
what the index says is asked of the ``Notebook``, at each resolution anew, also of what this process
remembers.  So nothing here can change an answer.  What is in an offer is in ``offers``, how notes lie on disk
in ``index.notebook``.
"""

from __future__ import annotations

from resolver.errors import IndexUnavailable
from resolver.noting import FORMAT, Note
from resolver.offers import Offer
from resolver.options import names_anew

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from resolver.index.cache import Evidence
    from resolver.index.listing import Listing
    from resolver.index.metadata import Metadata
    from resolver.index.notebook import Notebook
    from resolver.model.distfile import DistFile
    from resolver.model.environment import Environment
    from resolver.options import Options
    from resolver.rules import Rules
    from resolver.sources import OpenSource

__all__ = ["Forgotten", "OfferShelf", "open_shelf"]

_MOST = 4_000  # offers that a process remembers

_remembered: dict[tuple[str, str], tuple[Offer, Sequence[Evidence]]] = {}
"""By folder and package: what was read last, as a memo of files on disk.  The oldest go first."""


class Forgotten(IndexUnavailable):
    """Something was in the cache when a note about it was made, and is not any more."""


def _context(environment: Environment, rules: Rules) -> str:
    """Return all that offers depend on besides listings, of packages that are noted."""
    return repr((FORMAT, environment.variables, environment.tags.said, rules.about_files))


def open_shelf(
    opened: OpenSource, environment: Environment, rules: Rules, options: Options
) -> OfferShelf | None:
    """Return the shelf for a target; None where ``opened`` keeps no notes."""
    notebook = opened.notebook(_context(environment, rules))
    if notebook is None:
        return None
    return OfferShelf(notebook, fresh=options.refresh, anew=names_anew(options), is_noted=rules.is_noted)


class OfferShelf:
    """The offers for one resolution (``catalog.Shelf``), by ``notebook``.

    With ``fresh`` nothing that is known is believed, and of the packages ``anew`` neither; what is learnt is
    noted all the same, but of packages that are not to be noted, of which nothing is believed either.
    """

    def __init__(
        self,
        notebook: Notebook,
        *,
        fresh: bool = False,
        anew: Collection[str] = (),
        is_noted: Callable[[str], bool] = bool,
    ) -> None:
        self._notebook = notebook
        self._is_noted = is_noted
        self._fresh = fresh
        self.again: Callable[[str], Listing] | None = None
        self.again_metadata: Callable[[str, DistFile], Metadata] | None = None
        self._anew = anew
        self._given: dict[str, tuple[Offer, Sequence[Evidence]]] = {}

    def recall(self, name: str) -> Offer | None:
        """Return what is known of package ``name``, if the index still says the same."""
        if self._fresh or name in self._anew or not self._is_noted(name):
            return None
        given = self._given.get(name)
        if given is not None:  # a resolution sees one state of the index
            return given[0]
        known = _remembered.get((self._notebook.folder, name))
        if known is None or not self._notebook.holds(known[1]):
            known = self._read(name)
            if known is None or not self._notebook.holds(known[1]):
                return None
            self._remember(name, known)
        self._given[name] = known
        return known[0]

    def renewed(self, name: str) -> Offer | None:
        """Return what was known of package ``name``, if the index, just asked, has confirmed its page."""
        known = self._known(name) if self._is_noted(name) else None
        if known is None or not self._notebook.says_the_same(name, known[1]):
            return None
        self._given[name] = (known[0], ())
        known[0].learnt = True  # when it is to be believed
        return known[0]

    def supposed(self, name: str) -> Offer | None:
        """Return what was known of package ``name``, which the index may not say any more."""
        known = self._known(name) if self._is_noted(name) else None
        return None if known is None else known[0]

    def add(self, offer: Offer) -> None:
        """Take in an offer that was just made of a listing."""
        self._given.setdefault(offer.name, (offer, ()))

    def listing(self, name: str) -> Listing:
        """Return the listing of which a recalled offer was made.  Raises ``Forgotten``.

        Once the resolution is over, one that has gone is read ``again``; who looks at the files of a version
        then gets those that it has by now.
        """
        found = self._notebook.listing(name)
        offer, evidence = self._given[name]
        if found is not None and (not evidence or _same(evidence, self._notebook.evidence(name))):
            return found
        found = None if self.again is None else self.again(name)
        if found is None or found.summary.keys != offer.keys:
            raise _forgotten("page", name)
        return found

    def metadata(self, name: str, file: DistFile) -> Metadata:
        """Return the metadata of ``file`` that was read before.  Raises ``Forgotten``.

        Once the resolution is over, what has gone is read again.
        """
        found = self._notebook.metadata(name, file)
        if found is None and self.again_metadata is not None:
            found = self.again_metadata(name, file)
        if found is None:
            raise _forgotten("metadata", name)
        return found

    def save(self) -> None:
        """Note what is new, and remember it; when the pages that were read lie in the cache."""
        for name, (offer, known) in self._given.items():
            evidence = known or self._notebook.evidence(name)
            if not evidence or not self._is_noted(name):
                continue
            if offer.learnt:
                content = offer.note()
                self._notebook.write(name, content, evidence)
                offer.settle(content)
            else:
                offer.settle()
            if not known:
                self._remember(name, (offer, evidence))

    def _known(self, name: str) -> tuple[Offer, Sequence[Evidence]] | None:
        return _remembered.get((self._notebook.folder, name)) or self._read(name)

    def _read(self, name: str) -> tuple[Offer, Sequence[Evidence]] | None:
        try:
            found = self._notebook.read(name)
            if found is None:
                return None
            note = Note(found[0])
        except (ValueError, IndexError):  # of another version: as good as none
            return None
        return Offer.noted(name, note), found[1]

    def _remember(self, name: str, known: tuple[Offer, Sequence[Evidence]]) -> None:
        slot = (self._notebook.folder, name)
        _remembered.pop(slot, None)
        if len(_remembered) >= _MOST:
            # A copy, since other threads may do the same.
            for oldest in list(_remembered)[: len(_remembered) - _MOST + 1]:
                _remembered.pop(oldest, None)
        _remembered[slot] = known


def _same(one: Sequence[Evidence], other: Sequence[Evidence]) -> bool:
    """Tell whether both are about the same records."""
    return {each.key: each.stamp for each in one} == {each.key: each.stamp for each in other}


def _forgotten(what: str, name: str) -> Forgotten:
    return Forgotten(
        f"The {what} of {name} has gone from the cache while it was being used. Please run again."
    )
