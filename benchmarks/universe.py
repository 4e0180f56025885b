"""A universe of packages like those of a real index, made by dice: as large as wanted, the same for a seed.

The distributions are those of the 271 packages of which the tests' recorded index has pages (November 2026):
versions a package and their spelling, requirements a release, how requirements are written, markers, extras.
Two things differ.  ``scale`` divides the number of versions, for popular packages have more than others.  And
there always is a solution: what requirements admit of a package contains the finals between the middle and
three fifths of them.  ``capped`` says how many of those with two bounds rule out the newest; with some, a
package that was decided must be decided again.

Package *i* needs packages after it, mostly those far behind, which everybody needs.  So the last *n* packages
are closed, and the same for every *n*.
"""

from __future__ import annotations

import hashlib
from bisect import bisect_right
from random import Random
from typing import TYPE_CHECKING

from benchmarks.worlds import File

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["Universe"]

#: Of ten packages each has at least so many versions, and less than the next.
_VERSIONS = (1, 10, 17, 26, 36, 46, 64, 87, 121, 209, 700)
#: The same of a release's requirements without extras: the mean is 4.
_REQUIREMENTS = (0, 0, 2, 3, 3, 3, 4, 5, 6, 10, 19)
#: How a requirement is written, and how often up to there.
_FORMS = (("", 0.17), (">=", 0.52), (">=,<", 0.89), ("~=", 0.92), ("!=", 0.96), ("<", 1.0))
_MARKED, _PRE_RELEASE, _CHANGED = 0.19, 0.09, 0.15
_MARKERS = (
    'python_version < "3.11"',
    'sys_platform == "win32"',
    'python_version >= "3.9"',
    'platform_python_implementation == "CPython"',
)
_PYTHONS = (">=3.6", ">=3.7", ">=3.8", ">=3.9", ">=3.10")


class Universe:
    """``size`` packages; ``versions`` is the number of versions of each, drawn where it is not given."""

    def __init__(  # one parameter a property
        self,
        size: int,
        *,
        versions: int | None = None,
        scale: int = 4,
        capped: float = 0.2,
        seed: int = 1,
    ) -> None:
        self._size = size
        self._versions = versions
        self._scale = scale
        self._capped = capped
        self._seed = seed
        self._spelt: dict[int, list[str]] = {}
        self._metadata: dict[int, dict[str, str]] = {}
        self.sets: Mapping[str, Sequence[str]] = {
            f"packages-{count}": self.roots(count) for count in (10, 30, 100, 300) if count <= size
        }

    def names(self) -> Sequence[str]:
        """Return the names of all packages."""
        return [_name(number) for number in range(self._size)]

    def roots(self, count: int) -> list[str]:
        """Return requirements for which all of the last ``count`` packages are needed."""
        reached: set[str] = set()
        found = []
        for number in range(self._size - count, self._size):
            name = _name(number)
            if name not in reached:
                found.append(name)
                stack = [name]
                while stack:
                    top = stack.pop()
                    if top not in reached:
                        reached.add(top)
                        stack += self._targets(_number(top))
        return found

    def files(self, name: str) -> Sequence[File]:
        """Return the files of a package: a wheel and a source distribution of each version."""
        number = _number(name)
        if not 0 <= number < self._size or _name(number) != name:
            return []
        stem = name.replace("-", "_")
        texts = self._texts(number)
        found = []
        for at, text in enumerate(texts):
            python = _PYTHONS[at * len(_PYTHONS) // len(texts)]
            time = f"{2016 + at * 10 // len(texts)}-{1 + at % 12:02}-{1 + at % 28:02}T08:30:00.000000Z"
            for filename in (f"{stem}-{text}-py3-none-any.whl", f"{stem}-{text}.tar.gz"):
                digest = hashlib.sha256(filename.encode()).hexdigest()
                found.append(File(filename, python, time, False, digest, 20_000 + at))
        return found

    def metadata(self, name: str, filename: str) -> str | None:
        """Return the metadata of a wheel."""
        number = _number(name)
        if number not in self._metadata:
            self._metadata[number] = self._written(number)
        return self._metadata[number].get(filename)

    def _dice(self, number: int, what: str) -> Random:
        return Random(f"{self._seed}/{number}/{what}")

    def _texts(self, number: int) -> list[str]:
        """Return the versions of a package, oldest first."""
        if number not in self._spelt:
            dice = self._dice(number, "versions")
            count = self._versions or max(1, _drawn(dice, _VERSIONS) // self._scale)
            texts: list[str] = []
            major = minor = micro = 0
            while len(texts) < count:
                step = dice.random()
                if step < 0.05:
                    major, minor, micro = major + 1, 0, 0
                elif step < 0.45:
                    minor, micro = minor + 1, 0
                else:
                    micro += 1
                if dice.random() < _PRE_RELEASE and len(texts) + 1 < count:
                    texts.append(f"{major}.{minor}.{micro}rc{dice.randint(1, 3)}")
                texts.append(f"{major}.{minor}.{micro}")
            self._spelt[number] = texts
        return self._spelt[number]

    def _targets(self, number: int) -> list[str]:
        """Return what the newest release of a package needs whatever the environment, for ``roots``."""
        return [_name(target) for target, plain in self._edges(number)[-1] if plain]

    def _edges(self, number: int) -> list[list[tuple[int, bool]]]:
        """Return what the releases of a package need, as numbers, and whether always: oldest release first.

        Most releases need what the one before did.
        """
        dice = self._dice(number, "edges")
        behind = self._size - number - 1
        found: list[list[tuple[int, bool]]] = []
        for _ in self._texts(number):
            if found and dice.random() > _CHANGED:
                found.append(found[-1])
                continue
            targets: dict[int, bool] = {}
            for _ in range(min(_drawn(dice, _REQUIREMENTS), behind)):
                # Cubed: the few at the end are what everybody needs.
                target = self._size - 1 - int(behind * dice.random() ** 3)
                targets.setdefault(target, dice.random() > _MARKED)
            found.append(list(targets.items()))
        return found

    def _written(self, number: int) -> dict[str, str]:
        """Return the metadata of all wheels of a package."""
        name = _name(number)
        stem = name.replace("-", "_")
        dice = self._dice(number, "words")
        lines: dict[int, str] = {}
        found = {}
        for text, edges in zip(self._texts(number), self._edges(number), strict=True):
            said = []
            for target, plain in edges:
                if target not in lines or dice.random() < _CHANGED / 2:
                    lines[target] = self._requirement(target, dice)
                marker = "" if plain else f"; {_MARKERS[target % len(_MARKERS)]}"
                said.append(f"Requires-Dist: {lines[target]}{marker}\n")
            said += [
                f'Requires-Dist: {_name((number * 7 + each) % self._size)}; extra == "test"\n'
                for each in range(number % 4)
            ]
            extras = "Provides-Extra: test\n" if number % 4 else ""
            found[f"{stem}-{text}-py3-none-any.whl"] = (
                f"Metadata-Version: 2.1\nName: {name}\nVersion: {text}\n{extras}{''.join(said)}"
            )
        return found

    def _requirement(self, target: int, dice: Random) -> str:
        """Write a requirement that admits the finals between the middle and three fifths of them."""
        # Bounds are final releases: those that name a pre-release admit pre-releases, by rules that differ.
        texts = [text for text in self._texts(target) if "rc" not in text]
        middle, late = len(texts) // 2, max(len(texts) * 3 // 5, len(texts) // 2 + 1)
        low = texts[dice.randint(0, middle)]
        high = ""
        if late < len(texts) and dice.random() < self._capped:
            high = texts[dice.randint(late, len(texts) - 1)]
        newer = f"{int(texts[-1].partition('.')[0]) + 1}"
        form = _FORMS[bisect_right([bound for _, bound in _FORMS], dice.random())][0]
        name = _name(target)
        if form == ">=":
            return f"{name}>={low}"
        if form == ">=,<":
            return f"{name}<{high or newer},>={low}"
        if form == "~=":
            return f"{name}~={texts[0].partition('.')[0]}.0" if newer == "1" else f"{name}>={low}"
        if form == "!=":
            return f"{name}!={texts[0]},>={low}" if middle else name
        if form == "<":
            return f"{name}<{high or newer}"
        return name


def _name(number: int) -> str:
    return f"{('acid', 'blue', 'core', 'data', 'easy')[number % 5]}-package-{number}"


def _number(name: str) -> int:
    digits = name.rpartition("-")[2]
    return int(digits) if digits.isdigit() else -1


def _drawn(dice: Random, bounds: Sequence[int]) -> int:
    """Return a number of which a tenth each lies between two neighbours of ``bounds``."""
    tenth = dice.randrange(len(bounds) - 1)
    low, high = bounds[tenth], bounds[tenth + 1]
    return low if high <= low + 1 else dice.randrange(low, high)
