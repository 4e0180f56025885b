"""Python packages for a conda environment: wheels for what conda lacks, around what it has.

conda has solved its own packages already: they are facts, under the names that PyPI has for them, and what
they require is conda's business.  The rest is resolved by metadata alone, in this process, to
wheels with their addresses and digests.  This is what conda-pypi has to answer.

    python -m examples.conda.caller
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple

from resolver import Fetcher, MemoryFetcher, NoSolution, Options, resolve

ToPyPI = Callable[[str], str | None]
"""Gives the name that PyPI has for a conda package; None for what is no Python package."""


class Installed(NamedTuple):
    """A package of the conda environment."""

    name: str
    version: str


class Wheel(NamedTuple):
    """A wheel to add to the environment."""

    name: str
    version: str
    url: str
    sha256: str


NAMES: dict[str, str | None] = {"pytorch": "torch", "python": None, "openssl": None}


def same_name(name: str) -> str | None:
    """Return the usual name: most are the same."""
    return NAMES.get(name, name)


class CondaCaller:
    """Finds wheels for an environment that has ``installed``.

    ``platform`` is conda's subdir; ``to_pypi`` maps names; a ``fetcher`` stands in for indexes.
    """

    _PLATFORMS = {  # noqa: RUF012  # never changed
        "linux-64": "x86_64-manylinux_2_28",
        "linux-aarch64": "aarch64-manylinux_2_28",
        "osx-arm64": "aarch64-apple-darwin",
        "win-64": "x86_64-pc-windows-msvc",
    }

    def __init__(
        self,
        installed: Iterable[Installed],
        platform: str,
        *,
        to_pypi: ToPyPI = same_name,
        fetcher: Fetcher | None = None,
    ) -> None:
        packages = list(installed)
        python = next(each.version for each in packages if each.name == "python")
        names = [(to_pypi(each.name), each.version) for each in packages]
        self._fetcher = fetcher
        self._options = Options(
            python_version=python,
            python_platform=self._PLATFORMS[platform],
            fixed=tuple(f"{name}=={version}" for name, version in names if name is not None),
            only_binary=(":all:",),
        )

    def wheels(self, requirements: list[str]) -> list[Wheel]:
        """Return what has to be added for ``requirements``.

        Raises ``NoSolution``, which names the conda packages that stand in the way.
        """
        found = resolve(requirements, self._options, fetcher=self._fetcher)
        return [
            Wheel(pin.name, str(pin.version), pin.files[0].url, pin.files[0].hashes["sha256"])
            for pin in found.pins.values()
        ]


# -- what this example shows --------------------------------------------------------------------------------

ENVIRONMENT = [
    Installed("python", "3.12.4"),
    Installed("openssl", "3.3.1"),
    Installed("pytorch", "2.3.1"),
    Installed("numpy", "1.26.4"),
]

INDEX = MemoryFetcher(  # torch is not among these: conda has its own build, which PyPI need not know
    {
        "vision": {
            "0.18": {
                "requires": ["torch==2.3.1", "numpy", "image>=10"],
                "hashes": {"vision-0.18-py3-none-any.whl": {"sha256": "18"}},
            },
            "0.19": ["torch==2.4.0", "numpy", "image>=10"],
        },
        "image": {"10.4": {"hashes": {"image-10.4-py3-none-any.whl": {"sha256": "a4"}}}},
        "table": {"3.0": ["numpy>=2"]},
    }
)


def main() -> None:
    """Add a package that must fit the torch of conda, and fail to add one that does not fit its numpy."""
    caller = CondaCaller(ENVIRONMENT, "linux-64", fetcher=INDEX)
    wheels = caller.wheels(["vision"])
    for wheel in wheels:
        print(f"{wheel.name} {wheel.version} {wheel.url} sha256:{wheel.sha256}")
    assert [(wheel.name, wheel.version, wheel.sha256) for wheel in wheels] == [
        ("image", "10.4", "a4"),
        ("vision", "0.18", "18"),
    ]
    said = ""
    try:
        caller.wheels(["table"])
    except NoSolution as error:
        said = error.explanation
    print(said)
    assert "numpy" in said


if __name__ == "__main__":
    main()
