"""Lock files: what is written is what PEP 751 wants, by the judgement of ``packaging.pylock``."""

from __future__ import annotations

import tomllib
from typing import Any

import pytest
from packaging.pylock import Pylock
from packaging.tags import Tag

from resolver.errors import OutputError
from resolver.formats.answer import Answer, Pinned, Statistics
from resolver.formats.facts import Facts, Known, Referred
from resolver.formats.pylock import write
from resolver.model.distfile import DistFile

VARIABLES = {
    "implementation_name": "cpython",
    "platform_machine": "x86_64",
    "python_full_version": "3.12.4",
    "python_version": "3.12",
    "sys_platform": "linux",
}
ZERO = "0" * 64
PAGE = "https://index.example/simple/a/"


def file(name: str, url: str = "", **facts: Any) -> DistFile:
    """Return a file with a digest."""
    return DistFile(name, url or f"https://files.example/{name}", **{"hashes": {"sha256": ZERO}, **facts})


def package(pin: Pinned, *others: Pinned, **more: Any) -> dict[str, Any]:
    """Return the table of a pin, read back; the whole must be valid."""
    text = write(Answer([pin, *others], VARIABLES, Statistics()), folder="/home/work", **more)
    table = tomllib.loads(text)
    Pylock.from_dict(table).validate()
    (found,) = (each for each in table["packages"] if each["name"] == pin.name)
    assert isinstance(found, dict)
    return found


def only(name: str) -> Pinned:
    """Return a pin of which nothing else matters."""
    return Pinned(name, "1", files=[file(f"{name}-1.zip")])


def test_a_lock_file_says_what_it_is_for() -> None:
    """The version of the form, the target, who made it; no time."""
    text = write(Answer([], VARIABLES, Statistics()), folder="/", header="# made by me\n")
    assert text == (
        "# made by me\n"
        'lock-version = "1.0"\n'
        "environments = [\"implementation_name == 'cpython' and platform_machine == 'x86_64' and"
        " python_version == '3.12' and sys_platform == 'linux'\"]\n"
        'created-by = "resolver"\n'
        "packages = []\n"
    )
    assert Pylock.from_dict(tomllib.loads(text)).packages == []


def test_files_that_fit_are_there_with_all_that_is_known() -> None:
    """Wheels by name, one source distribution; the others would be of no use to the target."""
    files = [
        file("a-1-py3-none-any.whl", size=7, upload_time="2024-02-28T14:00:00.5+02:00"),
        file("a-1-cp312-cp312-linux_x86_64.whl", requires_python=">=3.8", upload_time="yesterday"),
        file("a-1.tar.gz", "https://me:secret@files.example/b/a%2D1.tar.gz?token=1#frag"),
        file("a-1.zip"),
        file("a-1-py3-none-win_amd64.whl"),
    ]
    files[0].requires_python = ">=3.8"
    pin = Pinned(
        "a",
        "1",
        files=files,
        look=Known(Facts(PAGE, fitting=4)),
        requires=(("z>1", "z", "2"), ("b", "b", "1"), ("z", "z", "2"), ("fixed", "fixed", "3")),
    )
    assert package(pin, only("b"), only("z"), indexes=["https://index.example/simple"]) == {
        "name": "a",
        "version": "1",
        "requires-python": ">=3.8",
        "dependencies": [{"name": "b"}, {"name": "z"}],
        "index": "https://index.example/simple",
        "sdist": {
            "name": "a-1.tar.gz",
            "url": "https://files.example/b/a%2D1.tar.gz",
            "hashes": {"sha256": ZERO},
        },
        "wheels": [
            {"url": "https://files.example/a-1-cp312-cp312-linux_x86_64.whl", "hashes": {"sha256": ZERO}},
            {
                "url": "https://files.example/a-1-py3-none-any.whl",
                "upload-time": tomllib.loads("x = 2024-02-28T12:00:00.5Z")["x"],
                "size": 7,
                "hashes": {"sha256": ZERO},
            },
        ],
    }


def test_installers_select_the_best_wheel() -> None:
    """As the resolution did, and nothing for another Python."""
    files = [file("a-1-py3-none-any.whl"), file("a-1-cp312-cp312-linux_x86_64.whl")]
    text = write(Answer([Pinned("a", "1", files=files)], VARIABLES, Statistics()), folder="/")
    lock = Pylock.from_dict(tomllib.loads(text))
    tags = [Tag("cp312", "cp312", "linux_x86_64"), Tag("py3", "none", "any")]
    ((_, wheel),) = lock.select(environment={**VARIABLES, "extra": ""}, tags=tags)  # type: ignore[arg-type]  # the part that markers look at
    assert str(getattr(wheel, "url", "")).endswith("linux_x86_64.whl")


def test_paths_begin_at_the_folder_of_the_lock_file() -> None:
    """So that folder and files can be moved together; a file from a place is of no index."""
    wheel = file("a-1-py3-none-any.whl", "file:///home/my%20wheels/a-1-py3-none-any.whl")
    pin = Pinned("a", "1", files=[wheel], look=Known(Facts("file:///home/my%20wheels/", fitting=1)))
    assert package(pin) == {
        "name": "a",
        "version": "1",
        "wheels": [{"path": "../my wheels/a-1-py3-none-any.whl", "hashes": {"sha256": ZERO}}],
    }


@pytest.mark.parametrize(
    ("referred", "expected"),
    [
        (
            Referred(
                "git",
                "https://host.example/a.git",
                revision="v1",
                commit="f" * 40,
                subdirectory="sub",
            ),
            {
                "vcs": {
                    "type": "git",
                    "url": "https://host.example/a.git",
                    "requested-revision": "v1",
                    "commit-id": "f" * 40,
                    "subdirectory": "sub",
                }
            },
        ),
        (
            Referred("git", "file:///home/work/repo", commit="f" * 40),
            {"vcs": {"type": "git", "path": "repo", "commit-id": "f" * 40}},
        ),
        (
            Referred("path", "file:///home/work/p", subdirectory="s"),
            {"directory": {"path": "p", "editable": True, "subdirectory": "s"}},
        ),
        (Referred("path", "file:///home/work"), {"directory": {"path": "."}}),
    ],
    ids=["commit", "commit of a folder", "editable folder", "folder"],
)
def test_trees_have_no_version(referred: Referred, expected: dict[str, Any]) -> None:
    """It may change with the files that it is read from."""
    editable = "editable" in expected.get("directory", ())
    pin = Pinned("a", "1", url=referred.url, editable=editable, referred=referred)
    assert package(pin) == {"name": "a", **expected}


def test_archives_have_a_digest() -> None:
    """And a version, which is that of their name."""
    url = "https://host.example/a-1.zip"
    pin = Pinned("a", "1", url=url, files=[file("a-1.zip", url, size=3)])
    pin.referred = Referred("web", url, filename="a-1.zip")
    assert package(pin) == {
        "name": "a",
        "version": "1",
        "archive": {"url": url, "size": 3, "hashes": {"sha256": ZERO}},
    }


@pytest.mark.parametrize("hashes", [{}, {"md5": "0"}, {"sha256": "0 evil"}])
def test_a_file_without_a_digest_is_an_error(hashes: dict[str, str]) -> None:
    """Installers would refuse it; which one is said."""
    pin = Pinned("a", "1", files=[file("a-1.zip", hashes=hashes)])
    with pytest.raises(OutputError, match=r"no sha256 is known of a-1\.zip \(a\)"):
        write(Answer([pin], VARIABLES, Statistics()), folder="/")


def test_unknown_variables_are_left_out() -> None:
    """A target may have none of a kind; a quotation mark in one changes the kind of the others."""
    variables = {**VARIABLES, "platform_machine": "", "sys_platform": "it's"}
    text = write(Answer([], variables, Statistics()), folder="/")
    (marker,) = tomllib.loads(text)["environments"]
    assert "platform_machine" not in marker
    assert """sys_platform == "it's\"""" in marker
    assert tomllib.loads(write(Answer([], {}, Statistics()), folder="/")).get("environments") is None
