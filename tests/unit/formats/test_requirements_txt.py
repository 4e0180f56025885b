"""Whole requirements files: includes, options, refusals, and files that cannot be read."""

from __future__ import annotations

import io
import os
from typing import TYPE_CHECKING

import pytest

from resolver.errors import InputError
from resolver.formats import lines, requirements_txt
from resolver.formats.requirements_txt import RequirementsFile, read

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make an empty folder the working directory."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write(folder: Path, **files: str) -> None:
    """Write ``name="text"`` as ``name.txt``; two underscores are a folder."""
    for name, text in files.items():
        path = folder / f"{name.replace('__', '/')}.txt"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")


def read_one(text: str, **environ: str) -> RequirementsFile:
    """Read ``text`` from standard input."""
    return read("-", stdin=io.BytesIO(text.encode()), environ=environ)


def failure(text: str) -> InputError:
    """Return the error that reading ``text`` ends in."""
    with pytest.raises(InputError) as caught:
        read_one(text)
    return caught.value


def test_requirements_know_their_lines() -> None:
    """The origin is that of the first physical line; standard input is called ``-``."""
    found = read_one("\nFlask>=1\ndjango[argon2] \\\n  <5 # c\n")
    assert [(r.name, r.text, str(r.origin)) for r in found.requirements] == [
        ("flask", "Flask>=1", "-:2"),
        ("django", "django[argon2]   <5", "-:3"),
    ]
    assert found.constraints == []


def test_includes_are_relative_to_the_including_file(folder: Path) -> None:
    """And origins are relative to where we are, as the first path is."""
    write(
        folder,
        a="-r b/b.txt\nd",
        b__b="-r c.txt\n-c ../bounds.txt",
        b__c="c",
        bounds="e<2\n-r more.txt",
        more="f<3",
    )
    found = read("a.txt", environ={})
    assert [str(r.origin) for r in found.requirements] == ["b/c.txt:1", "a.txt:2"]
    assert [(r.name, str(r.origin)) for r in found.constraints] == [
        ("e", "bounds.txt:1"),
        ("f", "more.txt:1"),
    ]
    assert found.constraint_files == {"bounds.txt", "more.txt"}


def test_a_constraints_file_holds_only_constraints(folder: Path) -> None:
    """What it includes with -r as well: a constraint must not bring in a package."""
    write(folder, a="-r b.txt\nx<1", b="y<2")
    found = read("a.txt", environ={}, constraint=True)
    assert found.requirements == []
    assert [r.name for r in found.constraints] == ["y", "x"]


def test_a_file_may_be_included_twice(folder: Path) -> None:
    """Only including one another is wrong."""
    write(folder, a="-r c.txt\n-r b.txt", b="-r c.txt", c="x")
    assert [r.name for r in read("a.txt", environ={}).requirements] == ["x", "x"]


def test_files_that_include_one_another_are_named(folder: Path) -> None:
    """Through symbolic links, too, where the names never repeat."""
    write(folder, a="-r d/b.txt", d__b="-r ../a.txt")
    with pytest.raises(InputError) as caught:
        read("a.txt", environ={})
    assert caught.value.message == "requirements files include one another: a.txt -> d/b.txt -> a.txt"
    assert (caught.value.file, caught.value.line, caught.value.column) == ("d/b.txt", 1, 4)
    (folder / "loop").symlink_to(folder)
    write(folder, e="-r loop/e.txt")
    with pytest.raises(InputError, match=r"include one another: e\.txt -> loop/e\.txt"):
        read("e.txt", environ={})


def test_deep_includes_are_no_recursion(folder: Path) -> None:
    """As many files deep as there are."""
    for number in range(1500):
        (folder / f"{number}.txt").write_text(f"-r {number + 1}.txt", encoding="utf-8")
    (folder / "1500.txt").write_text("x", encoding="utf-8")
    assert [r.name for r in read("0.txt", environ={}).requirements] == ["x"]


def test_includes_that_multiply_are_stopped(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each file includes the next one twice: 2 to the number of files."""
    monkeypatch.setattr(requirements_txt, "_MOST_FILES", 100)
    for number in range(20):
        write(folder, **{f"n{number}": f"-r n{number + 1}.txt\n" * 2})
    write(folder, n20="x")
    with pytest.raises(InputError, match="more than 100 files are included"):
        read("n0.txt", environ={})


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("none.txt", "none.txt: there is no such file"),
        ("folder", "folder: this is a directory, not a requirements file"),
        ("nul\0.txt", "this file cannot be read: embedded null byte"),
        ("x.txt/y.txt", "this file cannot be read: Not a directory"),
    ],
)
def test_files_that_cannot_be_read_are_input_errors(folder: Path, path: str, words: str) -> None:
    """In one sentence, and for an included file with the place of the include."""
    (folder / "folder").mkdir()
    write(folder, x="")
    with pytest.raises(InputError) as caught:
        read(path, environ={})
    assert words in str(caught.value)


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read everything")
def test_permission_denied_is_an_input_error(folder: Path) -> None:
    """Not a traceback."""
    write(folder, a="x")
    (folder / "a.txt").chmod(0)
    with pytest.raises(InputError, match="permission denied"):
        read("a.txt", environ={})


def test_a_missing_include_is_an_error_of_its_line(folder: Path) -> None:
    """The user looks for the line to change."""
    write(folder, a="x\n-r none.txt")
    with pytest.raises(InputError) as caught:
        read("a.txt", environ={})
    assert str(caught.value) == "a.txt:2: none.txt: there is no such file\n    -r none.txt\n       ^"


def test_huge_input_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Such as ``/dev/zero``: no more than the limit is read."""
    monkeypatch.setattr(lines, "_LARGEST", 2**20)
    with pytest.raises(InputError, match="larger than 1 MiB"):
        read("-", stdin=io.BytesIO(b"\n" * (2**20 + 1)), environ={})


@pytest.mark.parametrize(
    ("text", "words", "column"),
    [
        ("flask=1", "'=1' is not a version specifier.", 6),
        ("-e flask", "there is no folder", 4),
        ("./none", "there is no folder", 1),
        ("a @  https://b.example/a.txt", "the address names neither a wheel", 6),
        ("-r https://b.example/a.txt", "from the network are read only where", 4),
        ("-r a.txt -r b.txt", "one line can include one file only", 13),
        ("a --hash=md5:0", "md5 protects from nothing", 3),
        ("a --hash=sha256:", "write the hash as", 3),
        ("a --hash=sha256", "write the hash as", 3),
        ("-i https:///x", "the URL 'https:///x' names no host", 4),
        ("--extra-index-url https://u:p@/x", "names no host", None),
    ],
)
def test_wrong_lines_are_input_errors(text: str, words: str, column: int | None) -> None:
    """With file, line, column, and the line itself."""
    error = failure(f"fine\n{text}\n")
    assert words in error.message
    assert (error.file, error.line, error.column) == ("-", 2, column)
    assert "u:p" not in str(error)


def test_options_are_collected() -> None:
    """Those that we act upon leave nothing to refuse."""
    found = read_one(
        "-i https://a/\n--extra-index-url https://b/\n--index-url https://a/\n--pre\n--only-binary a,b\n"
    )
    options = found.options
    assert options.index_url == "https://a/"
    assert options.extra_index_urls == ["https://b/"]
    assert options.only_binary == ["a", "b"]
    assert options.pre
    assert found.refusals == []


def test_variables_fill_in_options() -> None:
    """The way credentials come in."""
    found = read_one("-i https://${USER}:${PASS}@a/", USER="me", PASS="secret")
    assert found.options.index_url == "https://me:secret@a/"


def test_two_different_index_urls_are_an_error() -> None:
    """Which of them is asked decides who can ship a package of that name."""
    assert failure("-i https://a/\n-i https://b/").message == "another --index-url was given before"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a --config-settings=x=y --global-option=z", ["--config-settings", "--global-option"]),
        ("--use-feature=x", ["--use-feature x"]),
    ],
)
def test_what_has_no_effect_is_warned_of(text: str, words: list[str]) -> None:
    """With file and line."""
    found = read_one(text)
    assert [each.partition(" has no effect")[0] for each in found.warnings] == [
        f"-:1: {word}" for word in words
    ]


def test_indexes_may_be_folders(folder: Path) -> None:
    """Beside the file, or from the working directory; others are refused by whoever resolves."""
    (folder / "my index").mkdir()
    assert read_one("-i 'my index'").options.index_url == f"file://{folder}/my%20index"
    refused = read_one("--extra-index-url other")
    assert refused.refusals[0].message.startswith("the index 'other' does not begin with https://")
    assert refused.options.extra_index_urls == ["other"]


def test_hashes_are_kept() -> None:
    """With their requirement, in order."""
    [entry] = read_one("a==1 --hash=sha256:0 --hash=sha512:1").entries
    assert (entry.requirement.text, entry.hashes) == ("a==1", ("sha256:0", "sha512:1"))


def test_what_pip_says_of_candidates_is_read() -> None:
    """The modes of pre-releases in the order in which they stand."""
    found = read_one("--prefer-binary\n--only-final :all:\n--all-releases a,b\n--only-final=b").options
    assert found.prefer_binary
    assert found.prereleases == [":all:=disallow", "a=allow", "b=allow", "b=disallow"]


def test_trusted_hosts_are_read() -> None:
    """With a port or without; what is no host is an error."""
    found = read_one("--trusted-host a.example\n--trusted-host=b.example:8443")
    assert found.options.trusted_hosts == ["a.example", "b.example:8443"]
    with pytest.raises(InputError, match="-:1: --trusted-host 'a/b': write it as HOST or HOST:PORT"):
        read_one("--trusted-host a/b")
