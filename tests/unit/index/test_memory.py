"""The index in memory that callers get: what its facts make of each version."""

from __future__ import annotations

import pytest

from resolver import MemoryFetcher, NoSolution, Options, resolve

LINUX = Options(python_version="3.12", python_platform="linux")


def test_facts_become_files_and_metadata() -> None:
    """Requirements with and without extras, markers among them, and every fact of a file."""
    index = MemoryFetcher(
        {
            "My.App": {
                "1.0.post1": {
                    "requires": ["lib ; python_version>'3'"],
                    "extras": {"x": ["other", "lib ; os_name=='posix'"]},
                    "requires_python": ">=3.8",
                    "upload_time": "2026-01-01T00:00:00Z",
                    "hashes": {"my_app-1.0.post1.tar.gz": {"sha256": "00"}},
                    "sdist": True,
                    "yanked": True,
                }
            },
            "lib": {"1": ["other"], "2": {"wheel_tags": ["cp311-cp311-win_amd64"]}},
            "other": {"1": {"wheel": False, "sdist": True}},
        }
    )
    files = index.files("my-app")
    assert files is not None
    wheel, sdist = files
    assert (wheel.filename, sdist.filename) == (
        "my_app-1.0.post1-py3-none-any.whl",
        "my_app-1.0.post1.tar.gz",
    )
    assert (wheel.hashes, sdist.hashes) == ({}, {"sha256": "00"})
    assert (wheel.yanked, wheel.requires_python, wheel.upload_time) == (True, ">=3.8", "2026-01-01T00:00:00Z")
    metadata = index.metadata("my-app", wheel)
    assert metadata.provides_extra == ("x",)
    assert metadata.requires_dist == (
        "lib ; python_version>'3'",
        "other ; extra == 'x'",
        "lib ; (os_name=='posix') and extra == 'x'",
    )
    found = resolve(["my-app[x]==1.0.post1"], LINUX, fetcher=index)
    assert {name: str(pin.version) for name, pin in found.pins.items()} == {
        "lib": "1",
        "my-app": "1.0.post1",
        "other": "1",
    }
    with pytest.raises(NoSolution, match="no wheel for the target"):
        resolve(["lib>1"], LINUX, fetcher=index)
