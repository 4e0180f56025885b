"""Pruning a cache: what goes and what stays, and that nobody who resolves meanwhile is led astray."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Any

import pytest

from resolver.index import pruning
from resolver.index.cleaning import usage
from resolver.index.pruning import MAX_SIZE, prune
from resolver.index.store import Record, RecordStore
from support.command import SOURCE
from support.kept_worlds import LINUX, Setting

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

KEYS = [f"{digit}{'0' * 63}" for digit in "0123456789abcdef"]
PAGE = "https://index.example/simple/a/"
HOUR = 3600
PACKAGES: dict[str, dict[str, dict[str, Any]]] = {
    "app": {"1": {"requires": ["lib"]}, "2": {"requires": ["lib[fast]>=2"]}},
    "lib": {"1": {}, "2": {"extras": {"fast": ["core"]}}, "3": {"extras": {"fast": ["core>1"]}}},
    "core": {"1": {}, "2": {}},
}
NEWEST = {"app": "2", "core": "2", "lib": "3"}


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    """Return where a cache is to be."""
    return tmp_path / "cache"


@pytest.fixture
def store(cache: Path) -> RecordStore:
    """Return the store in it."""
    return RecordStore(str(cache))


@pytest.fixture
def warm(cache: Path, monkeypatch: pytest.MonkeyPatch) -> Setting:
    """Return an index, and a cache with what a resolution has read and noted."""
    setting = Setting(cache, monkeypatch, PACKAGES)
    assert setting.pins("app") == NEWEST
    setting.index.asked.clear()
    return setting


def write(store: RecordStore, number: int, *, stored: float = 1.0, status: int = 200, size: int = 4) -> None:
    """Keep an answer under the key of that ``number``."""
    store.write(KEYS[number], Record(PAGE, status, stored, {}, b"b" * size))


def pruned(cache: Path, *, now: float = 1_000_000.0, max_size: float = MAX_SIZE) -> dict[str, str]:
    """Prune, and return why each file went, by its path in the cache."""
    why: dict[str, str] = {}
    before = usage(str(cache))

    def note(path: str, reason: str) -> None:
        why[path.removeprefix(f"{cache}{os.sep}").replace(os.sep, "/")] = reason

    gone = prune(str(cache), now=now, max_size=max_size, removed=note)
    after = usage(str(cache))
    assert (gone.files, gone.size) == (before.files - after.files, before.size - after.size)
    assert gone.files == len(why)
    return why


def place(path: Path, content: bytes = b"precious") -> Path:
    """Write a file, with the folders above it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def kept(store: RecordStore) -> list[int]:
    """Return the numbers of the keys under which there is a record."""
    return [number for number, key in enumerate(KEYS) if store.read(key) is not None]


# What nothing reads any more


def test_a_cache_that_is_in_use_stays_as_it_is(warm: Setting) -> None:
    """Also when its pages are stale: they can be confirmed, and notes hold again then."""
    before = [*warm.records, *warm.notes.values()]
    assert pruned(warm.folder, now=warm.clock) == {}
    warm.clock += 10 * HOUR
    assert pruned(warm.folder, now=warm.clock) == {}
    assert [*warm.records, *warm.notes.values()] == before
    assert warm.pins("app") == NEWEST


def test_folders_of_formats_before_ours_go(cache: Path, store: RecordStore) -> None:
    """With all that is in them; those of later formats have somebody who reads them."""
    write(store, 1)
    place(cache / "http-v1" / "a" / "b" / "old")
    place(cache / "http-v02" / "old")
    place(cache / "notes-v0" / "folder" / "-a")
    later = [place(cache / "http-v99" / "a" / "b"), place(cache / "notes-v99" / "folder" / "-a")]
    assert pruned(cache, max_size=0) == {
        "http-v1/a/b/old": "of an older format",
        "http-v02/old": "of an older format",
        "notes-v0/folder/-a": "of an older format",
        f"http-v3/1/{KEYS[1][1:]}": "among the oldest, beyond the size that is to be left",
    }
    assert all(path.exists() for path in later)
    assert sorted(path.name for path in cache.iterdir()) == [
        "CACHEDIR.TAG",
        "http-v3",
        "http-v99",
        "notes-v99",
    ]


@pytest.mark.skipif(sys.platform == "win32", reason="processes are killed as POSIX does it")
def test_what_a_killed_process_left_goes_after_an_hour(cache: Path, store: RecordStore) -> None:
    """Until then it may be that of a process that is still writing."""
    write(store, 1)
    for what in (
        f"store.write({KEYS[1]!r}, Record('', 200, 9.0, {{}}, b'new'))",
        "store.write_note('f', 'a', b'')",
    ):
        program = (
            "import os, signal, sys\n"
            "from resolver.index.store import Record, RecordStore\n"
            "os.replace = lambda *_: os.kill(os.getpid(), signal.SIGKILL)\n"
            f"store = RecordStore(sys.argv[1])\n{what}\n"
        )
        done = subprocess.run(
            [sys.executable, "-c", program, str(cache)], env={"PYTHONPATH": str(SOURCE)}, check=False
        )
        assert done.returncode == -signal.SIGKILL
    now = time.time()
    assert usage(str(cache)).files == 3
    assert pruned(cache, now=now + HOUR - 60) == {}
    assert pruned(cache, now=now - HOUR) == {}
    reasons = pruned(cache, now=now + HOUR + 60)
    assert list(reasons.values()) == ["left by a process that was killed"] * 2
    assert kept(store) == [1]


@pytest.mark.parametrize("damage", [b"", b"resolver http 2\n", b"half", None])
def test_damaged_records_go(cache: Path, store: RecordStore, damage: bytes | None) -> None:
    """Of whatever damage; None stands for the record of another key."""
    write(store, 1)
    write(store, 2)
    path = cache / "http-v3" / "2" / KEYS[2][1:]
    path.write_bytes((cache / "http-v3" / "1" / KEYS[1][1:]).read_bytes() if damage is None else damage)
    assert pruned(cache) == {f"http-v3/2/{KEYS[2][1:]}": "damaged"}
    assert kept(store) == [1]


@pytest.mark.parametrize("content", [b"", b"half", None])
def test_damaged_notes_go(warm: Setting, store: RecordStore, content: bytes | None) -> None:
    """Also those that are whole and say nothing, for which None stands."""
    (name, path), *_ = warm.notes.items()
    if content is None:
        store.write_note(name.partition("/")[0], path.name[1:], b"\0\0\0\1nonsense")
    else:
        path.write_bytes(content)
    assert pruned(warm.folder) == {f"notes-v2/{name.replace('/', '/-')}": "damaged"}
    assert warm.pins("app") == NEWEST


def test_notes_go_whose_page_has_gone_or_is_another(warm: Setting) -> None:
    """Also one that says the same: a note is only believed with the record that it was made of."""
    names = {name.partition("/")[2]: f"notes-v2/{name.replace('/', '/-')}" for name in warm.notes}
    warm.clock += 1
    other = LINUX.replace(python_version="3.11", refresh=True)
    assert warm.pins("lib", options=other) == {"lib": "3"}
    reason = "about a page that has gone or was written anew"
    assert pruned(warm.folder, now=warm.clock) == {names["lib"]: reason}
    (page,) = (path for path in warm.records if b"/simple/core/" in path.read_bytes()[:200])
    page.unlink()
    assert pruned(warm.folder, now=warm.clock) == {names["core"]: reason}
    assert warm.pins("app") == NEWEST


def test_absence_that_may_be_over_goes(cache: Path, store: RecordStore) -> None:
    """Nobody but ``--offline`` believes in it; a page of any age can be confirmed."""
    write(store, 1, status=404, stored=100.0)
    write(store, 2, status=410, stored=100.0)
    write(store, 3, stored=100.0)
    assert pruned(cache, now=159.0) == {}
    reasons = pruned(cache, now=160.0)
    assert list(reasons.values()) == ["of something that was not there, and may be by now"] * 2
    assert kept(store) == [3]


# What is oldest


def test_what_was_confirmed_longest_ago_goes_first(cache: Path, store: RecordStore) -> None:
    """Not what was written first; of two of the same age the one with the smaller key."""
    for number, stored in enumerate([5.0, 2.0, 4.0, 2.0, 3.0]):
        write(store, number, stored=stored, size=1000)
    one = usage(str(cache)).size // 5
    assert pruned(cache, max_size=5 * one) == {}
    assert list(pruned(cache, max_size=5 * one - 1)) == [f"http-v3/1/{KEYS[1][1:]}"]
    assert kept(store) == [0, 2, 3, 4]
    pruned(cache, max_size=2.5 * one)
    assert kept(store) == [0, 2]
    pruned(cache, max_size=0)
    assert kept(store) == []


def test_notes_go_with_what_they_rest_on(warm: Setting) -> None:
    """So that whatever size is left, nothing is left that rests on nothing."""
    warm.clock += 1
    assert warm.pins("lib", options=LINUX.replace(refresh=True)) == {"lib": "3"}
    for size in range(usage(str(warm.folder)).size, 0, -250):
        pruned(warm.folder, now=warm.clock, max_size=size)
        assert usage(str(warm.folder)).size <= size
        assert pruned(warm.folder, now=warm.clock) == {}
        if len(warm.notes) == 1:
            assert next(iter(warm.notes)).endswith("/lib")
    assert warm.notes == {}
    assert warm.pins("app") == NEWEST


def test_notes_that_rest_on_several_records_go_once(warm: Setting) -> None:
    """Such as on the page of one index and on another's not having any."""
    warm.index.places["/other/"] = {}
    two = LINUX.replace(extra_index_urls=["https://index.example/other"])
    assert warm.pins("core", options=two) == {"core": "2"}
    notes = len(warm.notes)
    assert notes == 4
    reasons = pruned(warm.folder, now=warm.clock, max_size=0)
    assert len([path for path in reasons if path.startswith("notes")]) == notes


# What is left alone


def test_links_are_neither_followed_nor_removed(cache: Path, store: RecordStore, tmp_path: Path) -> None:
    """Wherever they are, and wherever they lead."""
    precious = place(tmp_path / "elsewhere" / "a" / "precious")
    damaged = place(tmp_path / "elsewhere" / "damaged")
    write(store, 1)
    store.write_note("folder", "a", b"")
    links = [
        (cache / "http-v1", precious.parent),
        (cache / "http-v3" / "2", tmp_path / "elsewhere"),
        (cache / "http-v3" / "1" / "abc", damaged),
        (cache / "http-v3" / "1" / "abcd", tmp_path / "nowhere"),
        (cache / "notes-v2" / "other", precious.parent),
        (cache / "notes-v2" / "folder" / "-b", damaged),
    ]
    place(cache / "http-v2" / "old")
    links.append((cache / "http-v2" / "more", precious.parent))
    for link, target in links:
        link.symlink_to(target, target_is_directory=target.is_dir())
    assert len(pruned(cache, max_size=0)) == 3
    assert all(link.is_symlink() for link, _ in links)
    assert precious.read_bytes() == damaged.read_bytes() == b"precious"


def test_the_cache_itself_may_be_a_link(cache: Path, tmp_path: Path) -> None:
    """To a larger disk: the store follows it as well."""
    (tmp_path / "disk").mkdir()
    cache.symlink_to(tmp_path / "disk", target_is_directory=True)
    write(RecordStore(str(cache)), 1)
    assert list(pruned(cache, max_size=0)) == [f"http-v3/1/{KEYS[1][1:]}"]
    assert cache.is_symlink()


def test_names_that_we_do_not_give_are_left_alone(cache: Path, store: RecordStore) -> None:
    """In our folders, beside them, and where we have no files."""
    write(store, 1)
    old = time.time() - 9 * HOUR
    files = [
        place(cache / name)
        for name in (
            "file",
            "1.0123456789abcdef.tmp",
            "other/1/2",
            "http-v3/file",
            "http-v3/1/README",
            "http-v3/1/23/4",
            "http-v3/12/3",
            "http-v3/1/a.tmp",
            "http-v3/1/a.0123456789abcdef",
            "http-v3/1/a.0123456789abcdeg.tmp",
            "http-v3/1/a.0123456789abcdef.tmp.tmp",
            "http-v3/1/a.b.0123456789abcdef.tmp",
            "http-v3/1/.0123456789abcdef.tmp",
            "http-vx/1/2",
            "http-v²/1/2",
            "http-v-1/1/2",
            "notes-v2/-a",
            "notes-v2/folder/a",
            "notes-v2/folder/a.0123456789abcdef.tmp",
            "notes-v2/folder/-a.b",
            "notes-v2/folder/more/-a",
        )
    ]
    for path in files:
        os.utime(path, (old, old))
    assert list(pruned(cache, now=time.time(), max_size=0)) == [f"http-v3/1/{KEYS[1][1:]}"]
    assert all(path.read_bytes() == b"precious" for path in files)


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="files have no owners")
def test_a_cache_of_another_user_is_not_touched(
    cache: Path, store: RecordStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(store, 1)
    mine = os.geteuid()
    monkeypatch.setattr(os, "geteuid", lambda: mine + 1)
    with pytest.raises(PermissionError, match="it belongs to another user"):
        pruned(cache, max_size=0)
    monkeypatch.setattr(os, "geteuid", lambda: mine)
    assert kept(store) == [1]


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root gives files away")
def test_files_of_other_users_in_ours_are_not_touched(cache: Path, store: RecordStore) -> None:
    """Nor folders, nor what is in them; root could."""
    for number in (1, 2, 3):
        write(store, number)
    store.write_note("folder", "a", b"")
    theirs = [
        cache / "http-v3" / "1" / KEYS[1][1:],
        cache / "http-v3" / "2",
        place(cache / "http-v1" / "a" / "old"),
        place(cache / "http-v2" / "old").parent,
        cache / "notes-v2" / "folder",
    ]
    for path in theirs:
        os.chown(path, 12345, 12345)
    assert list(pruned(cache, max_size=0)) == [f"http-v3/3/{KEYS[3][1:]}"]
    assert all(path.exists() for path in theirs)
    assert kept(store) == [2]  # one in a folder of theirs; theirs is not read


def test_empty_folders_of_notes_go(cache: Path, store: RecordStore) -> None:
    """There is one for each target that ever was; those of records are few and wanted again."""
    write(store, 1)
    store.write_note("folder", "a", b"")
    (cache / "notes-v2" / "empty").mkdir()
    pruned(cache, max_size=0)
    assert sorted(path.name for path in cache.rglob("*")) == ["1", "CACHEDIR.TAG", "http-v3", "notes-v2"]
    store.write_note("folder", "a", b"again")
    assert store.read_note("folder", "a") == b"again"


# What goes wrong


@pytest.mark.parametrize("name", ["none", "none/of/it", "link"])
def test_a_cache_that_does_not_exist_is_pruned(tmp_path: Path, name: str) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "nowhere")
    assert pruned(tmp_path / name) == {}
    assert os.listdir(tmp_path) == ["link"]  # noqa: PTH208  # names, not paths


def test_a_file_in_the_place_of_the_cache_is_an_error(cache: Path) -> None:
    place(cache)
    with pytest.raises(NotADirectoryError):
        prune(str(cache), now=0.0)
    assert cache.read_bytes() == b"precious"


@pytest.mark.parametrize("what", ["scandir", "unlink"])
def test_what_cannot_be_read_or_removed_is_an_error(
    cache: Path, store: RecordStore, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    """That names the place; a second try does the rest."""
    for number in (1, 2):
        write(store, number)
    place = str(cache / "http-v3" / "2")
    real: Callable[[str], object] = getattr(os, what)

    def refuse(path: str) -> object:
        if path.startswith(place):
            raise PermissionError(13, "Permission denied", path)
        return real(path)

    with monkeypatch.context() as patched:
        patched.setattr(os, what, refuse)
        with pytest.raises(PermissionError) as caught:
            prune(str(cache), now=0.0, max_size=0)
    assert str(caught.value.filename).startswith(place)
    pruned(cache, max_size=0)
    assert kept(store) == []


# Others at the same time


def test_what_was_replaced_meanwhile_stays(
    cache: Path, store: RecordStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody else's files may change between a look at them and the end of a file."""
    for number in (1, 2, 3):
        write(store, number, stored=float(number))
    (cache / "http-v3" / "1" / KEYS[1][1:]).write_bytes(b"damaged")
    real = pruning._remove

    def late(file: pruning._File) -> bool:
        if KEYS[1][1:] in file.path and "/1/" in file.path:
            write(store, 1, stored=9.0)
            (cache / "http-v3" / "2" / KEYS[2][1:]).unlink()
        return real(file)

    monkeypatch.setattr(pruning, "_remove", late)
    gone = prune(str(cache), now=0.0, max_size=0)
    assert gone.files == 1
    assert kept(store) == [1]


def test_files_that_go_during_the_look_are_no_error(
    cache: Path, store: RecordStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another prune is at work."""
    for number in (1, 2, 3):
        write(store, number)
    real = os.lstat
    before = [KEYS[2][1:]]

    def slow(path: str) -> os.stat_result:
        if before and path.endswith(before[0]):
            before.clear()
            assert prune(str(cache), now=0.0, max_size=0).files == 3
        return real(path)

    monkeypatch.setattr(os, "lstat", slow)
    assert prune(str(cache), now=0.0, max_size=0).files == 0
    assert kept(store) == []


def test_folders_that_go_while_something_is_written_are_made_again(
    store: RecordStore, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever prunes removes empty folders, and may do so just before the first file is in one."""
    store.write_note("folder", "a", b"")
    real = os.mkdir
    raced: list[str] = []

    def slow(path: str, mode: int) -> None:
        real(path, mode)
        if len(raced) < 2 and path.endswith("folder"):
            raced.append(path)
            prune(str(cache), now=0.0)

    prune(str(cache), now=0.0)
    monkeypatch.setattr(os, "mkdir", slow)
    store.write_note("folder", "a", b"content")
    assert len(raced) == 2
    assert store.read_note("folder", "a") == b"content"


def test_folders_that_go_again_and_again_are_given_up(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody tries for ever; the next file may have better luck."""
    warnings: list[str] = []
    notes: list[str] = []
    real = os.mkdir
    RecordStore(str(cache)).write_note("other", "a", b"")

    def slow(path: str, mode: int) -> None:
        real(path, mode)
        if path.endswith("folder"):
            prune(str(cache), now=0.0)

    monkeypatch.setattr(os, "mkdir", slow)
    store = RecordStore(str(cache), warn=warnings.append, note=notes.append)
    store.write_note("folder", "a", b"content")
    (said,) = notes
    assert said.endswith("-a cannot be written: No such file or directory.")
    assert warnings == []
    monkeypatch.setattr(os, "mkdir", real)
    store.write_note("folder", "a", b"content")
    assert store.read_note("folder", "a") == b"content"


@pytest.mark.parametrize("asked", [("app",), ("app", "lib<3"), ("app", "lib>4"), ("app<2", "lib[none]")])
def test_a_resolution_during_which_everything_goes_ends_as_ever(
    warm: Setting, asked: tuple[str, ...]
) -> None:
    """Whenever that is, and however much of it was remembered or noted."""
    expected = warm.told(asked)
    expected_reasons = warm.told(["app"], about="lib")

    def watch(_: object) -> None:
        prune(str(warm.folder), now=warm.clock, max_size=0)

    for remember in (False, True, False):
        assert warm.told(asked, watch=watch, remember=remember) == expected
        assert warm.told(["app"], about="lib", watch=watch, remember=remember) == expected_reasons
        assert warm.told(asked) == expected  # fills the cache again
        assert warm.told(["app"], about="lib") == expected_reasons
    assert warm.warnings == []


PRUNING = """\
import os, random, sys
from resolver.index.pruning import prune
directory, now, seed = sys.argv[1], float(sys.argv[2]), int(sys.argv[3])
chosen, gone = random.Random(seed), 0
print("there", flush=True)
while not os.path.exists(directory + ".stop"):
    gone += prune(directory, now=now, max_size=chosen.choice([0, 500, 2000, 1e9])).files
print(gone)
"""


@pytest.fixture
def others(warm: Setting) -> Iterator[list[subprocess.Popen[str]]]:
    """Have two processes prune the cache of ``warm`` all the time."""
    words = [sys.executable, "-c", PRUNING, str(warm.folder), str(warm.clock)]
    environ = {"PYTHONPATH": str(SOURCE), "PYTHONWARNINGS": "error"}
    started = [
        subprocess.Popen([*words, str(seed)], stdout=subprocess.PIPE, env=environ, encoding="utf-8")
        for seed in range(2)
    ]
    try:
        for each in started:
            assert each.stdout is not None
            assert each.stdout.readline() == "there\n"
        yield started
    finally:
        for each in started:
            with each:
                each.kill()


@pytest.mark.slow
def test_resolutions_while_others_prune_say_what_they_always_say(
    warm: Setting, others: list[subprocess.Popen[str]]
) -> None:
    """Nobody waits for anybody, nothing fails, and there is nothing to warn about."""
    asked = [("app",), ("app", "lib<3"), ("app", "lib>4"), ("core",)]
    expected = [warm.told(each, options=LINUX.replace(no_cache=True)) for each in asked]
    for round_number in range(20):
        for each, right in zip(asked, expected, strict=True):
            assert warm.told(each, remember=bool(round_number % 2)) == right
    place(warm.folder.with_name("cache.stop"))
    for other in others:
        said, _ = other.communicate(timeout=30)
        assert other.returncode == 0
        assert int(said) > 0
    assert warm.warnings == []
