"""Requirements files of other tools' test suites: we read the same, or docs say why not."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from packaging.markers import Marker
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

from resolver.errors import InputError
from resolver.formats.requirements_txt import read
from resolver.model.references import PATH
from support.corpora import cases, needs_corpora

if TYPE_CHECKING:
    from resolver.formats.requirements_txt import Entry, FileOptions, RequirementsFile

pytestmark = needs_corpora

CORPORA = ("reqfile-pip", "reqfile-prp", "reqfile-uv")
CASES = [case for corpus in CORPORA for _, case in cases(corpus)]
VALID = [case for case in CASES if case["expected"]["valid"]]
INVALID = [case for case in CASES if not case["expected"]["valid"]]

PAGE = Path(__file__).resolve().parents[2] / "docs" / "requirements-files.md"


def refused() -> list[str]:
    """Return what the messages contain about what we refuse and others read, as the page lists it."""
    table = PAGE.read_text("utf-8").partition("| message contains |")[2]
    rows = [line for line in table.splitlines() if line.startswith("| `")]
    return [row.split("`")[1] for row in rows]


REFUSED = refused()

# Cases that are read: at least this many.
LEAST_READ = 70


def lay_out(case: dict[str, Any], folder: Path) -> None:
    """Write the files of a case; includes that its source does not follow are there, but empty."""
    folder.mkdir(exist_ok=True)
    for line in case["expected"].get("option_lines", ()):
        for name in (*line.get("requirements", ()), *line.get("constraints", ())):
            if "://" not in name:
                (folder / name).touch()
    for name, content in case["files"].items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(
            content.encode() if isinstance(content, str) else base64.b64decode(content["base64"])
        )


def read_case(case: dict[str, Any], folder: Path) -> RequirementsFile:
    """Read the case's entry file as its source did."""
    lay_out(case, folder)
    path = str(folder / case["entry"])
    return read(path, environ=case["environment"], constraint=bool(case.get("as_constraint_file")))


def entry_facts(entry: Entry, wanted: dict[str, Any]) -> dict[str, Any]:
    """Say of our entry what ``wanted`` says of theirs."""
    requirement = entry.requirement
    assert requirement.origin is not None
    reference = requirement.reference
    kind = "editable" if reference is not None and reference.editable else "requirement"
    facts: dict[str, Any] = {
        "kind": "constraint" if entry.constraint else kind,
        "name": requirement.name,
        "raw": requirement.text,
        "extras": list(requirement.extras),
        "specifier": {part for part in str(requirement.specifiers).split(",") if part},
        "marker": str(Marker(requirement.marker)) if requirement.marker else None,
        "line_number": requirement.origin.line,
        "hashes": list(entry.hashes),
        "origin": requirement.origin.file.rpartition("/")[2],
        "url": None if requirement.url is None else plain_url(requirement.url),
    }
    if reference is not None:
        left_out = {"specifier", "raw", *(["url"] if reference.kind == PATH else [])}
        return {name: wanted[name] if name in left_out else facts[name] for name in wanted}
    return {name: facts[name] for name in wanted}


def plain_url(url: str) -> str:
    """Return a URL without what others keep of its fragment, the name of the package."""
    place, _, fragment = url.partition("#")
    kept = [part for part in fragment.split("&") if part and not part.startswith("egg=")]
    return "#".join([place, *(["&".join(kept)] if kept else [])])


def expected_facts(entry: dict[str, Any]) -> dict[str, Any]:
    """Return what we compare of their entry, in packaging's normal forms."""
    facts: dict[str, Any] = {
        name: entry[name]
        for name in ("kind", "raw", "line_number", "hashes", "origin", "url")
        if name in entry and not (name == "hashes" and entry[name] is None)
    }
    if facts.get("url"):
        facts["url"] = plain_url(facts["url"])
    if entry.get("name"):
        facts["name"] = canonicalize_name(entry["name"])
    if "extras" in entry:
        facts["extras"] = sorted(canonicalize_name(extra) for extra in entry["extras"])
    if "specifier" in entry:
        facts["specifier"] = {str(each) for each in SpecifierSet(",".join(entry["specifier"]))}
    if entry.get("marker"):
        facts["marker"] = str(Marker(entry["marker"]))
    return facts


def option_facts(options: FileOptions, wanted: dict[str, Any]) -> dict[str, Any]:
    """Say of our options what ``wanted`` says of theirs."""
    urls = [url for url in (options.index_url, *options.extra_index_urls) if url is not None]
    facts: dict[str, Any] = {"index_urls": urls}
    for name in wanted.keys() - {"index_urls", "only_final", "all_releases"}:
        value = getattr(options, name)
        facts[name] = (value or None) if wanted[name] is None else value
    return {name: facts[name] for name in wanted.keys() & facts.keys()}


@pytest.mark.parametrize("case", VALID, ids=lambda case: case["id"])
def test_valid_files_are_read_alike_or_refused(case: dict[str, Any], tmp_path: Path) -> None:
    """Entries and options agree; what we refuse is on the page."""
    expected = case["expected"]
    try:
        found = read_case(case, tmp_path)
    except InputError as error:
        if not any(words in error.message for words in REFUSED) or error.line is None:
            raise
        return
    wanted = [expected_facts(entry) for entry in expected["entries"]]
    assert len(wanted) == len(found.entries)
    order = sorted(found.entries, key=lambda entry: entry.constraint) if "uv" in case["id"] else found.entries
    assert wanted == [entry_facts(entry, facts) for entry, facts in zip(order, wanted, strict=True)]
    options = expected.get("options", {})
    said = option_facts(found.options, options)
    assert {name: options[name] for name in said} == said
    assert all("does not begin with https://" in refusal.message for refusal in found.refusals)
    modes = {"only_final": "disallow", "all_releases": "allow"}
    for name, mode in modes.items():
        assert [each for each in found.options.prereleases if each.endswith(f"={mode}")] == [
            f"{package}={mode}" for package in options.get(name) or ()
        ]


def test_each_refusal_is_met(tmp_path: Path) -> None:
    """The page lists nothing that no case of the corpora has."""
    said = ""
    for number, case in enumerate(VALID):
        try:
            read_case(case, tmp_path / str(number))
        except InputError as error:
            said += error.message
    assert [words for words in REFUSED if words not in said] == []


@pytest.mark.parametrize("case", INVALID, ids=lambda case: case["id"])
def test_invalid_files_are_errors(case: dict[str, Any], tmp_path: Path) -> None:
    """What is invalid there is an error here, with a place in the file."""
    with pytest.raises(InputError) as caught:
        read_case(case, tmp_path)
    assert caught.value.file is not None
    assert caught.value.line is not None


def test_most_files_are_read(tmp_path: Path) -> None:
    """The test above would pass if we refused everything; we do not."""
    read_whole = 0
    for number, case in enumerate(CASES):
        try:
            read_case(case, tmp_path / str(number))
        except InputError:
            continue
        read_whole += 1
    assert read_whole >= LEAST_READ
