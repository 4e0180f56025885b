"""Files with patches."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from resolver.errors import InputError
from resolver.formats.patch_files import read_patches

if TYPE_CHECKING:
    from pathlib import Path


def test_patches_are_read_line_by_line(tmp_path: Path) -> None:
    """With comments, joined lines and variables, as requirements files have them."""
    path = tmp_path / "patches.txt"
    path.write_text("# why\ncelery<5: vine<5  # too new\n\nfoo: \\\n  + bar>=${MIN}\n", "utf-8")
    assert read_patches(str(path), environ={"MIN": "3"}) == ["celery<5: vine<5", "foo:   + bar>=3"]


def test_wrong_line_is_shown_with_its_place(tmp_path: Path) -> None:
    path = tmp_path / "patches.txt"
    path.write_text("a: b\n  foo: bar baz\n", "utf-8")
    with pytest.raises(InputError) as caught:
        read_patches(str(path), environ={})
    error = caught.value
    assert (error.file, error.line, error.column) == (str(path), 2, 12)
    assert str(error).endswith("\n      foo: bar baz\n               ^")


def test_file_that_is_not_there_is_named() -> None:
    with pytest.raises(InputError, match=r"none\.txt: there is no such file"):
        read_patches("none.txt", environ={})
