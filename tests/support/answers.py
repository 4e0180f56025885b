"""Answers as a resolution would give them, from a few words; and random ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

from resolver.formats.answer import Answer, Pinned, Statistics
from resolver.model.environment import Environment
from resolver.model.requirement import Requirement

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from random import Random

    from resolver.model.distfile import DistFile

__all__ = ["answer_of", "random_answer"]

VARIABLES = Environment.target("3.12", "linux").variables


def answer_of(
    roots: Sequence[str],
    packages: Mapping[str, Sequence[str]],
    *,
    origin: str | None = "r.txt",
    files: Mapping[str, Iterable[DistFile]] | None = None,
) -> Answer:
    """Return the answer to ``roots``: ``packages`` are ``name[extra]==version`` with what these require."""
    known = {Requirement.parse(text).name: Requirement.parse(text) for text in packages}
    versions = {name: each.specifier_text.removeprefix("==") for name, each in known.items()}
    wanted = [(text, Requirement.parse(text).name) for text in roots]
    parents: dict[str, list[str]] = {}
    for text, requires in packages.items():
        for line in requires:
            parents.setdefault(Requirement.parse(line).name, []).append(Requirement.parse(text).name)
    pins = []
    for text, requires in packages.items():
        name = Requirement.parse(text).name
        origins = [f"{origin}:{n}" for n, root in enumerate(wanted, 1) if origin and root[1] == name]
        children = [(line, Requirement.parse(line).name) for line in requires]
        pins.append(
            Pinned(
                name,
                versions[name],
                extras=frozenset(known[name].extras),
                files=tuple((files or {}).get(name, ())),
                requires=tuple((line, child, versions.get(child, "0")) for line, child in children),
                via=(*origins, *sorted(parents.get(name, ()))),
            )
        )
    told = [(text, name, f"{origin}:{n}" if origin else None) for n, (text, name) in enumerate(wanted, 1)]
    return Answer(pins, VARIABLES, Statistics(decisions=len(pins)), roots=told)


def random_answer(random: Random, size: int) -> Answer:
    """Return an answer with ``size`` packages that require one another in any way, in circles too."""
    names = [f"p{number}" for number in range(size)]
    packages = {
        f"{name}=={random.randint(1, 9)}": [
            f"{other}>={random.randint(0, 3)}"
            for other in random.sample(names, random.randint(0, min(4, size)))
        ]
        for name in names
    }
    return answer_of(random.sample(names, random.randint(0, min(3, size))), packages)
