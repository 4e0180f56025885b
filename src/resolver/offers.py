"""What an index offers of a package to a target: which versions, with files that fit, and what they require.

An ``Offer`` depends on the listing, the environment and the rules about files, and on nothing else that a
user asks for, so resolutions for one target can share it.  It is made of a listing, or of what was noted of
one (``noting``); then the listing is loaded only where somebody looks at its files.  What a resolution makes
of an offer is in ``catalog``.
"""

from __future__ import annotations

from resolver.judging import FileLists, Judge
from resolver.noting import Note, write_note

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from resolver.index.listing import Listing
    from resolver.judging import Rules
    from resolver.model.distfile import DistFile
    from resolver.model.environment import Environment
    from resolver.model.requirement import Requirement
    from resolver.policy import Reason

    Required = tuple[Requirement, ...]

__all__ = ["Offer"]

_MOST_MASKS = 2_000  # of one package in a note


class Offer:
    """The candidates of one package, oldest first, as the rules about files leave them.

    ``count`` is how many there are; ``fitting`` is the mask of those with a file that fits, ``only_yanked``
    of those of which all that fit were yanked (and are pinned), ``finals`` of those that are no
    pre-releases.  ``yanks`` says whether any file was yanked: only then do pins of the user's matter.
    ``set_aside`` counts files whose names say nothing that can be used.  ``learnt`` says that more is known
    than was noted.
    """

    __slots__ = (
        "_environment",
        "_files",
        "_judge",
        "_keys",
        "_listing",
        "_load",
        "_masks",
        "_note",
        "_provided",
        "_reasons",
        "_required",
        "_rules",
        "_texts",
        "_unfit",
        "count",
        "finals",
        "fitting",
        "learnt",
        "name",
        "only_yanked",
        "set_aside",
        "yanks",
    )

    def __init__(self, name: str, environment: Environment, rules: Rules) -> None:
        self.name = name
        self._environment = environment
        self._rules = rules
        self._listing: Listing | None = None
        self._load: Callable[[], Listing] | None = None
        self._note: Note | None = None
        self._judge: Judge | None = None
        self._files: FileLists | None = None
        self._unfit: FileLists | None = None
        self._reasons: list[tuple[Reason, int]] | None = None
        self._keys: list[bytes] | None = None
        self._texts: list[str] | None = None
        self._masks: dict[str, int] = {}
        self._required: dict[tuple[int, str], Required] = {}
        self._provided: dict[tuple[int, str], bool] = {}
        self.count = self.set_aside = 0
        self.fitting = self.only_yanked = self.finals = 0
        self.yanks = self.learnt = False

    @classmethod
    def of(cls, listing: Listing, environment: Environment, rules: Rules) -> Offer:
        """Return the offer of ``listing``; cost linear in the sorts of its files, and in its versions."""
        made = cls(listing.name, environment, rules)
        made._listing = listing
        summary = listing.summary
        made._keys, made._texts = summary.keys, summary.texts
        made.count = len(summary.keys)
        made.finals = summary.finals
        made.set_aside = summary.set_aside
        made.yanks = any(why for _, why in summary.said)
        made._look()
        made.learnt = True
        return made

    @classmethod
    def noted(
        cls, name: str, note: Note, load: Callable[[], Listing], environment: Environment, rules: Rules
    ) -> Offer:
        """Return the offer of which ``note`` was made; ``load`` brings the listing, when it is wanted."""
        made = cls(name, environment, rules)
        made._note = note
        made._load = load
        made.count = note.count
        made.fitting = note.fitting
        made.only_yanked = note.only_yanked
        made.finals = note.finals
        made.set_aside = note.set_aside
        made.yanks = note.yanks
        return made

    @property
    def listing(self) -> Listing:
        """Return the listing."""
        if self._listing is None:
            assert self._load is not None
            self._listing = self._load()
        return self._listing

    @property
    def keys(self) -> list[bytes]:
        """Return the keys of the candidates."""
        if self._keys is None:
            assert self._note is not None
            self._keys = self._note.keys()
        return self._keys

    @property
    def texts(self) -> list[str]:
        """Return the versions of the candidates, as the file names spell them."""
        if self._texts is None:
            assert self._note is not None
            self._texts = self._note.texts()
        return self._texts

    @property
    def reasons(self) -> list[tuple[Reason, int]]:
        """Return why no file of the others fits, and of which candidates that is so."""
        if self._reasons is None:
            self._look()
            assert self._reasons is not None
        return self._reasons

    def files(self, *, fitting: bool) -> FileLists:
        """Return the files of each candidate, those that fit or the others."""
        if self._files is None or self._unfit is None:
            judge = self._judged()
            self._files = FileLists(self.listing, judge, fitting=True)
            self._unfit = FileLists(self.listing, judge, fitting=False)
        return self._files if fitting else self._unfit

    def standing(self, candidate: int) -> DistFile | None:
        """Return the file that stands for ``candidate``: of a noted one, what rules look at in it."""
        found = None if self._note is None else self._note.standing(candidate)
        return found or self.files(fitting=True).first(candidate)

    def mask(self, requirement: Requirement) -> int:
        """Return the mask of the candidates that ``requirement`` admits, pre-releases included.

        Cost: a bisection per clause the first time, then a look-up.
        """
        text = requirement.specifier_text
        mask = self._masks.get(text)
        if mask is None:
            mask = None if self._note is None else self._note.mask(text)
            if mask is None:
                mask = requirement.specifiers.mask(self.keys, self.texts)
                self.learnt = True
            self._masks[text] = mask
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

    def learn(self, candidate: int, extra: str, required: Required, *, provided: bool) -> None:
        """Take in what ``candidate`` requires by its metadata, which never changes."""
        self._required[candidate, extra] = required
        self._provided[candidate, extra] = provided
        self.learnt = True

    def note(self) -> bytes:
        """Return all that is known, to be noted."""
        standing = {
            candidate: self.standing(candidate) for candidate, extra in self._all_known() if not extra
        }
        masks = self._masks if self._note is None else {**self._note.masks(), **self._masks}
        self.learnt = False
        return write_note(
            keys=self.keys,
            texts=self.texts,
            fitting=self.fitting,
            only_yanked=self.only_yanked,
            finals=self.finals,
            yanks=self.yanks,
            set_aside=self.set_aside,
            masks=dict(list(masks.items())[-_MOST_MASKS:]),
            required=self._required,
            provided=self._provided,
            standing={candidate: file for candidate, file in standing.items() if file is not None},
        )

    def _all_known(self) -> list[tuple[int, str]]:
        """Return all pairs of candidate and extra of which it is known what they require."""
        note = self._note
        if note is not None:
            for candidate, extra in [*((each, "") for each in note.candidates()), *note.extras()]:
                self.required(candidate, extra)
                self._provided.setdefault((candidate, extra), bool(note.provides(candidate, extra)))
        return list(self._required)

    def _judged(self) -> Judge:
        if self._judge is None:
            self._judge = Judge(self.listing, self._environment, self._rules)
        return self._judge

    def _look(self) -> None:
        """Apply the rules about files."""
        reasons: dict[Reason, int] = {}
        self.fitting = self.only_yanked = 0
        for reason, only_yanked, mask in self._judged().verdicts():
            if reason is not None:
                reasons[reason] = reasons.get(reason, 0) | mask
            else:
                self.fitting |= mask
                if only_yanked:
                    self.only_yanked |= mask
        self._reasons = list(reasons.items())
