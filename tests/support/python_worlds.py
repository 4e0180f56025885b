"""Random universes of Python packages, as odd as real ones, and small enough to try everything.

``random_python_world`` makes one from a number.  There are extras (self-referential and chained), markers
that hold or not or have no value, cycles, missing packages, yanked versions, pre-releases, wheels for other
targets, ``Requires-Python``, requirements that cannot be read or lead to URLs; and a user with constraints,
overrides, excludes and choices about versions.  How much of each depends on the number as well.
"""

from __future__ import annotations

from random import Random
from typing import Any, NamedTuple

from resolver.model.environment import Environment
from resolver.options import Options
from support.validity import Truth

__all__ = ["LINUX", "PythonWorld", "random_python_world", "vast_python_world"]

LINUX = Options(python_version="3.12", python_platform="linux")

_VARIABLES = Environment.target("3.12", "linux").variables

_NAMES = ("alpha", "beta-lib", "gamma", "delta", "epsilon", "zeta")
_SPELLINGS = {"beta-lib": ("beta-lib", "Beta.Lib", "beta_lib"), "gamma": ("gamma", "Gamma")}
_EXTRAS = ("x", "y", "all")
_VERSIONS = ("0.9", "1.0", "1.1", "1.1.post1", "1.2", "2.0a1", "2.0rc1", "2.0", "2.1.dev3", "3.0", "1!0.5")
_HOLD = (
    "sys_platform == 'linux'",
    "python_version >= '3.8'",
    "python_full_version < '3.13' and os_name != 'nt'",
    "sys_platform == 'win32' or implementation_name == 'cpython'",
)
_HOLD_NOT = ("sys_platform == 'win32'", "python_version < '3.9'", "os_name == 'nt' and extra == 'x'")
_NO_VALUE = "os_name ~= '2'"


class PythonWorld(NamedTuple):
    """A universe, and what a user wants of it."""

    seed: int
    packages: dict[str, dict[str, dict[str, Any]]]
    requirements: list[str]
    constraints: list[str]
    overrides: list[str]
    excludes: list[str]
    prerelease: str
    resolution: str = "highest"

    def options(self) -> Options:
        """Return the options that say what the user wants."""
        return LINUX.replace(
            overrides=self.overrides,
            excludes=self.excludes,
            prerelease=self.prerelease,
            resolution=self.resolution,
        )

    def truth(self) -> Truth:
        """Return the same as ``packaging`` sees it."""
        return Truth(
            self.packages,
            _VARIABLES,
            self.requirements,
            constraints=self.constraints,
            overrides=self.overrides,
            excludes=self.excludes,
            prerelease=self.prerelease,
        )


def random_python_world(seed: int) -> PythonWorld:
    """Return the universe number ``seed``."""
    return _Draw(Random(seed)).world(seed)


def vast_python_world(packages: int, versions: int, *, seed: int = 0, needs: int = 4) -> PythonWorld:
    """Return a universe without conflicts in which each package needs ``needs`` of those behind it."""
    random = Random(seed)
    names = [f"p{number:04}" for number in range(packages)]
    texts = [f"{number // 10}.{number % 10}" for number in range(versions)]

    def requires(number: int) -> list[str]:
        behind = names[number + 1 : number + 30]
        return [f"{name}>={random.choice(texts)}" for name in random.sample(behind, min(needs, len(behind)))]

    made = {name: {text: {"requires": requires(n)} for text in texts} for n, name in enumerate(names)}
    return PythonWorld(seed, made, names[:5], [], [], [], "if-necessary")


class _Draw:
    """The dice of one universe."""

    def __init__(self, random: Random) -> None:
        self._random = random
        self._names = _NAMES[: random.choice((2, 4, 5, 6))]
        sizes = random.choice(((1, 2, 3), (2, 3), (3, 4), (4, 5)))
        self._texts = {name: random.sample(_VERSIONS, random.choice(sizes)) for name in self._names}
        self._needs = random.choice(((0, 1), (0, 1, 2), (1, 2), (2,), (2, 3)))
        self._tight = random.choice((0.3, 0.5, 0.7))
        self._odd = random.choice((0.0, 0.0, 0.03, 0.1))
        self._extras = random.choice((0.0, 0.2, 0.5))
        self._marked = random.choice((0.0, 0.1, 0.3))

    def world(self, seed: int) -> PythonWorld:
        odd = self._random.choice
        packages = {self._spelt(name): self._versions(name) for name in self._names}
        chosen = odd((0, 0, 1))
        return PythonWorld(
            seed,
            packages,
            [self._requirement(name, 0.5) for name in self._some(self._names, (1, 2, 3))],
            [self._plain(name) for name in self._some(self._names, (0, 0, 0, 1, 2))],
            [self._requirement(name) for name in self._some(self._names, (0, 0, 1) if chosen else (0,))],
            self._some(self._names, (0, 0, 1) if chosen else (0,)),
            odd((*["if-necessary"] * 4, "allow", "allow", "explicit", "disallow")),
            odd((*["highest"] * 4, "lowest", "lowest-direct")),
        )

    def _happens(self, chance: float) -> bool:
        return self._random.random() < chance

    def _some(self, items: tuple[str, ...], counts: tuple[int, ...]) -> list[str]:
        return self._random.sample(items, min(self._random.choice(counts), len(items)))

    def _spelt(self, name: str) -> str:
        return self._random.choice(_SPELLINGS.get(name, (name,)))

    def _versions(self, name: str) -> dict[str, dict[str, Any]]:
        return {text: self._facts(name) for text in self._texts[name]}

    def _facts(self, name: str) -> dict[str, Any]:
        random = self._random
        facts: dict[str, Any] = {"requires": self._requirements(name)}
        if self._happens(self._extras):
            extras = random.sample(_EXTRAS, random.choice((1, 2, 3)))
            facts["extras"] = {extra: self._requirements(name, extras) for extra in extras}
        if self._happens(self._odd * 2):
            facts["yanked"] = random.choice((True, "broken"))
        if self._happens(self._odd * 2):
            facts["requires_python"] = random.choice((">=3.8", ">=3.13", "<3.12", "three"))
        if self._happens(self._odd):
            facts["wheel_tags"] = [random.choice(("cp312-cp312-win_amd64", "cp312-none-any", "py2-none-any"))]
        if self._happens(self._odd):
            facts.update(wheel=False, sdist=random.choice((True, False)))
        return facts

    def _requirements(self, name: str, extras: list[str] | None = None) -> list[str]:
        random = self._random
        found = [self._requirement(random.choice(self._names)) for _ in range(random.choice(self._needs))]
        if extras is not None and self._happens(0.5):
            found.append(f"{name}[{','.join(random.sample(extras, random.choice((1, len(extras)))))}]")
        if self._happens(self._odd):
            found.append(
                random.choice((f"{random.choice(self._names)} !! 3", "ghost", "ghost>=1 ; extra=='x'"))
            )
        if self._happens(self._odd):
            found.append(f"{random.choice(self._names)} @ https://index.example/linked.whl")
        if self._happens(self._odd / 3):
            found.append(f"{random.choice(self._names)} ; {_NO_VALUE}")
        return found

    def _requirement(self, name: str, tightness: float = 1.0) -> str:
        extras = ""
        if self._happens(self._extras):
            extras = f"[{','.join(self._some(_EXTRAS, (1, 1, 2)))}]"
        marker = ""
        if self._happens(self._marked):
            marker = f" ; {self._random.choice(_HOLD if self._happens(0.7) else _HOLD_NOT)}"
        return f"{self._spelt(name)}{extras}{self._specifier(name, tightness)}{marker}"

    def _plain(self, name: str) -> str:
        """Return a requirement as a constraint may be."""
        marker = f" ; {self._random.choice(_HOLD)}" if self._happens(self._marked) else ""
        return f"{self._spelt(name)}{self._specifier(name)}{marker}"

    def _specifier(self, name: str, tightness: float = 1.0) -> str:
        """Return a specifier about versions that mostly exist."""
        random = self._random
        if not self._happens(self._tight * tightness):
            return ""
        version = random.choice(_VERSIONS if self._happens(0.1) else self._texts[name])
        if self._happens(0.1):
            return random.choice(("==1.*", "!=1.1.*", "~=1.0", "==2.0.*", f"==={version}"))
        operator = random.choice((">=", ">=", "<=", "<=", "<", "==", "!=", "!=", ">"))
        more = f",{random.choice(('>=', '<', '!='))}{random.choice(_VERSIONS)}" if self._happens(0.15) else ""
        return f"{operator}{version}{more}"
