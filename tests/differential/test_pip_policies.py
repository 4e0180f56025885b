"""Rules that pip has, too: the same choice, by the pip that is installed, where it is new enough (26)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from resolver.channels import Channels
from resolver.errors import NoSolution
from resolver.options import Options
from resolver.policy import read_modes
from resolver.session import solve
from support.memory import MemorySource
from support.readings import parsed

if TYPE_CHECKING:
    from collections.abc import Sequence

release_control = pytest.importorskip("pip._internal.models.release_control", exc_type=ImportError)

NAMES = st.lists(st.sampled_from([":all:", ":none:", "a", "b"]), min_size=1, max_size=3).map(",".join)
WORDS = st.lists(st.tuples(st.sampled_from(["all_releases", "only_final"]), NAMES), max_size=5)
MODES = {"all_releases": "allow", "only_final": "disallow"}


def control(words: Sequence[tuple[str, str]]) -> Any:
    """Return what pip makes of ``--all-releases`` and ``--only-final`` in this order."""
    found = release_control.ReleaseControl()
    for option, names in words:
        other = "only_final" if option == "all_releases" else "all_releases"
        found.handle_mutual_excludes(names, getattr(found, option), getattr(found, other), option)
    return found


@given(WORDS)
def test_modes_of_packages_are_those_of_pip(words: list[tuple[str, str]]) -> None:
    """Whatever the order of the two options, of names, and of all and none."""
    texts = [f"{name}={MODES[option]}" for option, names in words for name in names.split(",")]
    mode, modes = read_modes("if-necessary", texts)
    for name in "abc":
        ours = {"allow": True, "disallow": False}.get(modes.get(name, mode))
        assert control(words).allows_prereleases(name) == ours


VERSIONS = ("1", "2", "3rc1", "3", "4.dev1")
KINDS = st.sampled_from(["wheel", "sdist", "both", "other", "yanked wheel", "yanked sdist"])


@given(versions=st.dictionaries(st.sampled_from(VERSIONS), KINDS, min_size=1), prefer_binary=st.booleans())
def test_version_is_that_which_pip_prefers(versions: dict[str, str], *, prefer_binary: bool) -> None:
    """Wheels first where that is asked for; yanked ones and pre-releases last, with it or without."""
    packages = {
        version: {
            "wheel": "sdist" not in kind,
            "sdist": "sdist" in kind or kind == "both",
            "yanked": "yanked" in kind,
            **({"wheel_tags": ["cp312-cp312-win_amd64"], "sdist": True} if kind == "other" else {}),
        }
        for version, kind in versions.items()
    }
    options = Options(python_version="3.12", python_platform="linux", prefer_binary=prefer_binary)
    try:
        answer = solve(parsed("app.in", ["a"]), [], options, Channels(source=MemorySource({"a": packages})))
        ours: str | None = answer.pins[0].version
    except NoSolution:
        ours = None
    assert ours == pips_choice(versions, prefer_binary=prefer_binary)


def pips_choice(versions: dict[str, str], *, prefer_binary: bool) -> str | None:
    """Return the version that pip's own evaluator puts first."""
    from pip._internal.index.package_finder import CandidateEvaluator
    from pip._internal.models.candidate import InstallationCandidate
    from pip._internal.models.link import Link
    from pip._vendor.packaging.specifiers import SpecifierSet
    from pip._vendor.packaging.tags import Tag as Vendored

    links = []
    for version, kind in versions.items():
        yanked = "broken" if "yanked" in kind else None
        if "sdist" in kind or kind in ("both", "other"):
            links.append((version, f"a-{version}.tar.gz", yanked))
        if "wheel" in kind or kind == "both":
            links.append((version, f"a-{version}-py3-none-any.whl", yanked))
    candidates = [
        InstallationCandidate("a", version, Link(f"https://index.example/{name}", yanked_reason=yanked))
        for version, name, yanked in links
        if yanked is None  # PEP 592: only what is pinned may be yanked, which pip sees to elsewhere
    ]
    evaluator = CandidateEvaluator(
        "a", [Vendored("py3", "none", "any")], SpecifierSet(), prefer_binary=prefer_binary
    )
    best = evaluator.compute_best_candidate(candidates).best_candidate
    return None if best is None else str(best.version)
