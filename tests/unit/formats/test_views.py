"""The JSON of answers and proofs: what the published schema says, in a fixed order."""

from __future__ import annotations

import json
from typing import Any

import pytest

from resolver.errors import NoSolution
from resolver.formats.answer import Answer, Fix, Pinned, Statistics
from resolver.formats.views import solved, unsatisfiable
from resolver.model.distfile import DistFile
from support.schema import check, fits, load_schema

SCHEMA = load_schema("resolution-1")


def answer() -> Answer:
    """Return an answer that uses every field."""
    file = DistFile(
        "a-1-py3-none-any.whl",
        "https://me:secret@index.example/a-1-py3-none-any.whl",
        hashes={"sha256": "0", "md5": "1"},
        size=3,
        requires_python=">=3.8",
        upload_time="2024-02-28T12:00:00Z",
    )
    pins = [
        Pinned("b", "2.0", via=("a",), url="git+ssh://git@host.example/b.git@v1"),
        Pinned(
            "a",
            "1",
            extras=frozenset({"y", "x"}),
            files=(file,),
            requires=(("b>1", "b", "2.0"),),
            via=("r.txt:1",),
        ),
    ]
    statistics = Statistics(decisions=2, conflicts=1, candidates=4, requests=3, bytes=10, seconds=0.123456)
    return Answer(
        pins, {"sys_platform": "linux", "os_name": "posix"}, statistics, roots=[("A", "a", "r.txt:1")]
    )


def test_a_solved_document_is_that_of_the_contract() -> None:
    """Every key, in order; logins gone; one pin a line."""
    text = solved(answer())
    document = json.loads(text)
    assert list(document) == ["version", "status", "pins", "roots", "environment", "statistics"]
    assert document["version"] == 1
    assert document["status"] == "solved"
    first, second = document["pins"]
    assert first == {
        "name": "a",
        "version": "1",
        "extras": ["x", "y"],
        "url": None,
        "files": [
            {
                "filename": "a-1-py3-none-any.whl",
                "url": "https://****@index.example/a-1-py3-none-any.whl",
                "size": 3,
                "hashes": {"md5": "1", "sha256": "0"},
                "requires-python": ">=3.8",
                "upload-time": "2024-02-28T12:00:00Z",
            }
        ],
        "requires": [{"requirement": "b>1", "name": "b", "version": "2.0"}],
        "via": ["r.txt:1"],
    }
    assert list(first) == ["name", "version", "extras", "url", "files", "requires", "via"]
    assert second["url"] == "git+ssh://git@host.example/b.git@v1"
    assert document["roots"] == [{"requirement": "A", "name": "a", "origin": "r.txt:1"}]
    assert list(document["environment"]) == ["os_name", "sys_platform"]
    assert document["statistics"]["seconds"] == 0.123
    assert len(text.splitlines()) == len(document["pins"]) + 11
    check(document, SCHEMA)


def test_an_empty_answer_is_a_document_too() -> None:
    """No requirement, no pin."""
    document = json.loads(solved(Answer((), {}, Statistics())))
    assert document["pins"] == []
    check(document, SCHEMA)


def proof() -> dict[str, object]:
    """Return a derivation in which one conclusion is used twice and one is put aside."""
    term = {"package": "b", "range": "b 1", "candidates": 1, "negated": True}
    fact = {"cause": "depends", "text": "a 1 depends on b<2", "terms": [term]}
    shared = {"id": 1, "text": "so", "terms": [], "left": fact, "right": fact}
    return {
        "text": "your requirements cannot be satisfied",
        "terms": [],
        "left": shared,
        "right": {
            "text": "then",
            "terms": [term],
            "left": {"text": "so", "terms": [], "ref": 1},
            "right": fact,
        },
        "lines": [{"id": 2, "text": "later", "terms": [], "left": fact, "right": fact}],
    }


def test_an_unsatisfiable_document_is_that_of_the_contract() -> None:
    """Explanation, derivation, hints, fixes, statistics."""
    error = NoSolution(
        "because \N{EM DASH} so",
        derivation=proof(),
        hints=["try"],
        fixes=[
            Fix("allow newer b", ["a", "b>=2"], options=["--pre"]),
            Fix("allow all", ["a"], constraints=["c<3"], overrides=[]),
        ],
        statistics=Statistics(conflicts=7),
    )
    document = json.loads(unsatisfiable(error))
    assert list(document) == [
        "version", "status", "explanation", "derivation", "hints", "fixes", "statistics",
    ]  # fmt: skip
    assert document["status"] == "unsatisfiable"
    assert document["explanation"] == "because \N{EM DASH} so"
    assert document["hints"] == ["try"]
    assert document["fixes"] == [
        {"change": "allow newer b", "requirements": ["a", "b>=2"], "options": ["--pre"], "verified": True},
        {
            "change": "allow all",
            "requirements": ["a"],
            "options": [],
            "verified": True,
            "constraints": ["c<3"],
            "overrides": [],
        },
    ]
    assert document["statistics"]["conflicts"] == 7
    assert document["derivation"] == proof()
    check(document, SCHEMA)


def test_a_proof_that_could_not_be_carried_is_null() -> None:
    """The text is there all the same."""
    document = json.loads(unsatisfiable(NoSolution("no")))
    assert document["derivation"] is None
    check(document, SCHEMA)


def test_the_schema_has_valid_examples() -> None:
    """Its readers begin there."""
    examples = SCHEMA["examples"]
    assert [example["status"] for example in examples] == ["solved", "unsatisfiable"]
    for example in examples:
        check(example, SCHEMA)


@pytest.mark.parametrize("change", [{"status": "maybe"}, {"version": 2}, {"pins": {}}, {"more": 1}])
def test_the_schema_refuses_other_documents(change: dict[str, Any]) -> None:
    """A check that cannot fail would prove nothing."""
    document = json.loads(solved(answer())) | change
    assert not fits(document, SCHEMA)
