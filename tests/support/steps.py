"""Are derivations true?  Each fact looked up and each conclusion redone, with sets of versions.

``false_steps`` reads the derivation as programs get it, knows nothing of masks, and shares no code with the
resolver.  Versions that cannot be used are left out of account, as documented: ranges may pass over them.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from support.known import Known

__all__ = ["false_steps"]

_ABSENT = "not selected"


def false_steps(known: Known, derivation: Mapping[str, Any]) -> list[str]:
    """Return what is false in a derivation: facts that are none, conclusions that do not follow."""
    return _Judge(known).false_steps(derivation)


class _Judge:
    def __init__(self, known: Known) -> None:
        self._known = known

    def false_steps(self, derivation: Mapping[str, Any]) -> list[str]:
        """Return what is false in a derivation: facts that are none, conclusions that do not follow.

        Versions that cannot be used are left out of account, as documented: ranges may pass over them.
        """
        whole = [derivation, *derivation.get("lines", ())]
        unfolded: dict[int, Mapping[str, Any]] = {}
        nodes: list[Mapping[str, Any]] = []
        while whole:
            node = whole.pop()
            nodes.append(node)
            if "id" in node:
                unfolded[node["id"]] = node
            whole += [node[side] for side in ("left", "right") if side in node]
        found = ["the last conclusion may hold"] if derivation["terms"] and "cause" not in derivation else []
        for node in nodes:
            found += [f"{problem}: {node['text']}" for problem in self._step(node, unfolded)]
        return found

    def _step(self, node: Mapping[str, Any], unfolded: Mapping[int, Mapping[str, Any]]) -> Iterator[str]:
        for term in node["terms"]:
            least, most = self._range(term)
            if not len(least) <= term["candidates"] <= len(most):
                yield f"{term['range']} of {term['package']} are not {term['candidates']}"
        if "left" in node:
            sides = [self._allowed(node[side]["terms"]) for side in ("left", "right")]
            if not self._follows(self._allowed(node["terms"]), *sides):
                yield "does not follow"
        elif "ref" in node:
            if unfolded[node["ref"]]["terms"] != node["terms"]:
                yield "refers to something else"
        else:
            yield from getattr(self, f"_{node['cause']}_fact")(self._allowed(node["terms"]))

    def _range(self, term: Mapping[str, Any]) -> tuple[set[str], set[str]]:
        """Return the versions that a range names: without and with those in the midst that cannot be used."""
        name, text = term["package"], term["range"]
        versions = self._known.of(name)
        if text in ("all", "none"):
            everything = set(versions) if text == "all" else set()
            return everything, everything
        least: set[str] = set()
        most: set[str] = set()
        for part in text.split(" | "):
            ends = re.findall(r"[<>=]=([^,]+)", part)
            first, last = ends[0], ends[-1]
            least |= set(self._known.between(name, first, last))
            most |= set(versions[versions.index(first) : versions.index(last) + 1])
        return least, most

    def _domain(self, name: str) -> set[str]:
        return {each for each in self._known.of(name) if self._known.is_usable(name, each)} | {_ABSENT}

    def _allowed(self, terms: Sequence[Mapping[str, Any]]) -> dict[str, set[str]]:
        """Return, by package, what each term allows: usable versions, or ``_ABSENT``."""
        found: dict[str, set[str]] = {}
        for term in terms:
            domain = self._domain(term["package"])
            named = self._range(term)[1]
            found[term["package"]] = domain - named if term["negated"] else domain & named
        return found

    def _follows(
        self, said: dict[str, set[str]], left: dict[str, set[str]], right: dict[str, set[str]]
    ) -> bool:
        """Tell whether there is a package over whose every value one of the premises leaves what is said."""
        for pivot in {*left, *right}:
            uncovered = self._domain(pivot) - said.get(pivot, set())
            for premise in (left, right):
                if all(
                    allowed <= said.get(name, set()) for name, allowed in premise.items() if name != pivot
                ):
                    uncovered &= premise.get(pivot, set())
            if not uncovered:
                return True
        return False

    def _given_fact(self, allowed: dict[str, set[str]]) -> Iterator[str]:
        for name, some in allowed.items():
            root = self._known.of_target(self._known.truth.root(), name)
            if (
                not root
                or not set.intersection(*map(self._known.admitted, root)) & self._domain(name) <= some
            ):
                yield f"nobody requires such a {name}"

    def _depends_fact(self, allowed: dict[str, set[str]]) -> Iterator[str]:
        name, other = [*allowed, *allowed][:2]
        for version in self._domain(name) - allowed[name]:
            wanted = {version} if name == other else None
            needs = [self._known.admitted(each) for each in self._known.needs(name, version, other)]
            if not any(
                not each & wanted if wanted else each & self._domain(other) <= allowed[other]
                for each in needs
            ):
                yield f"{name} {version} needs no such {other}"

    def _rejected_fact(self, allowed: dict[str, set[str]]) -> Iterator[str]:
        for name, some in allowed.items():
            for version in self._domain(name) - some:
                if self._known.trouble(name, version) is None:
                    yield f"{name} {version} can be used"

    def _same_fact(self, allowed: dict[str, set[str]]) -> Iterator[str]:
        extra, base = sorted(allowed, key=len, reverse=True)
        if extra.partition("[")[0] != base:
            yield f"{extra} is no extra of {base}"
        if (
            _ABSENT not in allowed[extra]
            or not self._domain(base) - {_ABSENT} <= allowed[extra] | allowed[base]
        ):
            yield f"{extra} and {base} may differ"
