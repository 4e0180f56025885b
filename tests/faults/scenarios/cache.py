"""What may be wrong with the cache: its files, its folders, and where it lies."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from resolver import shelf
from resolver.index import store
from resolver.index.packing import split_lines
from support.command import run_here
from support.fault_server import reply
from support.scenarios import Expected, Scenario
from support.stage import JSON, page

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import pytest

    from support.scenarios import Outcome
    from support.stage import Stage

PAGE = "/simple/a/"
METADATA = "/files/a-1.0-py3-none-any.whl.metadata"
GOOD = "a==1.0\n"
ONCE_MORE = {PAGE: 2, METADATA: 2}


def filled(stage: Stage) -> list[Path]:
    """Let the cache have all that is needed, and return its files."""
    stage.package("a")
    kept = {**JSON, "Cache-Control": "max-age=600"}
    stage.script(PAGE, reply(200, page("a", stage.lines()), kept))
    stage.arguments.append("-v")
    shelf._remembered.clear()
    run_here(*stage.words())
    shelf._remembered.clear()
    return sorted(path for path in stage.cache.rglob("*") if path.is_file())


def damaged(change: Callable[[Path], None]) -> Callable[[Stage], None]:
    """Return a set-up that makes ``change`` to each file of a full cache, its mark included."""

    def setup(stage: Stage) -> None:
        for path in filled(stage):
            change(path)

    return setup


def rewritten(change: Callable[[bytes], bytes]) -> Callable[[Stage], None]:
    return damaged(lambda path: _write(path, change(path.read_bytes())))


def _write(path: Path, content: bytes) -> None:
    path.write_bytes(content)


def _replaced(make: Callable[[Path], object]) -> Callable[[Path], None]:
    def change(path: Path) -> None:
        path.unlink()
        make(path)

    return change


def a_full_folder(path: Path) -> None:
    path.mkdir()
    (path / "something").touch()


def files_for_folders(stage: Stage) -> None:
    """Of the folders in which records and notes lie nothing is left but files."""
    filled(stage)
    for bucket in [path for path in stage.cache.iterdir() if path.is_dir()]:
        shutil.rmtree(bucket)
        bucket.write_text("not a folder", "utf-8")


def notes_swapped(stage: Stage) -> None:
    """The note of one package is copied over that of another, which is of the same make."""
    filled(stage)
    stage.package("b", "7.0")
    stage.script(
        "/simple/b/", reply(200, page("b", stage.lines("b")), {**JSON, "Cache-Control": "max-age=600"})
    )
    stage.requirements = ["a", "b"]
    run_here(*stage.words())
    shelf._remembered.clear()
    (folder,) = stage.cache.glob("notes-v*/*")
    shutil.copyfile(folder / "-b", folder / "-a")


def for_everybody(stage: Stage) -> None:
    """Every user of the machine may write into the cache."""
    filled(stage)
    stage.cache.chmod(0o777)


def a_file(stage: Stage) -> None:
    """What is named as the cache is a file."""
    stage.package("a")
    stage.cache.write_text("precious", "utf-8")


def of_other_versions(stage: Stage) -> None:
    """Earlier and later versions of us use the same cache."""
    filled(stage)
    for name in ("http-v1", "http-v99", "notes-v99"):
        folder = stage.cache / name / "a"
        folder.mkdir(parents=True)
        (folder / "other").write_text("theirs", "utf-8")


def healed(stage: Stage, _: Outcome) -> None:
    """Everything is there again: another run asks for nothing."""
    shelf._remembered.clear()
    done = run_here(*stage.words())
    assert (done.code, done.stdout) == (0, GOOD), done
    assert "damaged" not in done.stderr
    assert (stage.asked(PAGE), stage.asked(METADATA)) == (2, 2)


def untouched(stage: Stage, _: Outcome) -> None:
    assert stage.cache.read_text("utf-8") == "precious"


def others_are_there(stage: Stage, _: Outcome) -> None:
    kept = [path.read_text("utf-8") for path in stage.cache.rglob("other")]
    assert kept == ["theirs"] * 3


def believing(patch: pytest.MonkeyPatch) -> None:
    """Take what lies in a file for what was written there."""

    def decoded(_: str, content: bytes) -> store.Record | None:
        start = len(store._MAGIC) + 4
        size = int.from_bytes(content[start : start + 4], "big")
        texts = split_lines(content[start + 4 : start + 4 + size])
        return store.Record(texts[1], int(texts[2]), float(texts[3]), {}, content[start + 4 + size :])

    def note(self: store.RecordStore, folder: str, name: str) -> bytes | None:
        content, stamp = self._read(self._note_path(folder, name))
        return None if stamp is None else content[len(store._NOTE_MAGIC) + 4 :]

    patch.setattr(store, "_decoded", decoded)
    patch.setattr(store.RecordStore, "read_note", note)


def leaving(patch: pytest.MonkeyPatch) -> None:
    """Leave what is in the way."""
    patch.setattr("resolver.index.placing._clear", lambda *_: False)


def trusting(patch: pytest.MonkeyPatch) -> None:
    """Read whatever is in the place of a file."""

    def read(_: store.RecordStore, path: str) -> tuple[bytes, store.Stamp | None]:
        with open(path, "rb") as file:  # noqa: PTH123  # as careless as can be
            return file.read(), (0, 0, 0)

    patch.setattr(store.RecordStore, "_read", read)


def _damage(
    name: str, setup: Callable[[Stage], None], without: Callable[[pytest.MonkeyPatch], None]
) -> Scenario:
    return Scenario(
        f"cache-{name}",
        row="zero/half/flipped/garbage entries",
        setup=setup,
        expected=Expected(
            pins=GOOD, says=("is damaged",), silent=("warning", "error"), asked=ONCE_MORE, check=healed
        ),
        without=without,
    )


def _garbage(content: bytes) -> bytes:
    return bytes(number * 7 % 251 for number in range(len(content)))


SCENARIOS = [
    _damage("zero", rewritten(lambda _: b""), believing),
    _damage("half", rewritten(lambda content: content[: len(content) // 2]), believing),
    _damage("garbage", rewritten(_garbage), believing),
    _damage("bit-rot", rewritten(lambda content: content.replace(b"1.0", b"1.1")), believing),
    _damage("folders-for-files", damaged(_replaced(a_full_folder)), leaving),
    _damage("files-for-folders", files_for_folders, leaving),
    _damage("links-to-themselves", damaged(_replaced(lambda path: path.symlink_to(path.name))), trusting),
    Scenario(
        "cache-note-of-another",
        row="bit-rot inside valid record",
        setup=notes_swapped,
        expected=Expected(pins="a==1.0\nb==7.0\n", silent=("warning", "error")),
        without=believing,
    ),
    Scenario(
        "cache-for-everybody",
        row="other user's cache dir, perms 0700, shared group",
        setup=for_everybody,
        expected=Expected(pins=GOOD, says=("is not used: every user can write into it",), asked=ONCE_MORE),
        without=(("resolver.index.store._BY_OTHERS", 0),),
    ),
    Scenario(
        "cache-is-a-file",
        row="disk full / read-only / no HOME",
        setup=a_file,
        expected=Expected(pins=GOOD, says=("is not used: it is no directory",), check=untouched),
        without=(("resolver.index.store.refusal", lambda _: ""),),
    ),
    Scenario(
        "cache-of-other-versions",
        row="cache format change, two versions at once",
        setup=of_other_versions,
        expected=Expected(
            pins=GOOD, silent=("warning", "damaged"), asked={PAGE: 1, METADATA: 1}, check=others_are_there
        ),
        without=(("resolver.index.store.BUCKET", "http-v99"), ("resolver.index.store.NOTES", "notes-v99")),
    ),
]
