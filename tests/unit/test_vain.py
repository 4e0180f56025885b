"""What was said in vain: constraints, overrides and excludes that no package of the answer has."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from resolver.channels import Channels
from resolver.errors import InputError
from resolver.options import Options
from resolver.session import solve
from support.memory import MemorySource
from support.readings import parsed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from resolver.formats.answer import Answer

PACKAGES: dict[str, dict[str, Any]] = {
    "requests": {"1": {"requires": ["urllib3", "certifi"]}, "2": {"requires": ["urllib3", "certifi"]}},
    "urllib3": {"1": {}, "2": {}},
    "certifi": {"1": {}},
}


def answered(requirements: Sequence[str], constraints: Sequence[str] = (), **options: Any) -> Answer:
    """Return the answer to lines of files."""
    channels = Channels(source=MemorySource(PACKAGES))
    return solve(parsed("a.in", requirements), parsed("c.txt", constraints), Options(**options), channels)


def test_a_mistyped_constraint_is_a_warning() -> None:
    """One that is about something else is counted for those who ask."""
    answer = answered(["requests"], ["reqeusts<2", "urllib3<2", "flask<3"])
    assert answer.warnings == (
        "the constraint reqeusts<2 (c.txt:1) is about no package of the answer; did you mean 'requests'?",
    )
    assert answer.notes == ("2 constraints are about no package of the answer: flask, reqeusts",)
    answer = answered(["requests"], ["flask<3"])
    assert (answer.warnings, answer.notes) == ((), ("1 constraint is about no package of the answer: flask",))
    answer = answered(["requests"], ["urllib3<2"])
    assert (answer.warnings, answer.notes) == ((), ())


def test_files_of_constraints_that_many_share_are_counted_alone() -> None:
    lines = ["reqeusts<2", *(f"package{n}<3" for n in range(30))]
    answer = answered(["requests"], lines)
    assert answer.warnings == ()
    listed = "package0, package1, package10, package11, package12 and 26 more"
    assert answer.notes == (f"31 constraints are about no package of the answer: {listed}",)


def test_overrides_and_excludes() -> None:
    """An exclude that left something out was not in vain."""
    answer = answered(["requests"], overrides=("urlib3<2",), excludes=("certify", "other"))
    assert answer.warnings == (
        "the override urlib3<2 is about no package of the answer; did you mean 'urllib3'?",
        "the exclude certify is about no package of the answer; did you mean 'certifi'?",
    )
    assert answer.notes == (
        "1 override is about no package of the answer: urlib3",
        "2 excludes are about no package of the answer: certify, other",
    )
    answer = answered(["requests"], overrides=("urllib3<2",), excludes=("certifi",))
    assert (answer.warnings, answer.notes) == ((), ())
    assert [pin.name for pin in answer.pins] == ["requests", "urllib3"]


def test_the_oldest_version_of_all_is_seldom_wanted() -> None:
    """As uv warns: a direct requirement without a lower bound under ``--resolution lowest``."""
    said = "the oldest version of all is tried where no lower bound is given"
    answer = answered(["requests<2", "urllib3>=1", "certifi"], resolution="lowest")
    assert answer.warnings == (f"with --resolution lowest {said}: requests (a.in:1), certifi (a.in:3)",)
    answer = answered(["requests", "urllib3"], ["urllib3>=1", "requests==1"], resolution="lowest-direct")
    assert answer.warnings == ()
    answer = answered(["requests", "requests>1"], resolution="lowest-direct")
    assert answer.warnings == ()
    assert answered(["requests"]).warnings == ()
    assert answered(["certifi"], fixed=("certifi==1",), resolution="lowest").warnings == ()


def test_only_dependencies_of_what_is_named() -> None:
    """What is named is left out, whoever requires it besides, as in pip; the graph has it all the same."""
    from resolver import MemoryFetcher, resolve

    answer = answered(["requests", "certifi"], only_deps=True)
    assert [(pin.name, pin.via) for pin in answer.pins] == [("urllib3", ("requests",))]
    assert (answer.fixed, [pin.name for pin in answer.everything]) == ((), ["certifi", "requests", "urllib3"])
    found = resolve(["requests"], Options(only_deps=True), fetcher=MemoryFetcher(PACKAGES))
    assert list(found.pins) == ["certifi", "urllib3"]
    assert (
        found.to_tree()
        == "requests v2 [required: *]\n├── certifi v1 [required: *]\n└── urllib3 v2 [required: *]\n"
    )
    assert "requests==" not in found.to_requirements()
    with pytest.raises(InputError, match="exclude each other"):
        Options(only_deps=True, no_deps=True)


def test_no_dependencies() -> None:
    answer = answered(["requests", "urllib3"], no_deps=True)
    assert [(pin.name, pin.via) for pin in answer.pins] == [
        ("requests", ("a.in:1",)),
        ("urllib3", ("a.in:2",)),
    ]
    assert answer.warnings == ()
