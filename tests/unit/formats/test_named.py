"""Requirements as a user writes them: with an address, or an address alone."""

from __future__ import annotations

import pickle
from typing import TYPE_CHECKING

import pytest

from resolver.formats.named import InvalidUserRequirement, user_requirement
from resolver.model.requirement import Origin

if TYPE_CHECKING:
    from pathlib import Path

DIGEST = "0" * 64


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder with projects, which is where relative paths start."""
    monkeypatch.chdir(tmp_path)
    for name, content in (
        ("static", '[project]\nname = "My.Name"\nversion = "1"\n'),
        ("legacy", "[build-system]\nrequires = []\n"),
        ("broken", "["),
        ("odd", "project = 1\n"),
        ("strange", '[project]\nname = "-"\n'),
    ):  # fmt: skip
        (tmp_path / name).mkdir()
        (tmp_path / name / "pyproject.toml").write_text(content, "utf-8")
    (tmp_path / "empty").mkdir()
    return tmp_path


@pytest.mark.parametrize(
    ("text", "name", "extras", "marker"),
    [
        ("a_b @ https://h.example/a_b-1-py3-none-any.whl", "a-b", (), ""),
        ("a[X,y] @ https://h.example/v1.zip ; os_name == 'nt'", "a", ("x", "y"), "os_name == 'nt'"),
        ("https://h.example/a_b-1-py3-none-any.whl", "a-b", (), ""),
        ("https://h.example/a-1.tar.gz ; os_name == 'nt'", "a", (), "os_name == 'nt'"),
        ("https://h.example/a-1.tar.gz; os_name == 'nt'", "a", (), "os_name == 'nt'"),
        ("git+https://h.example/x@v1#egg=a[z]&subdirectory=b", "a", ("z",), ""),
        ("./static", "my-name", (), ""),
        ("static/", "my-name", (), ""),
        ("./static[q, r]; os_name == 'nt'", "my-name", ("q", "r"), "os_name == 'nt'"),
        ("legacy/#egg=leg", "leg", (), ""),
        ("wheels/a-1-py3-none-any.whl[z]", "a", ("z",), ""),
        ("a-1-py3-none-any.whl", "a", (), ""),
        ("leg @ ./legacy", "leg", (), ""),
    ],
)
def test_package_extras_and_marker_are_found(
    text: str, name: str, extras: tuple[str, ...], marker: str
) -> None:
    found = user_requirement(text, Origin("r.txt", 3))
    assert (found.name, found.extras, found.marker) == (name, extras, marker)
    assert found.reference is not None
    assert found.url == found.reference.said
    assert str(found.origin) == "r.txt:3"
    assert user_requirement(found.text).text == found.text


def test_text_has_no_credentials_and_survives_pickling() -> None:
    """As lines do on the way to workers."""
    found = user_requirement("a @ https://me:s3cret@h.example/a-1.zip#egg=a ; os_name == 'nt'")
    assert found.text == "a @ https://h.example/a-1.zip ; os_name == 'nt'"
    again = pickle.loads(pickle.dumps(found))  # our own bytes
    assert again.reference == found.reference
    assert again.reference.location == "https://me:s3cret@h.example/a-1.zip"


def test_other_requirements_are_read_as_they_are() -> None:
    found = user_requirement("a>=1 ; os_name == 'a/b'")
    assert (found.text, found.reference) == ("a>=1 ; os_name == 'a/b'", None)


def test_editable_ones_are_trees() -> None:
    for text in ("./static", "static", "git+https://h.example/x#egg=a", "a @ git+https://h.example/x"):
        found = user_requirement(text, editable=True)
        assert found.reference is not None
        assert found.reference.editable


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("git+https://h.example/x", "does not say which package"),
        ("https://h.example/master.zip", "does not say which package"),
        ("./legacy", "does not say which package"),
        ("./empty", "there is neither pyproject.toml nor setup.py in "),
        ("./odd", "does not say which package"),
        ("./none", "there is no folder"),
        ("./broken", "cannot be read"),
        ("./strange", "'-'"),
        ("b @ https://h.example/a-1-py3-none-any.whl", "is of the package 'a', not of 'b'"),
        ("b @ git+https://h.example/x#egg=a", "is of the package 'a', not of 'b'"),
        ("https://h.example/a-x-py3-none-any.whl", "'x' is not a version"),
        ("a @ git+ssh://-x/a", "host"),
        ("a @ https://h.example/a.zip ; os = 1", "marker"),
        ("https://h.example/a-1.zip ; os = 1", "marker"),
        ("a @", "URL"),
    ],
)
def test_what_cannot_be_used_is_said(text: str, words: str) -> None:
    with pytest.raises(InvalidUserRequirement) as caught:
        user_requirement(text)
    assert words in str(caught.value)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("https://h.example/a-1.zip", "only a folder or a repository can be editable"),
        ("a @ https://h.example/a-1.zip", "only a folder or a repository can be editable"),
        ("flask", "there is no folder"),
    ],
)
def test_what_cannot_be_editable_is_said(text: str, words: str) -> None:
    with pytest.raises(InvalidUserRequirement, match=words):
        user_requirement(text, editable=True)


def test_digests_behind_a_requirement_belong_to_its_archive() -> None:
    found = user_requirement("./a-1.zip", allowed=(f"sha256:{DIGEST}",))
    assert found.reference is not None
    assert found.reference.allowed == (f"sha256:{DIGEST}",)
    with pytest.raises(InvalidUserRequirement, match="only archives"):
        user_requirement("./static", allowed=(f"sha256:{DIGEST}",))
