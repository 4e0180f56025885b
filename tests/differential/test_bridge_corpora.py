"""resolvelib's functional cases for Python, with ``PubGrubResolver`` and a provider like resolvelib's own.

What must not be looked at, and how many rounds there may be, is part of a case.
"""

from __future__ import annotations

import json
from functools import cache
from typing import TYPE_CHECKING, Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version
from resolvelib.resolvers import ResolutionImpossible

from resolver import PubGrubResolver
from support.corpora import CORPORA, cases, needs_corpora
from support.resolvelib_providers import Events, NarrowingProvider, PackageProvider

if TYPE_CHECKING:
    from collections.abc import Mapping

CASES = cases("resolvelib-python")

pytestmark = needs_corpora


@cache
def index(name: str) -> Mapping[str, Any]:
    packages: Mapping[str, Any] = json.loads((CORPORA / "resolvelib-python" / name).read_text("utf-8"))[
        "packages"
    ]
    return packages


@pytest.mark.slow
@pytest.mark.parametrize("kind", [PackageProvider, NarrowingProvider])
@pytest.mark.parametrize(("path", "case"), CASES, ids=[path.stem for path, _ in CASES])
def test_case_is_answered_within_the_default_rounds(
    path: object, case: dict[str, Any], kind: type[PackageProvider]
) -> None:
    """Pins or names of causes are those that upstream states, or that its graph was found to have."""
    del path  # it is the name of the test
    provider = kind(index(case["index"]), case["computed"]["env"])
    expected = case["expected"]
    events = Events()
    resolver = PubGrubResolver(provider, events)
    roots = [Requirement(text) for text in case["root"]["requires"]]
    if not case["computed"]["satisfiable"]:
        with pytest.raises(ResolutionImpossible) as caught:
            resolver.resolve(roots)
        names = {canonicalize_name(each.requirement.name) for each in caught.value.causes}
        assert names == set(expected.get("conflicted_names", names))
        return
    pins = {key: pick.version for key, pick in resolver.resolve(roots).mapping.items() if not pick.extras}
    # Upstream's provider does not evaluate markers where no extra is asked for; ours does.
    stated = case["computed"].get("packages_with_markers_evaluated", expected["packages"])
    if stated is not None:
        assert pins == {name: Version(text) for name, text in stated.items()}
    visited = {(pick.name, str(pick.version)) for pick in events.visited()}
    unvisited = {(name, text) for name, texts in (expected.get("unvisited") or {}).items() for text in texts}
    assert visited & unvisited == set()
