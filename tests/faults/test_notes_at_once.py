"""Several processes that take notes in one cache at once, and some that are killed while they do."""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest

from resolver.index.store import RecordStore
from resolver.noting import Note
from support.command import clean_environ, command_line, run_command, succeeded
from support.kept_worlds import LINUX, URL, Setting
from support.python_worlds import vast_python_world

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.slow

WORLD = vast_python_world(40, 12)
OPTIONS = ("--offline", "--python-version", "3.12", "--python-platform", "linux", "-i", URL)

# Forgets all notes and takes them anew, for ever.
WRITER = """\
import glob, shutil, sys
from resolver.shelf import _remembered
from resolver.engines import resolve
from resolver.options import Options
target = {"python_version": "3.12", "python_platform": "linux", "index_url": sys.argv[2]}
options = Options(cache_dir=sys.argv[1], offline=True, **target)
while True:
    for folder in glob.glob(sys.argv[1] + "/notes-v*"):
        shutil.rmtree(folder, ignore_errors=True)
    _remembered.clear()
    resolve(sys.argv[3:], options)
"""


@pytest.fixture
def setting(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Setting:
    """Return a cache with all that ``WORLD`` needs, and no notes; a clock that is far behind."""
    made = Setting(tmp_path / "cache", monkeypatch, WORLD.packages)
    made.told(WORLD.requirements)
    (tmp_path / "app.in").write_text("\n".join(WORLD.requirements), "utf-8")
    forget_notes(made)
    return made


def forget_notes(setting: Setting) -> None:
    """Delete all notes."""
    for folder in setting.folder.glob("notes-v*"):
        shutil.rmtree(folder)


def count_notes(setting: Setting) -> int:
    """Return how many notes there are while somebody deletes their folders: none in one that is gone."""
    try:
        return len(setting.notes)
    except FileNotFoundError:
        return 0


def words(setting: Setting) -> tuple[str, ...]:
    """Return the words of the command."""
    return ("resolve", "app.in", *OPTIONS, "--cache-dir", str(setting.folder))


def check_notes(setting: Setting) -> int:
    """Check that each file that is named as a note is one, to its end, and return how many there are."""
    store = RecordStore(str(setting.folder))
    notes = {name: path for name, path in setting.notes.items() if path.suffix != ".tmp"}
    for name in notes:
        content = store.read_note(*name.split("/"))
        assert content is not None, name
        note = Note(content[4 + int.from_bytes(content[:4], "big") :])
        assert len(note.texts()) == len(note.keys()) == note.count == 12
        assert all(note.required(each, "") is not None for each in note.candidates())
    return len(notes)


def test_eight_processes_at_once_give_one_answer(setting: Setting, tmp_path: Path) -> None:
    """Whoever writes a note first or last, all of them say the same, and so does who comes later."""
    started = [
        subprocess.Popen(
            command_line(*words(setting)),
            cwd=tmp_path,
            env=clean_environ(tmp_path),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
        )
        for _ in range(8)
    ]
    ended = [process.communicate(timeout=60) for process in started]
    assert [process.returncode for process in started] == [0] * 8
    assert {said for _, said in ended} == {""}
    assert len({pins for pins, _ in ended}) == 1
    assert [path for path in setting.notes.values() if path.suffix == ".tmp"] == []
    assert check_notes(setting) > 5
    assert succeeded(run_command(*words(setting), home=tmp_path)) == ended[0][0]


def test_processes_that_are_killed_while_they_take_notes_leave_good_ones(
    setting: Setting, tmp_path: Path
) -> None:
    """And a cache that is as good as before."""
    expected = setting.told(WORLD.requirements, options=LINUX.replace(offline=True))
    for moment in range(4):
        forget_notes(setting)
        writer = subprocess.Popen(
            [sys.executable, "-c", WRITER, str(setting.folder), URL, *WORLD.requirements],
            env=clean_environ(tmp_path),
        )
        try:
            patience = time.monotonic() + 30
            while count_notes(setting) < 1 + moment * 8:
                assert writer.poll() is None
                assert time.monotonic() < patience
        finally:
            writer.kill()
            writer.wait()
        check_notes(setting)
        assert setting.told(WORLD.requirements, options=LINUX.replace(offline=True)) == expected
    assert check_notes(setting) > 5
