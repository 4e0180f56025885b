"""pip's installation report: the keys that it has, as far as they are known."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from resolver.formats.answer import Answer, Pinned, Statistics
from resolver.formats.facts import Facts, Known, Referred, Told
from resolver.formats.report import write
from resolver.model.distfile import DistFile

if TYPE_CHECKING:
    from collections.abc import Sequence

ZERO = "0" * 64


def report(*pins: Pinned, roots: Sequence[str] = ()) -> dict[str, Any]:
    """Return the report on ``pins``, where the user has asked for ``roots``."""
    asked = [(text, text[0], None) for text in roots]
    found = json.loads(write(Answer(pins, {"os_name": "posix", "a": "b"}, Statistics(), roots=asked)))
    assert isinstance(found, dict)
    return found


def test_it_is_a_report_of_version_1() -> None:
    found = report()
    assert found == {
        "version": "1",
        "pip_version": "26.3",
        "install": [],
        "environment": {"a": "b", "os_name": "posix"},
    }


def test_a_pin_of_an_index() -> None:
    """The best file with its digests, and what the metadata says."""
    url = "https://me:secret@files.example/a-1-py3-none-any.whl?token=1"
    files = [
        DistFile("a-1-py3-none-any.whl", url, hashes={"sha256": ZERO, "md5": "1"}),
        DistFile("a-1.zip", "https://files.example/a-1.zip"),
    ]
    told = Told(
        "A",
        "1.0",
        metadata_version="2.4",
        requires_dist=("b>1",),
        requires_python=">=3",
        provides_extra=("x",),
        dynamic=("license-file",),
    )
    pin = Pinned("a", "1", files=files, look=Known(Facts(fitting=2, yanked="bad"), told))
    (item,) = report(pin, roots=["a[x]>1", "a[w] ; os_name == 'posix'"])["install"]
    assert item == {
        "download_info": {
            "url": "https://files.example/a-1-py3-none-any.whl",
            "archive_info": {"hashes": {"md5": "1", "sha256": ZERO}, "hash": f"sha256={ZERO}"},
        },
        "is_direct": False,
        "is_yanked": True,
        "requested": True,
        "requested_extras": ["w", "x"],
        "metadata": {
            "metadata_version": "2.4",
            "name": "A",
            "version": "1.0",
            "dynamic": ["license-file"],
            "requires_dist": ["b>1"],
            "requires_python": ">=3",
            "provides_extra": ["x"],
        },
    }


def test_what_is_not_known_is_not_said() -> None:
    """No digest, no file, no metadata."""
    one = Pinned("a", "1", files=[DistFile("a-1.zip", "https://files.example/a-1.zip", hashes={"md5": "1"})])
    two = Pinned("b", "2", files=[DistFile("b-1.zip", "https://files.example/b-1.zip")])
    found = report(one, two, Pinned("c", "3"))["install"]
    assert [item["download_info"] for item in found] == [
        {
            "url": "https://files.example/a-1.zip",
            "archive_info": {"hashes": {"md5": "1"}, "hash": "md5=1"},
        },
        {"url": "https://files.example/b-1.zip", "archive_info": {}},
        {},
    ]
    assert found[2] == {
        "download_info": {},
        "is_direct": False,
        "is_yanked": False,
        "requested": False,
        "metadata": {"metadata_version": "2.1", "name": "c", "version": "3"},
    }


def test_pins_of_addresses() -> None:
    """PEP 610: a commit, a folder, an archive."""
    git = Referred("git", "https://host.example/a.git", revision="main", commit="f" * 40, subdirectory="s")
    zipped = Referred("web", "https://host.example/c.zip", filename="c.zip")
    pins = [
        Pinned("a", "1", url="git+https://host.example/a.git@f", referred=git),
        Pinned("b", "1", url="file:///b", referred=Referred("path", "file:///b"), editable=True),
        Pinned(
            "c",
            "1",
            url=zipped.url,
            referred=zipped,
            files=[DistFile("c.zip", zipped.url, hashes={"sha256": ZERO})],
        ),
        Pinned("d", "1", url="file:///d", referred=Referred("path", "file:///d")),
        Pinned("e", "1", url="git+file:///e", referred=Referred("git", "file:///e", commit="e" * 40)),
    ]
    found = report(*pins, roots=["./a[x]"])["install"]
    assert [item["is_direct"] for item in found] == [True] * 5
    assert [item["download_info"] for item in found] == [
        {
            "url": "https://host.example/a.git",
            "vcs_info": {"vcs": "git", "requested_revision": "main", "commit_id": "f" * 40},
            "subdirectory": "s",
        },
        {"url": "file:///b", "dir_info": {"editable": True}},
        {
            "url": "https://host.example/c.zip",
            "archive_info": {"hashes": {"sha256": ZERO}, "hash": f"sha256={ZERO}"},
        },
        {"url": "file:///d", "dir_info": {}},
        {"url": "file:///e", "vcs_info": {"vcs": "git", "commit_id": "e" * 40}},
    ]


def test_extras_of_an_address_without_a_name_are_those_of_the_pin() -> None:
    """What the user wrote cannot be read without what it led to."""
    pin = Pinned("a", "1", url="file:///a", referred=Referred("path", "file:///a"), extras=frozenset("x"))
    answer = Answer([pin], {}, Statistics(), roots=[("./a[x]", "a", None)])
    (item,) = json.loads(write(answer))["install"]
    assert (item["requested"], item["requested_extras"]) == (True, ["x"])
