"""What an index offers of a package to a target: which versions, with files that fit, and what they require.

An ``Offer`` depends on the listing, the environment and the rules about files, and on nothing else that a
user asks for, so resolutions for one target can share it.  It holds no file and no listing: what is known was
made of one, or was noted (``noting``) by an earlier resolution.  What a resolution makes of an offer is in
``catalog``.
"""

from __future__ import annotations

from resolver.model.specifiers import Specifiers
from resolver.model.version import Version
from resolver.noting import Note, write_note

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from resolver.index.summary import Summary
    from resolver.model.distfile import DistFile
    from resolver.model.requirement import Requirement

    Required = tuple[Requirement, ...]

__all__ = ["Offer"]

_MOST_MASKS = 2_000  # of one package in a note


class Offer:
    """The candidates of one package, oldest first, as the rules about files leave them.

    ``count`` is how many there are; ``fitting`` is the mask of those with a file that fits, ``only_yanked``
    of those of which all that fit were yanked (and are pinned), ``finals`` of those that are no
    pre-releases.  ``yanks`` says whether any file was yanked: only then do pins of the user's matter.
    ``set_aside`` counts files whose names say nothing that can be used.  ``state`` is that of the listing
    (``index.listing.Listing.state``).  ``learnt`` says that more is known
    than was noted.
    """

    __slots__ = (
        "_keys",
        "_masks",
        "_note",
        "_provided",
        "_required",
        "_standing",
        "_texts",
        "count",
        "finals",
        "fitting",
        "learnt",
        "name",
        "only_yanked",
        "set_aside",
        "state",
        "yanks",
    )

    def __init__(self, name: str, facts: Summary | Note, *, fitting: int, only_yanked: int) -> None:
        self.name = name
        self.fitting = fitting
        self.only_yanked = only_yanked
        self.finals = facts.finals
        self.set_aside = facts.set_aside
        self.count = 0
        self.yanks = self.learnt = False
        self.state: tuple[str, ...] = ()
        self._note: Note | None = None
        self._keys: Sequence[bytes] | None = None
        self._texts: Sequence[str] | None = None
        self._masks: dict[str, int] = {}
        self._required: dict[tuple[int, str], Required] = {}
        self._provided: dict[tuple[int, str], bool] = {}
        self._standing: dict[int, DistFile] = {}

    @classmethod
    def of(
        cls, name: str, summary: Summary, *, fitting: int, only_yanked: int, state: tuple[str, ...] = ()
    ) -> Offer:
        """Return the offer of a listing of which the rules have left ``fitting``."""
        made = cls(name, summary, fitting=fitting, only_yanked=only_yanked)
        made._keys, made._texts = summary.keys, summary.texts
        made.count = len(summary.keys)
        made.yanks = any(why for _, why in summary.said)
        made.state = state
        made.learnt = True
        return made

    @classmethod
    def noted(cls, name: str, note: Note) -> Offer:
        """Return the offer of which ``note`` was made."""
        made = cls(name, note, fitting=note.fitting, only_yanked=note.only_yanked)
        made._note = note
        made.count = note.count
        made.yanks = note.yanks
        made.state = note.state
        return made

    @property
    def keys(self) -> Sequence[bytes]:
        """Return the keys of the candidates."""
        keys = self._keys
        if keys is None:
            assert self._note is not None
            keys = self._keys = self._note.keys()
        return keys  # that of now: another thread may settle the offer meanwhile

    @property
    def texts(self) -> Sequence[str]:
        """Return the versions of the candidates, as the file names spell them."""
        texts = self._texts
        if texts is None:
            assert self._note is not None
            texts = self._texts = self._note.texts()
        return texts

    def text(self, candidate: int) -> str:
        """Return one of ``texts``, without making the others."""
        texts = self._texts
        if texts is None:
            assert self._note is not None
            return self._note.text(candidate)
        return texts[candidate]

    def mask(self, requirement: Requirement) -> int:
        """Return the mask of the candidates that ``requirement`` admits, pre-releases included.

        Cost: a bisection per clause the first time, then a look-up.
        """
        text = requirement.specifier_text
        mask = self._known_mask(text)
        return self._learnt_mask(text, requirement.specifiers) if mask is None else mask

    def exactly(self, version: str) -> int:
        """Return the mask of the candidate with this version, 0 if there is none; cost as for ``mask``."""
        text = f"=={version}"
        mask = self._known_mask(text)
        if mask is None:
            mask = self._learnt_mask(text, Specifiers(text))
        if mask & mask - 1:  # PEP 440: 1.0 admits 1.0+local as well
            key = Version(version).key
            numbers = [number for number in range(mask.bit_length()) if mask >> number & 1]
            mask = next((1 << number for number in numbers if self.keys[number] == key), mask)
        return mask

    def _known_mask(self, text: str) -> int | None:
        mask = self._masks.get(text)
        if mask is None and self._note is not None:
            mask = self._note.mask(text)
            if mask is not None:
                self._masks[text] = mask
        return mask

    def _learnt_mask(self, text: str, specifiers: Specifiers) -> int:
        mask = self._masks[text] = specifiers.mask(self.keys, self.texts)
        self.learnt = True
        return mask

    def required(self, candidate: int, extra: str) -> Required | None:
        """Return what ``candidate`` requires, or with ``extra`` what that adds; None if it is not known."""
        found = self._required.get((candidate, extra))
        if found is None and self._note is not None:
            found = self._note.required(candidate, extra)
            if found is not None:
                self._required[candidate, extra] = found
        return found

    def provides(self, candidate: int, extra: str) -> bool | None:
        """Return whether the metadata of ``candidate`` has ``extra``; None if that is not known."""
        found = self._provided.get((candidate, extra))
        if found is None and self._note is not None:
            found = self._note.provides(candidate, extra)
        return found

    def standing(self, candidate: int) -> DistFile | None:
        """Return the file by which it is known what ``candidate`` requires, if it is.

        Of a noted one there is what rules look at, but no address and no digests.
        """
        found = self._standing.get(candidate)
        return self._note.standing(candidate) if found is None and self._note is not None else found

    def learn(
        self, candidate: int, extra: str, required: Required, *, provided: bool, standing: DistFile
    ) -> None:
        """Take in what ``candidate`` requires by the metadata of ``standing``, which never changes."""
        # In this order: another thread may look meanwhile, or write a note.
        self._provided[candidate, extra] = provided
        self._standing[candidate] = standing
        self._required[candidate, extra] = required
        self.learnt = True

    def note(self) -> bytes:
        """Return all that is known, to be noted."""
        self._read_note()
        self.learnt = False
        return write_note(
            keys=self.keys,
            texts=self.texts,
            fitting=self.fitting,
            only_yanked=self.only_yanked,
            finals=self.finals,
            yanks=self.yanks,
            set_aside=self.set_aside,
            state=self.state,
            masks=dict(list(self._masks.items())[-_MOST_MASKS:]),
            required=dict(self._required),  # a copy, since other threads may learn more meanwhile
            provided=self._provided,
            standing=self._standing,
        )

    def settle(self, content: bytes | None = None) -> None:
        """Hold what was noted, in ``content`` where that is new, as it was noted: some 20 bytes a version."""
        if content is not None:
            self._note = Note(content)
        if self._note is not None:
            self._keys = self._texts = None

    def _read_note(self) -> None:
        """Take in all that was noted."""
        note = self._note
        if note is None:
            return
        self._masks = {**note.masks(), **self._masks}
        for candidate, extra in [*((each, "") for each in note.candidates()), *note.extras()]:
            self.required(candidate, extra)
            self._provided.setdefault((candidate, extra), bool(note.provides(candidate, extra)))
            standing = note.standing(candidate)
            if standing is not None:
                self._standing.setdefault(candidate, standing)
