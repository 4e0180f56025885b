"""Patches: what users write to correct what packages say about themselves.

A patch is a line ``SUBJECT: CHANGE``.  The subject is a package and perhaps a range of its versions; the
change is one of

* ``vine<5``: the requirement on vine becomes this one (and keeps its marker, unless this has one);
* ``+ foo>=1``: this is required, too;
* ``- bar``: bar is not required;
* ``= foo>=1``: all lines of this form together are what is required, and the metadata is not even looked at;
  ``=`` alone: nothing is required;
* ``requires-python >=3.8``: this is its Requires-Python, whatever index and metadata say; without a specifier
  it has none.

Later lines come on top of earlier ones.  How metadata is changed is in ``patching``; files are read in
``formats.patch_files``.
"""

from __future__ import annotations

from resolver.model.faults import FaultyText
from resolver.model.requirement import InvalidRequirement, Requirement
from resolver.model.specifiers import InvalidSpecifier, Specifiers

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

__all__ = ["ADD", "DROP", "PYTHON", "REPLACE", "WHOLE", "InvalidPatch", "Patch", "Patches"]

REPLACE, ADD, DROP, WHOLE, PYTHON = "replace", "add", "drop", "whole", "python"
_MARKS = {"+": ADD, "-": DROP, "=": WHOLE}
_PYTHON = "requires-python"


class InvalidPatch(FaultyText):
    """A text that is no patch."""


class Patch:
    """One patch, which is about the versions of package ``name`` that ``specifiers`` admit.

    ``kind`` is one of the five above.  ``requirement`` is what is required, or for ``DROP`` not required;
    None for ``WHOLE`` where that is nothing, and for ``PYTHON``, of which the specifier is ``python``.
    """

    __slots__ = ("kind", "name", "python", "requirement", "specifiers", "text")

    def __init__(
        self, text: str, subject: Requirement, kind: str, requirement: Requirement | None, python: str = ""
    ) -> None:
        self.text = text
        self.name = subject.name
        self.specifiers = subject.specifiers
        self.kind = kind
        self.requirement = requirement
        self.python = python

    @classmethod
    def read(cls, text: str) -> Patch:
        """Read a patch.  Raises ``InvalidPatch``.

        >>> patch = Patch.read("celery<5: vine<5")
        >>> patch.name, patch.kind, patch.requirement
        ('celery', 'replace', <Requirement('vine<5')>)
        """
        head, colon, rest = text.partition(":")
        if not colon:
            raise InvalidPatch("write a patch as PACKAGE: CHANGE, such as celery<5: vine<5", len(text))
        subject = _subject(head)
        change = rest.strip()
        at = len(text) - len(rest.lstrip())
        kind = _MARKS.get(change[:1], REPLACE)
        if kind != REPLACE:
            at += len(change) - len(change[1:].lstrip())
            change = change[1:].lstrip()
        if change == _PYTHON or (change.startswith(_PYTHON) and kind == REPLACE):
            return _of_python(text, subject, change, kind, at)
        if not change:
            if kind == WHOLE:
                return cls(text, subject, WHOLE, None)
            raise InvalidPatch("there is no change behind the colon", at)
        return cls(text, subject, kind, _required(change, at, kind))

    def is_about(self, version: str) -> bool:
        """Tell whether the patch is about this version."""
        return self.specifiers.contains(version, prereleases=True)


class Patches:
    """All patches of a resolution, by package, in the order in which they were written."""

    __slots__ = ("_by_name", "all")

    def __init__(self, texts: Iterable[str]) -> None:
        """Read the patches.  Raises ``InvalidPatch``."""
        self.all = [Patch.read(text) for text in texts]
        self._by_name: dict[str, list[Patch]] = {}
        for patch in self.all:
            self._by_name.setdefault(patch.name, []).append(patch)

    def of(self, name: str, version: str) -> list[Patch]:
        """Return the patches of one version of a package."""
        return [patch for patch in self._by_name.get(name, ()) if patch.is_about(version)]

    def python(self, name: str, version: str) -> str | None:
        """Return the Requires-Python that is given to a version, "" being none; None: that of the index."""
        found = [patch.python for patch in self.of(name, version) if patch.kind == PYTHON]
        return found[-1] if found else None

    def of_python(self, name: str, keys: Sequence[bytes], texts: Sequence[str]) -> int:
        """Return which versions are given a Requires-Python, as a mask."""
        found = 0
        for patch in self._by_name.get(name, ()):
            if patch.kind == PYTHON:
                found |= patch.specifiers.mask(keys, texts)
        return found

    @property
    def about_files(self) -> list[str]:
        """Return the patches that decide which files may be used."""
        return [patch.text for patch in self.all if patch.kind == PYTHON]


def _subject(head: str) -> Requirement:
    try:
        subject = Requirement.parse(head.rstrip())
    except InvalidRequirement as error:
        raise InvalidPatch(error.message, error.position) from None
    if subject.extras or subject.marker or subject.url is not None:
        raise InvalidPatch("before the colon stand a package and a range of its versions, and no more", 0)
    return subject


def _required(change: str, at: int, kind: str) -> Requirement:
    try:
        found = Requirement.parse(change)
    except InvalidRequirement as error:
        raise InvalidPatch(error.message, at + error.position) from None
    if found.url is not None:
        raise InvalidPatch("a patch cannot say where a package comes from", at)
    if (kind == DROP and change.strip("[]") != change) or (
        kind == DROP and (found.specifier_text or found.marker)
    ):
        raise InvalidPatch("behind the - stands the name of a package, and no more", at)
    return found


def _of_python(text: str, subject: Requirement, change: str, kind: str, at: int) -> Patch:
    specifiers = change.removeprefix(_PYTHON).strip()
    try:
        Specifiers(specifiers)
    except InvalidSpecifier as error:
        raise InvalidPatch(f"{specifiers!r} is no range of versions: {error}", at + len(_PYTHON)) from None
    if kind not in (REPLACE, DROP):
        raise InvalidPatch("write it as requires-python >=3.8, without a mark before it", at)
    return Patch(text, subject, PYTHON, None, specifiers)
