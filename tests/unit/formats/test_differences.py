"""What differs between two lists of pins: kinds of changes, in words and as JSON."""

from __future__ import annotations

import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from resolver.formats.differences import Change, changes, to_json, to_text
from resolver.formats.locked import LockedPin, read
from support.schema import check, load_schema

OLD = """\
a==1
b==2
c==1.0
d==1
e==1 --hash=sha256:00 --hash=sha256:01
f @ https://me:secret@host.example/f.zip
g==1 ; python_version < "3.9"
g==2 ; python_version >= "3.9"
h==1 ; os_name == "nt"
i @ https://host.example/i.zip
"""
NEW = """\
a==2
b==1
c==1.0.0
e==1 --hash=sha256:01 --hash=sha256:02 --hash=sha512:00
f==1
g==3 ; python_version >= "3.9"
g==1 ; os_name == "nt"
h==1
i @ https://host.example/j.zip
new==1
"""


def pins(text: str) -> tuple[LockedPin, ...]:
    """Return the pins of a requirements file."""
    return read("-", stdin=io.BytesIO(text.encode())).pins


def found(old: str, new: str) -> list[Change]:
    """Return what differs between two requirements files."""
    return changes(pins(old), pins(new))


def test_what_can_happen_to_a_package() -> None:
    """Spellings of one version are one; so are hashes of algorithms that only one side has."""
    assert to_text(found(OLD, NEW)) == (
        "upgraded   a 1 -> 2\n"
        "downgraded b 2 -> 1\n"
        "removed    d 1\n"
        "changed    e 1: hashes: 1 more, 1 gone\n"
        "changed    f 1: from an index instead of https://host.example/f.zip\n"
        'removed    g 1 ; python_version < "3.9"\n'
        'upgraded   g 2 -> 3 ; python_version >= "3.9"\n'
        'added      g 1 ; os_name == "nt"\n'
        'changed    h 1: everywhere, not where os_name == "nt"\n'
        "changed    i https://host.example/j.zip: from https://host.example/j.zip instead of"
        " https://host.example/i.zip\n"
        "added      new 1\n"
        "2 added, 2 removed, 2 upgraded, 1 downgraded, 4 changed\n"
    )


def test_colour_marks_the_first_word_alone() -> None:
    said = to_text(found("a==1\nb==1\n", "a==2\nb==1 ; os_name == 'nt'\n"), colour=True)
    assert said.startswith("\033[36mupgraded   \033[0ma 1 -> 2\n\033[35mchanged")
    assert said.replace("\033[36m", "").replace("\033[35m", "").replace("\033[0m", "") == to_text(
        found("a==1\nb==1\n", "a==2\nb==1 ; os_name == 'nt'\n")
    )


def test_json_is_that_of_the_schema() -> None:
    document = json.loads(to_json(found(OLD, NEW)))
    check(document, load_schema("diff-1"))
    assert document["changes"][3] == {
        "name": "e",
        "change": "changed",
        "old": {"version": "1", "url": None, "marker": None},
        "new": {"version": "1", "url": None, "marker": None},
        "hashes": {"added": ["sha256:02"], "removed": ["sha256:00"]},
    }
    assert "secret" not in to_json(found(OLD, NEW))
    assert json.loads(to_json([])) == {"version": 1, "changes": []}


def test_values_show_what_they_are() -> None:
    assert repr(found("a==1", "a==2")) == "[<Change: upgraded a 1 -> 2>]"


lists = st.dictionaries(st.sampled_from("abcd"), st.sampled_from(["1", "1.0", "2", "2rc1"]), max_size=4).map(
    lambda made: "".join(f"{name}=={version}\n" for name, version in made.items())
)


@given(lists, lists)
def test_a_difference_turned_round_is_its_opposite(old: str, new: str) -> None:
    """And there is none where both are the same."""
    opposite = {"added": "removed", "removed": "added", "upgraded": "downgraded", "downgraded": "upgraded"}
    there = [(each.name, each.kind) for each in found(old, new)]
    back = [(each.name, opposite[each.kind]) for each in found(new, old)]
    assert there == back
    assert found(old, old) == []


@pytest.mark.parametrize("text", ["", "# nothing\n"])
def test_nothing_differs(text: str) -> None:
    assert to_text(found(text, text)) == ""
