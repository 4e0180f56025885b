"""The partial solution: what is known of each package, why, and how to take it back.

Every narrowing of a domain is written down on one of two trails.  The *trail* holds what depends on
decisions and is cut on the way back.  The *ground* holds what is true whatever is decided, for ever, in an
order in which each entry follows from those before it.  ``base`` is the domain that the ground leaves.

A *late* entry narrows a package because of a clause whose other terms are false at an earlier level: after a
conflict decisions that would be made again are kept (``keeping``), and what was learned is written down
behind them.  When such an entry is cut away, but not the level at which it holds, it is written down again.

A fact about one package alone that turns up in the middle of the search goes to the ground at once
(``restrict``), and so does what follows from it on the ground; then ``catch_up`` cuts domains down to it and
jumps back just as far as a decision contradicts it, not to level 0.  What follows from such a fact and from
decisions together is found at the level of the moment and lost when that level goes.  So whenever an older
domain comes back, it is cut down to ``base`` again, which puts the package into the queue again
(``backjump``): nothing that a level should know is missed.

What the clauses make of a domain is in ``propagation``; which package is decided next is in ``priority``.

Spec: Dart pub, doc/solver.md, "Partial Solution".
"""

from __future__ import annotations

from bisect import bisect_right

from resolver.solver.incompatibility import Cause, Clause
from resolver.solver.terms import ABSENT

TYPE_CHECKING = False
if TYPE_CHECKING:
    from resolver.solver.incompatibility import Edge

    Reason = Clause | Edge | tuple[int, int, object]

__all__ = ["GROUND", "Late", "PartialSolution", "Trail"]

GROUND = Clause([], [], Cause())
"""The cause of a trail entry that only repeats what the ground says; no conflict is ever traced to one."""


_ROOM = 16
"""Packages that there is room for at first."""

# Lists unpacked from these take half the time of ``[0] * _ROOM``, and the smallest problems little more.
_NOTHING = (0,) * _ROOM
_NO = (False,) * _ROOM
_NOWHERE = (-1,) * _ROOM


class Trail:
    """Assignments in the order in which they were made, chained by package.

    Position *i* is described by ``packages[i]``, ``masks[i]`` (the domain from then on), ``causes[i]``
    (``None``: a decision; ``clauses`` tells the other kinds apart) and ``previous[i]`` (the position before
    it of the same package, or -1).  ``last[package]`` is the newest position of a package, or -1.  Lists
    side by side, not one object an entry: this is written some hundred thousand times a second.
    """

    __slots__ = ("causes", "last", "masks", "packages", "previous")

    def __init__(self, room: int = 0) -> None:
        self.packages: list[int] = []
        self.masks: list[int] = []
        self.causes: list[Reason | None] = []
        self.previous: list[int] = []
        self.last = [-1] * room if room else [*_NOWHERE]

    def append(self, package: int, mask: int, cause: Reason | None) -> None:
        """Write down that the domain of ``package`` is ``mask`` from now on."""
        self.previous.append(self.last[package])
        self.last[package] = len(self.packages)
        self.packages.append(package)
        self.masks.append(mask)
        self.causes.append(cause)

    def falsifier(self, package: int, allowed: int) -> int:
        """Return the earliest position from which on the term is false.

        The term must be false now, and must not have been so before the first entry of its package.
        (Dart pub calls this the satisfier, of the term's negation.)  Cost: linear in the entries of the
        package since then.
        """
        previous = self.previous
        masks = self.masks
        position = self.last[package]
        before = previous[position]
        while before >= 0 and not masks[before] & allowed:
            position = before
            before = previous[position]
        return position

    def cut(self, start: int) -> None:
        """Forget the entries from ``start`` on; ``last`` is the caller's to mend."""
        del self.packages[start:]
        del self.masks[start:]
        del self.causes[start:]
        del self.previous[start:]


class PartialSolution:
    """Domains of all packages, the two trails behind them, and what has to be looked at again.

    An entry of ``ground`` is package, base from then on, and why: a clause, or what the root needs.
    ``queue`` lists packages whose domain changed and whose clauses were not visited since (``queued`` says
    who is in it, ``busy`` who has clauses to be visited at all).  ``restricted`` lists those whose base
    changed since the last ``catch_up``.  ``open`` lists packages that may have become ready for a decision,
    or have a better claim to one than before; it may name a package twice or without need.
    ``contradiction`` is a clause that turned out to be false when it was written down again.

    Lists by package are longer than the packages known; an unknown one has the domain 0.
    """

    __slots__ = (
        "base",
        "busy",
        "contradiction",
        "decided",
        "domains",
        "ground",
        "late",
        "level_starts",
        "open",
        "queue",
        "queued",
        "restricted",
        "settled",
        "trail",
        "usable",
    )

    def __init__(self) -> None:
        self.domains = [*_NOTHING]
        self.usable = [*_NOTHING]
        self.base = [*_NOTHING]
        self.settled = [*_NOTHING]
        self.decided = [*_NO]
        self.busy = [*_NO]
        self.queued = [*_NO]
        self.trail = Trail()
        self.ground: list[tuple[int, int, Clause | tuple[int, int, object]]] = []
        self.level_starts: list[int] = []
        self.late: list[Late] = []
        self.queue: list[int] = []
        self.restricted: list[int] = []
        self.open: list[int] = []
        self.contradiction: Clause | None = None

    def knows(self, package: int) -> bool:
        """Say whether ``package`` was added."""
        return package < len(self.domains) and self.domains[package] != 0

    def add(self, package: int, usable: int) -> None:
        """Start with ``usable`` as the domain of ``package``; it may be left unselected."""
        if package >= len(self.domains):
            self._grow(package + 1)
        usable |= ABSENT
        self.domains[package] = usable
        self.usable[package] = usable
        self.base[package] = usable
        self.settled[package] = usable

    def _grow(self, least: int) -> None:
        """Make room for ``least`` packages, and for more at once than one by one would cost."""
        missing = max(least, 2 * len(self.domains)) - len(self.domains)
        nothing = [0] * missing
        self.domains += nothing
        self.usable += nothing
        self.base += nothing
        self.settled += nothing
        no = [False] * missing
        self.decided += no
        self.busy += no
        self.queued += no
        nowhere = [-1] * missing
        self.trail.last += nowhere

    def level(self) -> int:
        """Return how many decisions are in force."""
        return len(self.level_starts)

    def level_of(self, position: int) -> int:
        """Return the decision level at which the trail entry was made."""
        return bisect_right(self.level_starts, position)

    def required_since(self, package: int) -> int:
        """Return the level since which ``package`` must be selected: at most that of the moment."""
        if not self.base[package] & ABSENT:
            return 0
        if self.domains[package] & ABSENT:
            return len(self.level_starts)
        return self.level_of(self.trail.falsifier(package, ABSENT))

    def enqueue(self, package: int) -> None:
        """Have the clauses of ``package`` visited again."""
        if not self.queued[package]:
            self.queued[package] = True
            self.queue.append(package)

    def narrow(self, package: int, mask: int, cause: Reason | None) -> None:
        """Make ``mask``, a proper and non-empty part of the domain, the domain of ``package``."""
        trail = self.trail
        trail.previous.append(trail.last[package])
        trail.last[package] = len(trail.packages)
        trail.packages.append(package)
        trail.masks.append(mask)
        trail.causes.append(cause)
        self.domains[package] = mask
        if not self.busy[package]:
            if not mask & ABSENT:
                self.open.append(package)
        elif not self.queued[package]:
            self.queued[package] = True
            self.queue.append(package)

    def narrow_late(self, level: int, package: int, allowed: int, reason: Clause | Edge) -> None:
        """Narrow ``package`` to what is ``allowed``, for a reason that is unit since ``level``.

        Where nothing of the domain is allowed the clause becomes the ``contradiction``.
        """
        if level < len(self.level_starts):
            self.late.append(Late(len(self.trail.packages), level, package, allowed, reason))
        domain = self.domains[package]
        mask = domain & allowed
        if not mask & self.base[package]:
            if self.contradiction is None:
                self.contradiction = reason if isinstance(reason, Clause) else reason.clause()
        elif mask != domain:
            self.narrow(package, mask, reason)

    def decide(self, package: int, mask: int) -> None:
        """Open a level with the decision that ``package`` is ``mask``, one candidate of its domain."""
        self.level_starts.append(len(self.trail.packages))
        self.decided[package] = True
        self.narrow(package, mask, None)

    def require(self, package: int, mask: int, need: tuple[int, int, object]) -> None:
        """Restrict ``package`` before anything is decided or follows from it: nothing has to catch up."""
        self.ground.append((package, mask, need))
        self.base[package] = self.domains[package] = self.settled[package] = mask
        if self.busy[package]:
            self.enqueue(package)
        elif not mask & ABSENT:
            self.open.append(package)

    def restrict(self, package: int, allowed: int, clause: Clause) -> None:
        """Take what is not ``allowed`` from the base of ``package``, because of ``clause``.

        All other terms of the clause must be false on the ground, and the base must lose and keep something.
        Domains stay wider than the base until ``catch_up``.
        """
        base = self.base[package] & allowed
        self.ground.append((package, base, clause))
        self.base[package] = base
        self.restricted.append(package)

    def cut_down(self, package: int, allowed: int, clause: Clause) -> None:
        """Restrict a package of which something is left, and catch up at once: nothing else follows."""
        base = self.base[package] = self.base[package] & allowed
        self.ground.append((package, base, clause))
        self.narrow(package, self.domains[package] & base, GROUND)

    def catch_up(self) -> None:
        """Cut domains down to the ground, after a jump back to where it leaves something of each.

        Cost: linear in the packages restricted and in what the jump forgets.
        """
        domains = self.domains
        base = self.base
        level = self.level()
        for package in self.restricted:
            if not domains[package] & base[package]:
                position = self.trail.falsifier(package, base[package])
                level = min(level, self.level_of(position) - 1)
        if level < self.level():
            self.backjump(level)
        for package in self.restricted:
            if domains[package] & ~base[package]:
                self.narrow(package, domains[package] & base[package], GROUND)
        self.restricted.clear()

    def settle(self) -> None:
        """Move what was found at level 0 to the ground; to be called there only.

        Cost: linear in what was found since the last time.
        """
        trail = self.trail
        if not trail.packages:
            return
        for position in range(len(trail.packages)):
            package = trail.packages[position]
            cause = trail.causes[position]
            base = self.base[package] & trail.masks[position]
            if base != self.base[package]:
                assert cause is not None
                assert not isinstance(cause, tuple)
                known = cause if isinstance(cause, Clause) else cause.clause()
                self.ground.append((package, base, known))
                self.base[package] = base
            self.settled[package] = self.domains[package]
            trail.last[package] = -1
        trail.cut(0)

    def retract(self) -> None:
        """Take back the last decision, of which nothing was propagated yet but what its candidate needs."""
        trail = self.trail
        start = self.level_starts.pop()
        self.decided[trail.packages[start]] = False
        for position in range(len(trail.packages) - 1, start - 1, -1):
            package = trail.packages[position]
            before = trail.last[package] = trail.previous[position]
            self.domains[package] = self.settled[package] if before < 0 else trail.masks[before]
        trail.cut(start)
        for package in self.queue:
            self.queued[package] = False
        self.queue.clear()

    def backjump(self, level: int) -> None:
        """Forget every decision above ``level``, and what followed from it.

        Domains that come back are cut down to ``base`` and to what late entries say that still hold; where
        that takes something away, the package is queued.  Cost: linear in what is forgotten.
        """
        trail = self.trail
        start = self.level_starts[level]
        touched: list[int] = []
        for position in range(len(trail.packages) - 1, start - 1, -1):
            package = trail.packages[position]
            before = trail.previous[position]
            trail.last[package] = before
            if trail.causes[position] is None:
                self.decided[package] = False
                self.open.append(package)
            if before < start:
                touched.append(package)
        trail.cut(start)
        del self.level_starts[level:]
        self.contradiction = None
        for package in self.queue:
            self.queued[package] = False
        self.queue.clear()
        for package in touched:
            before = trail.last[package]
            mask = self.settled[package] if before < 0 else trail.masks[before]
            self.domains[package] = mask
            base = self.base[package]
            if mask & base != mask:
                self.narrow(package, mask & base, GROUND)
        if self.late and self.late[-1].position >= start:
            self._repeat(start)

    def _repeat(self, start: int) -> None:
        """Write down again what late entries behind ``start`` say, if it still holds."""
        late = self.late
        first = len(late)
        while first and late[first - 1].position >= start:
            first -= 1
        gone = late[first:]
        del late[first:]
        level = self.level()
        for each in gone:
            if each.level <= level:
                self.narrow_late(each.level, each.package, each.allowed, each.reason)


class Late:
    """A late entry at a trail ``position``: since ``level`` a clause says that ``package`` is ``allowed``."""

    __slots__ = ("allowed", "level", "package", "position", "reason")

    def __init__(self, position: int, level: int, package: int, allowed: int, reason: Clause | Edge) -> None:
        self.position = position
        self.level = level
        self.package = package
        self.allowed = allowed
        self.reason = reason
