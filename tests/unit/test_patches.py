"""Patches: how they are read, what they make of metadata, and what comes of it in whole resolutions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from resolver.channels import Channels
from resolver.engines import solve
from resolver.errors import InputError, InternalError, NoSolution
from resolver.index.metadata import Metadata
from resolver.options import Options
from resolver.patches import InvalidPatch, Patch, Patches
from resolver.patching import patched
from support.memory import MemorySource
from support.readings import parsed

if TYPE_CHECKING:
    from resolver.formats.answer import Answer

BOTH = pytest.mark.parametrize("engine", ["pubgrub", "resolvelib"])
LINUX = Options(python_version="3.12", python_platform="linux")
PACKAGES: dict[str, dict[str, dict[str, Any]]] = {
    "celery": {
        "4": {"requires": ["vine>=1.1.3", "kombu", "gone"]},
        "5": {"requires": ["vine>=5,<6", "kombu"]},
    },
    "vine": {"1.3": {}, "5": {}},
    "kombu": {"1": {}, "2": {}},
    "foo": {"1": {"extras": {"x": ["vine"]}}},
    "old": {"1": {"requires_python": "<3.9", "requires": ["kombu"]}, "2": {"requires_python": ">=3.13"}},
}


def answer(patches: list[str], *requirements: str, patient: bool = True, **given: Any) -> Answer:
    channels = Channels(source=MemorySource(PACKAGES, patient=patient))
    options = LINUX.replace(patches=patches, **given)
    return solve(parsed("app.in", requirements), [], options, channels)


def pins(patches: list[str], *requirements: str, **given: Any) -> dict[str, str]:
    return {pin.name: pin.version for pin in answer(patches, *requirements, **given).pins}


@pytest.mark.parametrize(
    ("text", "kind", "required", "python"),
    [
        ("a: b<5", "replace", "b<5", ""),
        ("A.b >=1, <2 :b[x] <5; os_name == 'nt'", "replace", "b[x] <5; os_name == 'nt'", ""),
        ("a: +b", "add", "b", ""),
        ("a: + b>=1", "add", "b>=1", ""),
        ("a:-b", "drop", "b", ""),
        ("a: =", "whole", None, ""),
        ("a: = b", "whole", "b", ""),
        ("a: requires-python >=3.8,<4", "python", None, ">=3.8,<4"),
        ("a: requires-python", "python", None, ""),
        ("a: - requires-python", "python", None, ""),
    ],
)
def test_patch_is_read(text: str, kind: str, required: str | None, python: str) -> None:
    patch = Patch.read(text)
    assert (patch.kind, patch.python, patch.text) == (kind, python, text)
    assert (None if patch.requirement is None else patch.requirement.text) == required


@pytest.mark.parametrize(
    ("text", "message", "position"),
    [
        ("celery<5", "write a patch as PACKAGE: CHANGE", 8),
        ("a b: c", "", 2),
        ("a[x]: b", "before the colon", 0),
        ("a; os_name == 'nt': b", "before the colon", 0),
        ("a<5:  ", "there is no change", 6),
        ("a<5: +", "there is no change", 6),
        ("a: b c", "", 5),
        ("a: + b>", "", 6),
        ("a: - b<5", "behind the - stands the name", 5),
        ("a: b @ https://x.example/b.whl", "a patch cannot say where", 3),
        ("a: requires-python three", "'three' is no range of versions", 18),
        ("a: + requires-python", "write it as requires-python >=3.8", 5),
    ],
)
def test_text_that_is_no_patch_is_refused_with_its_place(text: str, message: str, position: int) -> None:
    with pytest.raises(InvalidPatch) as caught:
        Patch.read(text)
    assert message in str(caught.value)
    assert caught.value.position == position


def test_option_says_which_patch_it_is() -> None:
    with pytest.raises(InputError) as caught:
        Options(patches=["a: b", "a: b c"])  # type: ignore[arg-type]  # becomes a tuple
    assert str(caught.value).endswith("\n    a: b c\n         ^")


@pytest.mark.parametrize(
    ("patches", "lines"),
    [
        (["a<1: b"], ["b>=1 ; os_name == 'nt'", "b>=2", "c"]),
        (["a: b<5"], ["b<5 ; os_name == 'nt'", "b<5", "c"]),
        (["a: b<5; extra == 'x'"], ["b<5; extra == 'x'", "c"]),
        (["a: b<5", "a: b<4"], ["b<4 ; os_name == 'nt'", "b<4", "c"]),
        (["a: - b", "a: + b==9"], ["c", "b==9"]),
        (["a: d"], ["b>=1 ; os_name == 'nt'", "b>=2", "c"]),
        (["a: + d", "a: = e", "a: ="], ["e", "d"]),
        (["a: =", "a: - c"], []),
        (["a: - b"], ["c"]),
    ],
)
def test_what_patches_make_of_requirements(patches: list[str], lines: list[str]) -> None:
    """A whole statement stands below all others."""
    before = Metadata("a", "1", requires_dist=("b>=1 ; os_name == 'nt'", "b>=2", "c"), provides_extra=("y",))
    some = Patches(patches).of("a", "1")
    is_whole = any(each.kind == "whole" for each in some)
    found = patched("a", "1", None if is_whole else before, some)
    assert list(found.metadata.requires_dist) == lines
    assert found.metadata.provides_extra == (
        () if is_whole else ("y", "x") if "extra" in lines[0] else ("y",)
    )


@BOTH
@pytest.mark.parametrize("patient", [True, False])
def test_requirements_of_dependents_are_replaced_added_and_dropped(engine: str, *, patient: bool) -> None:
    """Of the versions that the patch is about, and of no others."""
    given: dict[str, Any] = {"engine": engine, "patient": patient}
    with pytest.raises(NoSolution):
        pins([], "celery<5", **given)
    assert pins(["celery<5: - gone"], "celery<5", **given) == {"celery": "4", "vine": "5", "kombu": "2"}
    assert pins(["celery>=5: vine<5", "celery: kombu<2"], "celery", **given) == {
        "celery": "5",
        "vine": "1.3",
        "kombu": "1",
    }
    assert pins(["foo: + kombu<2"], "foo", **given) == {"foo": "1", "kombu": "1"}
    found = answer(["foo: + kombu; extra == 'fast'", "foo: - vine"], "foo[fast,x]", **given)
    assert {pin.name: pin.version for pin in found.pins} == {"foo": "1", "kombu": "2"}
    assert list(found.warnings) == []


@BOTH
def test_metadata_that_is_stated_is_not_fetched(engine: str) -> None:
    source = MemorySource(PACKAGES)
    patches = ["celery: = vine<5", "celery: = kombu ; python_version < '3'", "foo: ="]
    options = LINUX.replace(patches=patches, engine=engine)
    found = solve(parsed("app.in", ["celery", "foo"]), [], options, Channels(source=source))
    assert {pin.name: pin.version for pin in found.pins} == {"celery": "5", "vine": "1.3", "foo": "1"}
    assert not {"celery==5", "foo==1", "celery==4"} & set(source.asked)


@BOTH
def test_requires_python_is_that_of_the_patch(engine: str) -> None:
    """Whatever the index says beside the file, or the metadata itself."""
    with pytest.raises(NoSolution):
        pins([], "old", engine=engine)
    assert pins(["old: requires-python"], "old", engine=engine) == {"old": "2"}
    patches = ["old: requires-python", "old==2: requires-python >=4"]
    assert pins(patches, "old", engine=engine) == {"old": "1", "kombu": "2"}
    assert pins(patches, "old", "foo", engine=engine, no_deps=True) == {"old": "1", "foo": "1"}
    with pytest.raises(NoSolution, match="needs? Python >=4" if engine == "pubgrub" else "old"):
        pins(["old: requires-python >=4"], "old", engine=engine)


def test_explanations_say_what_a_patch_has_made() -> None:
    with pytest.raises(NoSolution) as caught:
        pins(["celery>=5: vine<5"], "celery>=5", "vine>=5")
    assert caught.value.explanation == (
        "Because you require celery>=5 (app.in:1) and vine>=5 (app.in:2), and celery 5 depends on vine<5"
        " (patched), your requirements cannot be satisfied."
    )


def test_patch_that_changes_nothing_is_warned_of() -> None:
    """Because its versions were not looked at, or do not have what it changes."""
    found = answer(["celery<5: - gone", "celery: - typo", "celery: vine<5", "celery: kombu"], "celery")
    assert list(found.warnings) == [
        "the patch 'celery<5: - gone' changes nothing that was looked at",
        "the patch 'celery: - typo' changes nothing that was looked at",
    ]


@pytest.mark.parametrize(
    ("patches", "requirements", "said"),
    [
        (["foo: + kombu"], ["foo"], "requires kombu"),
        (["celery: vine<5"], ["celery", "kombu"], "requires vine<5"),
        (["foo: = vine"], ["foo"], "requires vine"),
    ],
)
def test_solution_is_checked_against_what_patches_say(
    patches: list[str], requirements: list[str], said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By means of its own: a search that forgets them is found out."""
    monkeypatch.setattr("resolver.catalog.Catalog._patches", lambda *_: ())
    with pytest.raises(InternalError, match=said):
        pins(patches, *requirements)


def test_answers_with_and_without_patches_do_not_meet_in_notes() -> None:
    """A Requires-Python by a patch decides about files; requirements do not."""
    plain, others, python = (Patches(texts).about_files for texts in ([], ["a: b"], ["a: requires-python"]))
    assert (plain, others) == ([], [])
    assert python == ["a: requires-python"]
