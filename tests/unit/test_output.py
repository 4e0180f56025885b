"""Writing results: whole or not at all."""

from __future__ import annotations

import io
import os
import stat
from typing import TYPE_CHECKING

import pytest

from resolver.errors import OutputError
from resolver.output import OutputFile, write_result

if TYPE_CHECKING:
    from pathlib import Path


def test_a_file_is_replaced_as_a_whole(tmp_path: Path) -> None:
    """Until then the old one is there; its mode stays, and nothing is left beside it."""
    path = tmp_path / "out.txt"
    path.write_text("old", encoding="utf-8")
    path.chmod(0o640)
    output = OutputFile(str(path))
    assert path.read_text(encoding="utf-8") == "old"
    assert os.listdir(tmp_path) == ["out.txt"]  # noqa: PTH208  # names
    output.write("new \N{EM DASH}\n")
    assert path.read_bytes() == "new \N{EM DASH}\n".encode()
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert os.listdir(tmp_path) == ["out.txt"]  # noqa: PTH208  # names


def test_a_new_file_is_made(tmp_path: Path) -> None:
    """With the mode that the umask gives."""
    OutputFile(str(tmp_path / "out.txt")).write("new")
    (tmp_path / "other").touch()
    assert (tmp_path / "out.txt").stat().st_mode == (tmp_path / "other").stat().st_mode


def test_who_writes_nothing_leaves_no_trace(tmp_path: Path) -> None:
    """Neither an empty file nor a part of one."""
    OutputFile(str(tmp_path / "out.txt"))
    assert list(tmp_path.iterdir()) == []


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    """What it leads to is replaced."""
    (tmp_path / "link").symlink_to(tmp_path / "real")
    OutputFile(str(tmp_path / "link")).write("new")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real").read_text(encoding="utf-8") == "new"


def test_devices_are_written_to() -> None:
    """They cannot be replaced."""
    OutputFile(os.devnull).write("gone")


def test_places_that_cannot_be_written_are_refused_before_the_work(tmp_path: Path) -> None:
    """The message has the path as the user wrote it."""
    with pytest.raises(OutputError, match=r"none/out\.txt cannot be written: No such file"):
        OutputFile(str(tmp_path / "none" / "out.txt"))
    with pytest.raises(OutputError, match="it is a directory"):
        OutputFile(str(tmp_path))


def test_a_file_in_a_closed_folder_is_written_in_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Such as one that is mounted by itself into a container."""

    def refuse(*_: object) -> int:
        raise PermissionError(13, "Permission denied")

    path = tmp_path / "out.txt"
    path.write_text("old", encoding="utf-8")
    monkeypatch.setattr("resolver.output.os.open", refuse)
    OutputFile(str(path)).write("new")
    assert path.read_text(encoding="utf-8") == "new"
    with pytest.raises(OutputError, match="Permission denied"):
        OutputFile(str(tmp_path / "other.txt"))


def test_a_failure_while_writing_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Such as a full disk."""

    def refuse(*_: object) -> None:
        raise OSError(28, "No space left on device")

    path = tmp_path / "out.txt"
    path.write_text("old", encoding="utf-8")
    output = OutputFile(str(path))
    monkeypatch.setattr("resolver.output.os.replace", refuse)
    with pytest.raises(OutputError, match="No space left"):
        output.write("new")
    assert path.read_text(encoding="utf-8") == "old"
    assert [each.name for each in tmp_path.iterdir()] == ["out.txt"]


def test_results_are_utf8_whatever_the_locale() -> None:
    """File names in comments may be anything."""
    content = io.BytesIO()
    stream = io.TextIOWrapper(content, encoding="ascii")
    write_result(stream, "\N{EM DASH}\udcff\n")
    assert content.getvalue() == b"\xe2\x80\x94\xff\n"


def test_a_closed_stdout_is_an_output_error() -> None:
    """And a reader that went away is left to the caller."""
    stream = io.StringIO()
    stream.close()
    with pytest.raises(OutputError, match="cannot be written to stdout"):
        write_result(stream, "x")

    class Gone(io.StringIO):
        def flush(self) -> None:
            raise BrokenPipeError

    with pytest.raises(BrokenPipeError):
        write_result(Gone(), "x")
