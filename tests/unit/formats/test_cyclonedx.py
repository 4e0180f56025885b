"""Bills of materials: what they say of each package, and that they keep to the schema of CycloneDX."""

from __future__ import annotations

import json
from pathlib import Path
from random import Random
from typing import Any

import pytest

from resolver import Options, Resolution, resolve
from resolver.formats.answer import Answer, Pinned, Statistics
from resolver.formats.cyclonedx import write
from resolver.model.distfile import DistFile
from support.answers import answer_of, random_answer

ROOT = Path(__file__).resolve().parents[3]

FILES = [
    DistFile(
        "app-1.5-py3-none-any.whl",
        "https://me:secret@index.example/a b/app-1.5-py3-none-any.whl?token=secret#part",
        hashes={"sha256": "ab" * 32, "md5": "cd" * 16, "sha512": "no digest", "blake2b": "ef"},
    ),
    DistFile("app-1.5.tar.gz", "https://index.example/app-1.5.tar.gz"),
]
ANSWER = answer_of(
    ["app[fast]>=1", "tool"],
    {"app[fast]==1.5": ["core"], "core==1!2.0+x": ["app"], "tool==9": ["core"]},
    files={"app": FILES},
)


def bom(answer: Answer, **wanted: Any) -> dict[str, Any]:
    """Return the document of an answer."""
    found: dict[str, Any] = json.loads(write(answer, **wanted))
    return found


def test_a_component_has_its_package_url_files_and_extras() -> None:
    """Digests stand with the file that they are of; addresses are whole, and hold no secret."""
    app, core, _ = bom(ANSWER)["components"]
    assert app == {
        "type": "library",
        "bom-ref": "pkg:pypi/app@1.5",
        "name": "app",
        "version": "1.5",
        "purl": "pkg:pypi/app@1.5",
        "externalReferences": [
            {
                "type": "distribution",
                "url": "https://****@index.example/a%20b/app-1.5-py3-none-any.whl",
                "comment": "app-1.5-py3-none-any.whl",
                "hashes": [{"alg": "MD5", "content": "cd" * 16}, {"alg": "SHA-256", "content": "ab" * 32}],
            },
            {
                "type": "distribution",
                "url": "https://index.example/app-1.5.tar.gz",
                "comment": "app-1.5.tar.gz",
            },
        ],
        "properties": [{"name": "cdx:python:package:required-extra", "value": "fast"}],
    }
    assert core["purl"] == "pkg:pypi/core@1%212.0%2Bx"
    assert core.keys() == {"type", "bom-ref", "name", "version", "purl"}


def test_dependencies_begin_at_what_was_resolved() -> None:
    found = bom(ANSWER, title="app.in")
    assert found["metadata"]["component"] == {"type": "application", "bom-ref": "root", "name": "app.in"}
    names = {each["bom-ref"]: each["name"] for each in found["components"]} | {"root": "root"}
    edges = {names[each["ref"]]: [names[ref] for ref in each["dependsOn"]] for each in found["dependencies"]}
    assert edges == {
        "root": ["app", "tool"], "app": ["core"], "core": ["app"], "tool": ["core"],
    }  # fmt: skip
    assert {each["name"]: each["value"] for each in found["metadata"]["properties"]} == {
        f"resolver:environment:{name}": value for name, value in ANSWER.variables.items()
    }


def test_addresses_are_part_of_the_package_url() -> None:
    """And references, where there is no file of an index."""
    pins = [
        Pinned("a", "1", url="git+https://me:secret@host.example/a.git@v1"),
        Pinned("b", "2", url="https://host.example/b-2.tar.gz"),
    ]
    a, b = bom(Answer(pins, {}, Statistics()))["components"]
    assert a["purl"] == "pkg:pypi/a@1?vcs_url=git%2Bhttps://%2A%2A%2A%2A%40host.example/a.git%40v1"
    assert a["externalReferences"] == [{"type": "vcs", "url": "git+https://****@host.example/a.git@v1"}]
    assert b["externalReferences"][0]["type"] == "distribution"
    assert b["purl"] == "pkg:pypi/b@2?download_url=https://host.example/b-2.tar.gz"


def test_the_same_answer_gives_the_same_document_and_another_one_another() -> None:
    """There is no time in it, unless one is given."""
    assert write(ANSWER) == write(ANSWER)
    assert "timestamp" not in bom(ANSWER)["metadata"]
    timed = bom(ANSWER, timestamp="2024-02-28T12:00:00Z")
    assert timed["metadata"]["timestamp"] == "2024-02-28T12:00:00Z"
    numbers = {bom(random_answer(Random(seed), 4))["serialNumber"] for seed in range(20)}
    assert len(numbers) == 20


def recorded(*lines: str) -> Resolution:
    """Return the answer to real requirements; without ``lines`` to all of the recording."""
    options = Options(
        replay=str(ROOT / "fixtures" / "recordings" / "tools"), python_version="3.12", python_platform="linux"
    )
    every = (ROOT / "fixtures" / "requirements" / "tools.txt").read_text("utf-8").splitlines()
    return resolve(lines or [line for line in every if not line.startswith("#")], options)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of what the validator imports
def test_documents_keep_to_the_schema() -> None:
    """By the validator of CycloneDX' own library: real data, files of all kinds, nothing, random answers.

    It takes 40 ms for each address, so the real data is that of four packages with few files.
    """
    schema = pytest.importorskip("cyclonedx.schema")
    validation = pytest.importorskip("cyclonedx.validation.json")
    validator = validation.JsonStrictValidator(schema.SchemaVersion.V1_6)
    answers = [
        ANSWER,
        Answer((), {}, Statistics()),
        *(random_answer(Random(seed), seed) for seed in range(9)),
    ]
    texts = [recorded("rich").to_cyclonedx(timestamp="2024-02-28T12:00:00Z"), *map(write, answers)]
    for text in texts:
        assert validator.validate_str(text) is None


def test_references_lead_to_components_that_are_there_once() -> None:
    """What a validator of the schema does not see."""
    found = json.loads(recorded().to_cyclonedx())
    references = [each["bom-ref"] for each in found["components"]]
    assert len(references) == len(set(references)) == 37
    assert [each["ref"] for each in found["dependencies"]] == ["root", *references]
    assert {ref for each in found["dependencies"] for ref in each["dependsOn"]} == set(references)
