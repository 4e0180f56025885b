"""What is known of a provider's packages, and which candidates are pinned at the moment.

A *package* is what the provider has one identifier for.  Its candidates are numbered in the order in which
they are first tried (a number is a *slot*).  A ``Wanted`` is one requirement on a package, by the root or by
one candidate.  ``Pins`` is the stack of the candidates that are decided, with the requirements that are in
force because of them, in the order in which resolvelib keeps them.

Who asks the provider is ``answers``; what the solver makes of it is in ``problem``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from resolver.bridge.numbering import Numbering

if TYPE_CHECKING:
    from collections.abc import Iterable

    from resolver.bridge.library import Information
    from resolver.bridge.matches import Matches

__all__ = ["Package", "Pins", "Wanted"]


class Package:
    """Everything about one identifier.

    ``incoming`` lists every requirement ever seen on it, ``active`` those in force, ``matches`` what was
    found for these, if it was looked for.  ``is_suspect`` says that requirements on it have excluded one
    another before.  ``pinned`` is the slot of its pin, or -1, ``rejected`` has, by slot, the requirements for
    which a candidate did not stand.
    """

    __slots__ = (
        "active",
        "candidates",
        "incoming",
        "is_suspect",
        "key",
        "matches",
        "number",
        "pinned",
        "rejected",
    )

    def __init__(self, number: int, key: object) -> None:
        self.number = number
        self.key = key
        self.candidates = Numbering()
        self.incoming: list[Wanted] = []
        self.active: list[Wanted] = []
        self.matches: Matches[Wanted] | None = None
        self.is_suspect = False
        self.pinned = -1
        self.rejected: dict[int, list[Information]] = {}


class Wanted:
    """A requirement on ``package`` by the candidate in ``slot`` of ``parent``, or by the root.

    ``failing`` is the domain mask of the slots known not to satisfy it, ``asked`` of those that the provider
    was asked about.
    """

    __slots__ = ("asked", "failing", "information", "number", "package", "parent", "slot")

    def __init__(
        self, number: int, package: Package, information: Information, parent: Package | None, slot: int
    ) -> None:
        self.number = number
        self.package = package
        self.information = information
        self.parent = parent
        self.slot = slot
        self.failing = 0
        self.asked = 0


class Pins:
    """A stack of pins above the requirements of the root.

    ``mapping`` is the identifier and candidate of each, in order.  ``named`` lists the packages on which
    requirements are in force, in the order in which these came.
    """

    __slots__ = ("_needs", "mapping", "named", "stack")

    def __init__(self) -> None:
        self.stack: list[tuple[Package, int]] = []
        self.mapping: dict[object, object] = {}
        self.named: list[Package] = []
        self._needs: list[list[Wanted]] = []

    def __len__(self) -> int:
        return len(self.stack)

    def want(self, needs: Iterable[Wanted]) -> None:
        """Put requirements in force."""
        for wanted in needs:
            package = wanted.package
            if not package.active:
                self.named.append(package)
            package.active.append(wanted)
            package.matches = None

    def push(self, package: Package, slot: int, needs: list[Wanted]) -> None:
        """Pin a candidate, and put what it needs in force."""
        self.stack.append((package, slot))
        package.pinned = slot
        self.mapping[package.key] = package.candidates.items[slot]
        self._needs.append(needs)
        self.want(needs)

    def cut(self, level: int) -> None:
        """Take back all pins but the first ``level``.  Cost: linear in what is taken back."""
        while len(self.stack) > level:
            package, _ = self.stack.pop()
            package.pinned = -1
            self.mapping.popitem()
            for wanted in reversed(self._needs.pop()):
                package = wanted.package
                package.active.pop()
                package.matches = None
                if not package.active:
                    self.named.pop()
