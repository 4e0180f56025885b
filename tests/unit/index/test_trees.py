"""Metadata out of project files."""

from __future__ import annotations

import pytest

from resolver.errors import MetadataInvalid
from resolver.index.trees import MAX_PROJECT, project_in, project_metadata
from support.archives import squeezed, tarred, zipped


def test_all_that_a_resolution_reads_is_read() -> None:
    found = project_metadata(
        b"""
[project]
name = "My.Project"
version = "1.0"
requires-python = ">=3.9"
dependencies = ["a>=1", " b @ https://h.example/b.zip"]
dynamic = ["readme"]
[project.optional-dependencies]
Fast = ["c", "d<2; os_name == 'nt' or os_name == 'posix'", "e @ https://h.example/e.zip ; os_name == 'nt'"]
""",
        "pyproject.toml",
    )
    assert found is not None
    assert (found.name, found.version, found.requires_python) == ("My.Project", "1.0", ">=3.9")
    assert found.provides_extra == ("Fast",)
    assert found.requires_dist == (
        "a>=1",
        "b @ https://h.example/b.zip",
        'c ; extra == "fast"',
        "d<2 ; (os_name == 'nt' or os_name == 'posix') and extra == \"fast\"",
        "e @ https://h.example/e.zip ; (os_name == 'nt') and extra == \"fast\"",
    )


@pytest.mark.parametrize(
    "text",
    [
        "",
        "project = 1",
        "[build-system]\nrequires = []",
        *(
            f'[project]\nname = "a"\nversion = "1"\ndynamic = ["{field}"]'
            for field in ("version", "dependencies", "optional-dependencies", "requires-python")
        ),
        '[project]\nname = "a"\nversion = "1"\ndynamic = 1',
    ],
)
def test_what_only_a_build_can_tell_is_no_metadata(text: str) -> None:
    assert project_metadata(text.encode(), "pyproject.toml") is None


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[", "no project file"),
        ("a = " + "[" * 5000, "no project file"),
        ("\xff", "no project file"),
        ('[project]\nname = "a"', "lacks a name or a version"),
        ('[project]\nversion = "1"', "lacks a name or a version"),
        ('[project]\nname = "a"\nversion = "1"\nrequires-python = 3', "PEP 621"),
        ('[project]\nname = "a"\nversion = "1"\ndependencies = "b"', "PEP 621"),
        ('[project]\nname = "a"\nversion = "1"\ndependencies = [1]', "PEP 621"),
        ('[project]\nname = "a"\nversion = "1"\noptional-dependencies = []', "PEP 621"),
        ('[project]\nname = "a"\nversion = "1"\noptional-dependencies = {x = 1}', "PEP 621"),
        ('[project]\nname = "a"\nversion = "1"\noptional-dependencies = {"-" = []}', "'-'"),
        ("#" * (MAX_PROJECT + 1), "larger than 1 MiB"),
    ],
)
def test_what_is_no_project_file_is_said(text: str, words: str) -> None:
    with pytest.raises(MetadataInvalid, match=words) as caught:
        project_metadata(text.encode("latin-1"), "p/pyproject.toml")
    assert "p/pyproject.toml" in str(caught.value)


def packed(kind: str, files: dict[str, bytes]) -> tuple[bytes, str]:
    """Return an archive and its name."""
    return (zipped(files), "v1.zip") if kind == "zip" else (squeezed(tarred(files)), "v1.tar.gz")


@pytest.mark.parametrize("kind", ["zip", "tar"])
def test_project_file_is_found_in_the_archive_of_a_tree(kind: str) -> None:
    files = {
        "repo-main/README": b"",
        "repo-main/pyproject.toml": b"top",
        "repo-main/sub/dir/pyproject.toml": b"below",
    }
    body, name = packed(kind, files)
    assert project_in(body, name, "") == b"top"
    assert project_in(body, name, "sub/dir") == b"below"
    assert project_in(body, name, "sub") is None
    body, name = packed(kind, {**files, "other/x": b""})
    assert project_in(body, name, "") is None
    body, name = packed(kind, {"repo-main/pyproject.toml": b"x" * (MAX_PROJECT + 1)})
    with pytest.raises(MetadataInvalid):
        project_in(body, name, "")
    with pytest.raises(MetadataInvalid):
        project_in(b"no archive", name, "")
