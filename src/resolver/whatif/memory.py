"""What trials have in common: what was asked about candidates, and what came of it.

``Memory`` lasts from the first question to the last trial.  ``Asking`` is a problem as the solver of one
trial sees it: what was answered before is answered again without a look, what nobody asked for before is
counted, and where a package is *sought* its candidates are tried in the order of the question, not in that
of preference.

Nothing here depends on what has arrived: to be known means to have been asked for.
"""

from __future__ import annotations

from resolver.solver.lore import Lore
from resolver.solver.port import Need

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Container, Sequence

    from resolver.catalog import Candidates, Catalog
    from resolver.problem import PythonProblem
    from resolver.rules import Rules
    from resolver.solver.engine import Solver
    from resolver.solver.port import Conflict, Facts, Universe

__all__ = ["FEW", "Asking", "Enough", "Known", "Memory", "Sought"]

FEW = 16
"""So many candidates that nobody looked at before are tried one after the other, more in leaps."""

_NEXT = 3
"""So many of what is sought are fetched besides the first one that was not known."""


class Enough(Exception):  # nothing is wrong
    """A trial has asked for as much as it may, or tried all that it is to try."""


class Known:
    """What is known of candidates: ``facts`` by package and candidate; by name, who was ``asked`` for.

    ``files`` are those of other trials, by name, where candidates may have other ones than there.
    """

    __slots__ = ("asked", "facts", "files")

    def __init__(self, asked: dict[str, set[int]], files: dict[str, set[str]] | None = None) -> None:
        self.facts: dict[tuple[int, int], Facts] = {}
        self.asked = asked
        self.files = files

    def note(self, name: str) -> int:
        """Note that a package is asked for; return 1 if nobody did so before."""
        new = name not in (self.asked if self.files is None else self.files)
        self.asked.setdefault(name, set())
        if self.files is not None:
            self.files.setdefault(name, set())
        return int(new)

    def note_candidate(self, name: str, candidate: int, catalog: Catalog) -> int:
        """Note that a candidate of a package is asked for; return 1 if nobody did so before."""
        if candidate in self.asked[name]:
            return 0
        self.asked[name].add(candidate)
        if self.files is None:
            return 1
        files, file = self.files[name], catalog.standing(name, candidate).filename
        new = file not in files
        files.add(file)
        return int(new)


class Memory:
    """What is known after the first question: ``problem`` is what became of it.

    ``solver`` is what tried to solve it; without it a trial goes the way that it would go by itself.
    """

    __slots__ = ("_candidates", "_files", "_known", "_latest", "_shelf", "lore")

    def __init__(self, problem: PythonProblem, solver: Solver | None) -> None:
        self.lore = Lore()
        if solver is not None:
            solver.teach(self.lore)
        self._latest = problem
        self._shelf = problem.catalog.shelf
        self._known = Known(problem.asked())
        self._files: dict[str, set[str]] = {}
        self._candidates: dict[str, tuple[Candidates, Rules]] = {}
        self.keep(problem)

    def used(self) -> dict[str, set[str]]:
        """Return the packages and files that were asked for, as ``PythonProblem.used`` does."""
        for name, candidates in self._known.asked.items():
            files = self._files.setdefault(name, set())
            standing = [self._candidates[name][0].standing(candidate) for candidate in candidates]
            files.update(each.filename for each in standing if each is not None)
        return self._files

    def keep(self, problem: PythonProblem) -> None:
        """Keep what was read of packages, for problems with the same options.

        What was only fetched ahead is left out: arrival decides nothing.
        """
        packages, rules = problem.catalog.packages, problem.catalog.rules
        for name in self._known.asked:
            if name in packages:
                self._candidates.setdefault(name, (packages[name], rules))

    def apart(self) -> Known:
        """Return what is known of candidates where they may have other files: only who has those."""
        return Known({}, self.used())

    def hand_over(self, problem: PythonProblem) -> Known | None:
        """Give ``problem``, which has the same options and was asked for nothing yet, what is known.

        Return what is known of candidates, for more to be added; None where some have other files here.
        """
        problem.catalog.shelf = self._shelf
        rules, is_akin = problem.catalog.rules, True
        for name, (candidates, others) in self._candidates.items():
            has_same_files = rules.digests is None and (
                not candidates.offer.yanks or rules.pins_alike(others, name)
            )
            is_akin = is_akin and has_same_files
            if has_same_files:
                problem.catalog.adopt(candidates)
            else:
                problem.catalog.add_listing(candidates.listing)
        if not is_akin:
            return None
        problem.continue_from(self._latest)
        self._latest = problem
        return self._known


class Sought:
    """A package of which the first candidate is wanted that can be had, in the order made by ``order``.

    Those that were looked at before are tried one after the other; of others some, and then they are passed
    over in leaps, each twice as long as the one before: so the number of those that are looked at grows with
    the logarithm of how many there are.  ``likely`` are those that will probably be asked for, if that is
    known.
    """

    __slots__ = ("_chosen", "_given", "_leaps", "_make_order", "_order", "_tried", "name")

    def __init__(
        self, name: str, order: Callable[[Candidates], Sequence[int]], likely: Sequence[int] = ()
    ) -> None:
        self.name = name
        self._make_order = order
        self._order: Sequence[int] = ()
        self._given = likely
        self._chosen = -1
        self._tried = 0
        self._leaps = 0

    def choose(self, candidates: Candidates, allowed: int, known: Container[int]) -> int | None:
        """Return the candidate to try, of those ``allowed``; None where none of them is in the order.

        ``known`` are those that were looked at before.  Raises ``Enough`` after the last leap.
        """
        self._order = self._order or self._make_order(candidates)
        if self._chosen >= 0 and allowed >> self._chosen & 1:
            return self._chosen
        return self._next(allowed, known)

    def likely(self, allowed: int, known: Container[int], misses: int) -> Sequence[int]:
        """Return candidates that are worth fetching when one that is not known was met, for the n-th time.

        Those that the question names; or else a few that come next, and all that do if those are refused.
        """
        if self._given:
            return self._given
        following = self._following(allowed, known)
        return following if misses > 1 else following[:_NEXT]

    def _following(self, allowed: int, known: Container[int]) -> list[int]:
        """Return the candidates that come next if all are refused."""
        ahead = Sought(self.name, self._make_order)
        ahead._order, ahead._chosen = self._order, self._chosen
        ahead._tried, ahead._leaps = self._tried, self._leaps
        found: list[int] = []
        try:
            while ahead._chosen >= 0:
                allowed &= ~(1 << ahead._chosen)
                following = ahead._next(allowed, known)
                if following is None:
                    break
                found.append(following)
        except Enough:
            pass
        return found

    def _next(self, allowed: int, known: Container[int]) -> int | None:
        left = [each for each in self._order if allowed >> each & 1]
        if not left:
            return None
        self._chosen = left[self._leap(left, known)]
        return self._chosen

    def _leap(self, left: Sequence[int], known: Container[int]) -> int:
        """Return the place of the candidate that comes next."""
        if len(left) <= FEW or left[0] in known:
            return 0
        self._tried += 1
        if self._tried <= FEW:
            return 0
        if (1 << self._leaps) >= len(left):
            raise Enough
        self._leaps += 1
        return min((1 << self._leaps) - 1, len(left) - 1)


class Asking:
    """The port ``solver.protocols.Problem`` over ``problem``.

    ``known`` comes from former trials, to be added to; ``most`` says how much may be asked for that nobody
    asked for before: beyond it ``Enough`` is raised.  ``new`` counts that.
    """

    __slots__ = ("_known", "_most", "_problem", "_sought", "new")

    def __init__(
        self,
        problem: PythonProblem,
        known: Known,
        *,
        most: int,
        sought: Sought | None = None,
    ) -> None:
        self._problem = problem
        self._known = known
        self._most = most
        self._sought = sought
        self.new = 0

    def root(self) -> Facts | Need:
        """Return what is required."""
        return self._noted(self._problem.root())

    def universe(self, package: int) -> Universe:
        """Return what there is of a package."""
        return self._problem.universe(package)

    def dependencies(self, package: int, candidate: int) -> Facts | Need:
        """Return what a candidate needs; its facts are asked for once in all trials."""
        found: Facts | Need | None = self._known.facts.get((package, candidate))
        if found is None:
            self._note(package, candidate)
            found = self._noted(self._problem.dependencies(package, candidate))
            if not isinstance(found, Need):
                self._known.facts[package, candidate] = found
        return found

    def choose(self, package: int, allowed: int) -> int | Conflict:
        """Return the candidate to try: of what is sought the next in order."""
        sought, names = self._sought, self._problem.names
        if sought is not None and names.name(names.base(package)) == sought.name:
            candidates = self._problem.catalog.packages[sought.name]
            asked = self._known.asked.get(sought.name, ())
            found = sought.choose(candidates, allowed >> 1, asked)
            if found is not None:
                return found
        return self._problem.choose(package, allowed)

    def _note(self, package: int, candidate: int) -> None:
        """Note a candidate that is asked for."""
        names = self._problem.names
        name = names.name(names.base(package))
        self._count(self._known.note_candidate(name, candidate, self._problem.catalog))

    def _noted(self, found: Facts | Need) -> Facts | Need:
        """Note the packages that facts name."""
        if not isinstance(found, Need):
            names = self._problem.names
            named = {names.name(names.base(package)): None for package, _, _ in found.dependencies}
            self._count(sum(map(self._known.note, named)))
        return found

    def _count(self, new: int) -> None:
        self.new += new
        if self.new > self._most:
            raise Enough
