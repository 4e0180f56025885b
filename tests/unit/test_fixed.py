"""Packages that are there already: facts for every engine, no pins, and nothing that fixes may touch."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from resolver import MemoryFetcher, Resolution, resolve
from resolver.channels import Channels
from resolver.errors import InputError, NoSolution
from resolver.formats.graphs import graph_of
from resolver.options import Options
from resolver.session import solve
from support.engines import Question
from support.memory import MemorySource
from support.readings import parsed
from support.schema import check, load_schema

if TYPE_CHECKING:
    from collections.abc import Sequence

    from resolver.formats.answer import Answer

PACKAGES: dict[str, dict[str, Any]] = {
    "app": {
        "1": {"requires": ["numpy>=1", "lib"]},
        "2": {"requires": ["numpy[fast]>=2", "lib"]},
        "3": {"requires": ["numpy @ https://host.example/numpy.zip"]},
    },
    "lib": {"1": {}, "2": {"requires": ["numpy<1"]}},
    "numpy": {"1": {}, "2": {"requires": ["base"]}},
    "base": {"1": {}},
}


def answered(requirements: Sequence[str], constraints: Sequence[str] = (), **options: Any) -> Answer:
    """Return the answer of our engine, after making sure that all agree and nothing fixed is asked for."""
    given = Options(**{"fixed": ["NumPy==1.5"], **options})
    source = MemorySource(PACKAGES)
    answer = solve(
        parsed("app.in", requirements), parsed("c.txt", constraints), given, Channels(source=source)
    )
    assert not [asked for asked in source.asked if asked.startswith("numpy")]
    question = Question(requirements, given, lambda: MemorySource(PACKAGES), constraints)
    everything = {pin.name: pin.version for pin in answer.everything}
    for ask in (question.by_session, question.by_resolvelib):
        assert ask() == {pin.name: pin.version for pin in answer.pins}
    for ask in (question.by_provider, question.by_methods):
        assert ask() == everything
    return answer


def pins(answer: Answer) -> dict[str, str]:
    """Return versions by name."""
    return {pin.name: pin.version for pin in answer.pins}


def test_what_is_fixed_fulfils_requirements_and_is_no_pin() -> None:
    """The newest app would need another numpy, the newest lib an older one."""
    answer = answered(["app"])
    assert pins(answer) == {"app": "1", "lib": "1"}
    assert [(pin.name, pin.version, pin.via, list(pin.files)) for pin in answer.fixed] == [
        ("numpy", "1.5", ("app",), [])
    ]
    assert pins(answered(["lib"])) == {"lib": "1"}
    assert pins(answered(["numpy>1"])) == {}


def test_extras_of_what_is_fixed_are_taken_for_fulfilled() -> None:
    answer = answered(["app==2"], fixed=("numpy==2.1",))
    assert (pins(answer), answer.warnings) == ({"app": "2", "lib": "1"}, ())
    assert sorted(answer.fixed[0].extras) == ["fast"]


@pytest.mark.parametrize(
    "options",
    [
        {"no_binary": (":all:",)},
        {"only_binary": (":all:",)},
        {"exclude_newer": "2020-01-01"},
        {"prerelease": "disallow", "fixed": ("numpy==1.5rc1",)},
        {"abis": ("cp312",)},
        {"resolution": "lowest"},
        {"minimal": True, "preferences": ("numpy==1", "app==1")},
    ],
)
def test_rules_about_files_say_nothing_of_what_is_there(options: dict[str, Any]) -> None:
    given = Options(**({"fixed": ("numpy==1.5",)} | options))
    found = solve(parsed("a.in", ["numpy"]), [], given, Channels(source=MemorySource(PACKAGES)))
    assert [pin.name for pin in found.fixed] == ["numpy"]


def test_a_requirement_that_it_does_not_meet_is_a_conflict() -> None:
    """The explanation says why, and fixes change the user's own lines alone."""
    with pytest.raises(NoSolution) as caught:
        solve(
            parsed("app.in", ["app>1", "app<3"]),
            [],
            Options(fixed=("numpy==1.5",)),
            Channels(source=MemorySource(PACKAGES)),
        )
    assert "app 2 depends on numpy[fast]>=2, and numpy 1.5 is fixed" in caught.value.explanation
    assert [fix.change for fix in caught.value.fixes] == ["change `app>1` to `app>=1` (app.in:1)"]
    with pytest.raises(NoSolution, match=r"you require numpy<1 .*, and numpy 1.5 is fixed"):
        answered(["numpy<1"])
    with pytest.raises(NoSolution, match=r"excluded by the constraint numpy>2"):
        answered(["app"], ["numpy>2"])


def test_what_comes_by_url_is_not_what_is_there() -> None:
    with pytest.raises(NoSolution, match=r"which is fixed \(1.5\)"):
        answered(["app==3"])
    with pytest.raises(InputError, match=r"^numpy is fixed at 1.5, and cannot come from"):
        answered(["numpy @ https://host.example/numpy.zip"])


def test_markers_and_what_is_wrong() -> None:
    fixed = ("numpy==1.5 ; python_version < '3'", "numpy==1.6 ; python_version >= '3'")
    answer = solve(
        parsed("a.in", ["numpy"]), [], Options(fixed=fixed), Channels(source=MemorySource(PACKAGES))
    )
    assert [pin.version for pin in answer.fixed] == ["1.6"]
    for text in ("numpy", "numpy>=1", "numpy==1.*", "-==1", "numpy==x"):
        with pytest.raises(InputError, match=r"^fixed "):
            Options(fixed=(text,))
    with pytest.raises(InputError, match=r"fixed at 1 already"):
        Options(fixed=("numpy==1", "numpy==2"))
    assert Options(fixed=("numpy==1", "NumPy==1.0")).fixed


def test_hooks_and_hashes_are_not_about_what_is_there() -> None:
    asked: list[str] = []

    def reject(name: str, *_: object) -> str | None:
        asked.append(name)
        return None

    found = resolve(
        ["app"], Options(fixed=("numpy==1.5",)), fetcher=MemoryFetcher(PACKAGES), reject=_vetted(reject)
    )
    assert set(found.fixed) == {"numpy"}
    assert "numpy" not in asked
    given = parsed("a.in", ["numpy>=1"])
    options = Options(fixed=("numpy==1.5",), require_hashes=True)
    assert solve(given, [], options, Channels(source=MemorySource(PACKAGES))).pins == ()


def _vetted(reject: Any) -> Any:
    return lambda candidate: reject(candidate.name)


def test_the_public_result_and_every_format() -> None:
    answer = answered(["app"])
    found = Resolution.of(answer)
    assert list(found.pins) == ["app", "lib"]
    assert str(found.fixed["numpy"].version) == "1.5"
    assert "numpy" not in found.to_requirements().replace("numpy\n", "")
    document = json.loads(found.to_json())
    check(document, load_schema("resolution-1"))
    assert document["fixed"] == [{"name": "numpy", "version": "1.5", "extras": [], "via": ["app"]}]
    assert [edge.child for edge in graph_of(answer).edges["app"]] == ["lib", "numpy"]
    assert "└── numpy v1.5" in found.to_tree() or "├── numpy v1.5" in found.to_tree()
    assert "numpy" in found.to_html()
