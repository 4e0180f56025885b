"""What was chosen before is kept where that is possible, by every engine; upgrades do away with it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from resolver.channels import Channels
from resolver.earlier import Preferences, preferences, upgraded
from resolver.errors import InputError, NoSolution
from resolver.options import Options
from resolver.posing import read_constraints
from resolver.session import solve, why
from support.engines import Question
from support.memory import MemorySource
from support.readings import parsed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from resolver.formats.answer import Answer

PACKAGES: dict[str, dict[str, Any]] = {
    "app": {"1": {"requires": ["lib"]}, "2": {"requires": ["lib>=2"]}},
    "lib": {"1": {}, "2": {}, "3": {}, "4rc1": {}},
    "local": {"1": {}, "1+cpu": {}, "2": {}},
    "gone": {"1": {"yanked": "bad"}, "2": {}},
    "partly": {"1": {"yanked": "bad", "sdist": True}, "2": {}},
    "late": {"1": {"upload_time": "2024-01-01T00:00:00Z"}, "2": {"upload_time": "2024-06-01T00:00:00Z"}},
}


def answered(requirements: Sequence[str], options: Options) -> Answer:
    """Return the answer of our engine, after making sure that all engines agree."""
    given = parsed("app.in", requirements)
    channels = Channels(source=MemorySource(PACKAGES))
    answer = solve(given, read_constraints(options), options, channels)
    found = {pin.name: pin.version for pin in answer.pins}
    bounds = [each.text for each in upgraded(options.upgrade_packages)]
    question = Question(requirements, options, lambda: MemorySource(PACKAGES), bounds)
    for ask in (question.by_session, question.by_provider, question.by_methods, question.by_resolvelib):
        assert ask() == found
    return answer


def pins(*requirements: str, **options: Any) -> dict[str, str]:
    """Return versions by name."""
    return {pin.name: pin.version for pin in answered(requirements, Options(**options)).pins}


def test_versions_of_before_come_first() -> None:
    assert pins("app", "lib") == {"app": "2", "lib": "3"}
    assert pins("app", "lib", preferences=["lib==2", "App==1"]) == {"app": "1", "lib": "2"}
    assert pins("lib", resolution="lowest", preferences=["lib==2"]) == {"lib": "2"}


def test_what_is_not_possible_any_more_is_chosen_anew() -> None:
    """A requirement has changed, the version has gone, or it was never needed."""
    assert pins("app>1", "lib", preferences=["app==1", "lib==1"]) == {"app": "2", "lib": "3"}
    assert pins("lib", preferences=["lib==1.5", "other==1"]) == {"lib": "3"}
    assert pins("app", preferences=["app==2", "lib==1"]) == {"app": "2", "lib": "3"}


def test_a_version_is_that_version_whatever_its_spelling() -> None:
    assert pins("lib", preferences=["lib===2.0.0"]) == {"lib": "2"}
    assert pins("local", preferences=["local==1"]) == {"local": "1"}
    assert pins("local", preferences=["local==1+cpu"]) == {"local": "1+cpu"}


def test_pre_releases_are_kept_unless_they_are_forbidden() -> None:
    before = ["lib==4rc1"]
    assert pins("lib", preferences=before) == {"lib": "4rc1"}
    assert pins("lib", preferences=before, prerelease="disallow") == {"lib": "3"}
    assert pins("lib", preferences=before, prerelease="explicit") == {"lib": "3"}


def test_a_version_that_was_yanked_meanwhile_is_kept_with_a_warning() -> None:
    """As uv keeps it; nobody else may have it."""
    answer = answered(["gone"], Options(preferences=("gone==1",)))
    assert [pin.version for pin in answer.pins] == ["1"]
    assert answer.warnings == ("gone==1 was yanked (bad)",)
    assert pins("gone", preferences=["gone==2"]) == {"gone": "2"}
    with pytest.raises(NoSolution):
        pins("gone<2")
    with pytest.raises(NoSolution):
        pins("gone<2", preferences=["lib==1"])
    assert pins("gone<2", preferences=["gone==1.0"]) == {"gone": "1"}


def test_the_cut_off_counts_for_versions_of_before() -> None:
    kept = pins("late", preferences=["late==2"], exclude_newer="2024-03-01T00:00:00Z")
    assert kept == {"late": "1"}


def test_upgrades() -> None:
    """All, one by its name in any spelling, or one within bounds, which constrain it."""
    before = ["app==1", "lib==1"]
    assert pins("app", "lib", preferences=before, upgrade=True) == {"app": "2", "lib": "3"}
    assert pins("app", "lib", preferences=before, upgrade_packages=["LIB"]) == {"app": "1", "lib": "3"}
    assert pins("app", "lib", preferences=before, upgrade_packages=["lib<3"]) == {"app": "1", "lib": "2"}
    assert pins("app", "lib", preferences=before, upgrade_packages=["lib==4rc1"])["lib"] == "4rc1"
    with pytest.raises(NoSolution, match="the constraint lib<1"):
        pins("app", "lib", preferences=before, upgrade_packages=["lib<1"])


@pytest.mark.parametrize("text", ["-", "lib @ https://host.example/lib.zip", "lib[fast]", "lib; 1", "lib 1"])
def test_an_upgrade_is_a_name_perhaps_with_bounds(text: str) -> None:
    with pytest.raises(InputError, match=r"^upgrade_packages "):
        Options(upgrade_packages=(text,))


def test_what_cannot_be_read_is_a_warning() -> None:
    answer = answered(["lib"], Options(preferences=("lib>=1", "lib==1,<2", "lib==1.*", "?", "lib==2")))
    assert [pin.version for pin in answer.pins] == ["2"]
    assert [said.partition(" is ")[0] for said in answer.warnings] == [
        "the preference 'lib>=1'",
        "the preference 'lib==1,<2'",
        "the preference 'lib==1.*'",
        "the preference '?'",
    ]


def test_markers_say_where_a_version_counts() -> None:
    before = ["lib==1 ; python_version < '3'", "lib==2 ; python_version >= '3'"]
    assert pins("lib", preferences=before) == {"lib": "2"}
    assert pins("lib<2", preferences=["lib==2", "lib==1"]) == {"lib": "1"}


def test_an_upgrade_of_what_nothing_requires_is_a_warning() -> None:
    options = Options(preferences=("lib==2",), upgrade_packages=("libs", "app"))
    assert answered(["app", "lib"], options).warnings == (
        "libs is to be upgraded, but nothing requires it; did you mean 'lib'?",
    )


def test_what_was_kept_is_noted_for_those_who_ask() -> None:
    before = ["app==1", "lib==1", "gone==1"]
    assert answered(["app", "lib>1"], Options(preferences=tuple(before))).notes == (
        "1 of 3 versions of before are kept; changed: lib 1 -> 3",
    )
    assert answered(["app"], Options(preferences=("lib==2",))).notes == (
        "1 of 1 versions of before are kept",
    )
    assert answered(["app"], Options()).notes == ()


def test_why_says_that_a_version_was_kept() -> None:
    options = Options(preferences=("lib==2",))
    reasons = why("lib", parsed("a.in", ["lib"]), [], options, Channels(source=MemorySource(PACKAGES)))
    assert reasons.newer is not None
    assert (reasons.newer.verdict, reasons.newer.versions) == ("kept", ("3", "4rc1"))


def test_nothing_is_looked_up_for_packages_that_are_not_wanted() -> None:
    source = MemorySource(PACKAGES)
    solve(parsed("a.in", ["lib"]), [], Options(preferences=("app==1", "lib==2")), Channels(source=source))
    assert source.asked == ["lib", "lib==2"]


def test_preferences_as_values() -> None:
    found = preferences(["A.b==1.0", "a-b==2", "c==1 ; os_name == 'nt'"], ["d"], lambda marker: not marker)
    assert (found.versions, found.dropped, found.warnings) == ({"a-b": ["1.0", "2"]}, {"d": []}, ())
    assert [found.has("a-b", version) for version in ("1", "2.0", "3")] == [True, True, False]
    assert not Preferences({}).has("a", "1")
