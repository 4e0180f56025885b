"""Offers that are kept between resolutions: when they are used, when they are not, and what goes wrong."""

from __future__ import annotations

import asyncio
import json
import shutil
import sys
import threading
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from resolver import shelf
from resolver.channels import Channels
from resolver.engines import resolve
from resolver.errors import IndexUnavailable
from resolver.many.bench import Bench
from resolver.model.requirement import Requirement
from resolver.noting import Note
from resolver.session import solve, solve_async
from resolver.sources import open_source
from support.kept_worlds import LINUX, URL, Setting
from support.many import made_lines, made_setup, versions

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from resolver.many.lines import Line
    from resolver.many.outcomes import Outcome
    from resolver.options import Options

Packages = dict[str, dict[str, dict[str, Any]]]

PACKAGES: Packages = {
    "app": {"1": {"requires": ["lib"]}, "2": {"requires": ["lib[fast]>=2"], "extras": {"x": ["lib<3"]}}},
    "lib": {"1": {}, "2": {"extras": {"fast": ["core"]}}, "3": {"extras": {"fast": ["core>1"]}}, "4rc1": {}},
    "core": {"1": {}, "2": {}},
}
NEWEST = {"app": "2", "core": "2", "lib": "3"}


@pytest.fixture
def setting(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Setting:
    """Return an index with ``PACKAGES`` and an empty cache."""
    return Setting(tmp_path / "cache", monkeypatch, PACKAGES)


@pytest.fixture
def warm(setting: Setting) -> Setting:
    """Return the same after one resolution, with its notes."""
    assert setting.pins("app") == NEWEST
    setting.index.asked.clear()
    return setting


def with_more() -> Packages:
    """Return the packages after older and newer versions have appeared."""
    return {**PACKAGES, "lib": {"0.1": {}, **PACKAGES["lib"], "3.5": {"extras": {"fast": []}}}}


def change(setting: Setting, packages: Packages) -> None:
    """Let the index have other packages from now on."""
    setting.index.places["/simple/"] = packages


def drop(setting: Setting, what: bytes) -> None:
    """Delete the records whose address holds ``what``."""
    dropped = [path for path in setting.records if what in path.read_bytes()[:400]]
    assert dropped
    for path in dropped:
        path.unlink()


# What is noted is used


def test_noted_candidates_need_no_metadata(warm: Setting) -> None:
    """What they require is in the notes."""
    drop(warm, b".metadata")
    assert warm.pins("app") == NEWEST
    assert warm.pins("app", remember=True) == NEWEST
    assert warm.index.asked == []


def test_plain_pins_need_no_page(warm: Setting) -> None:
    """Only who asks for files has to know them."""
    warm.forget()
    drop(warm, b".metadata")
    asked = [Requirement.parse("app")]
    answer = asyncio.run(solve_async(asked, [], LINUX.replace(cache_dir=str(warm.folder))))
    assert {pin.name: pin.version for pin in answer.pins} == NEWEST
    assert warm.index.asked == []


def test_notes_grow_with_what_is_asked(warm: Setting) -> None:
    """A candidate and a specifier that nobody met before are added, and the others stay."""
    assert warm.pins("app<2") == {"app": "1", "lib": "3"}
    warm.forget()
    drop(warm, b".metadata")
    warm.index.asked.clear()
    assert warm.pins("app<2") == {"app": "1", "lib": "3"}
    assert warm.pins("app") == NEWEST
    assert warm.index.asked == []


def test_each_package_has_one_note_a_target(warm: Setting) -> None:
    assert sorted(name.partition("/")[2] for name in warm.notes) == ["app", "core", "lib"]
    assert len({name.partition("/")[0] for name in warm.notes}) == 1


def test_files_of_pins_that_are_wanted_are_read_at_once(warm: Setting) -> None:
    """So that nobody who empties the cache afterwards can take them away."""
    options = LINUX.replace(cache_dir=str(warm.folder))
    answer = solve([Requirement.parse("core")], [], options, Channels(files=True))
    shutil.rmtree(warm.folder)
    assert [file.filename for pin in answer.pins for file in pin.files] == ["core-2-py3-none-any.whl"]


def test_files_that_the_cache_has_no_more_are_asked_for(warm: Setting) -> None:
    """Who looks at the files of a pin when the cache has been emptied need not know of caches."""
    options = LINUX.replace(cache_dir=str(warm.folder))
    warm.forget()
    pins = resolve(["app"], options).pins
    shutil.rmtree(warm.folder)
    assert [file.filename for file in pins["core"].files] == ["core-2-py3-none-any.whl"]

    async def look() -> list[str]:
        shutil.rmtree(warm.folder)
        return [file.filename for file in pins["lib"].files]

    assert asyncio.run(look()) == ["lib-3-py3-none-any.whl"]
    assert set(warm.index.pages) == {"/simple/core/", "/simple/lib/"}


def test_metadata_that_the_cache_has_no_more_is_asked_for(warm: Setting) -> None:
    """Or taken before that, where somebody is known to want it."""
    options = LINUX.replace(cache_dir=str(warm.folder))
    warm.forget()
    found = resolve(["app"], options)
    report = resolve(["app"], options).to_pip_report()
    answer = solve([Requirement.parse("app")], [], options, Channels(metadata=True))
    shutil.rmtree(warm.folder)
    warm.index.asked.clear()
    told = [None if pin.look is None else pin.look.told() for pin in answer.pins]
    assert [each and each.version for each in told] == ["2", "2", "3"]
    assert warm.index.asked == []
    assert found.to_pip_report() == report
    assert [path for path in warm.index.asked if path.endswith(".metadata")] != []


def test_files_of_which_the_index_says_something_else_by_now(warm: Setting) -> None:
    """They cannot be those that the pin was made of."""
    options = LINUX.replace(cache_dir=str(warm.folder))
    warm.forget()
    pins = resolve(["app"], options).pins
    shutil.rmtree(warm.folder)
    change(warm, with_more())
    assert [file.filename for file in pins["core"].files] == ["core-2-py3-none-any.whl"]
    with pytest.raises(IndexUnavailable, match="has gone from the cache"):
        _ = pins["lib"].files


# When it is not


def test_pages_are_asked_for_again_when_their_time_is_over(warm: Setting) -> None:
    change(warm, with_more())
    warm.clock += 599
    assert warm.pins("app") == NEWEST
    assert warm.pins("app", remember=True) == NEWEST
    assert warm.index.asked == []
    warm.clock += 1
    assert warm.pins("app", remember=True) == {"app": "2", "lib": "3.5"}
    assert set(warm.index.pages) == {"/simple/app/", "/simple/lib/", "/simple/core/"}


def test_page_that_is_confirmed_is_noted_anew(warm: Setting) -> None:
    """For as long as it may be used then."""
    warm.clock += 600
    assert warm.pins("app") == NEWEST
    assert len(warm.index.pages) == 3
    warm.clock += 500
    assert warm.pins("app") == NEWEST
    assert len(warm.index.pages) == 3


@pytest.mark.parametrize("remember", [False, True])
def test_pages_that_are_stale_at_once_are_asked_for_each_time(setting: Setting, *, remember: bool) -> None:
    """But offline what is there may be used at any age, and is."""
    setting.index.cache_control = "max-age=0"
    assert setting.pins("app") == NEWEST
    change(setting, with_more())
    setting.clock += 86400
    offline = LINUX.replace(offline=True)
    assert setting.pins("app", options=offline, remember=remember) == NEWEST
    assert setting.pins("app", remember=remember) == {"app": "2", "lib": "3.5"}
    assert setting.pins("app", options=offline, remember=remember) == {"app": "2", "lib": "3.5"}


def test_refresh_believes_nothing(warm: Setting) -> None:
    """Neither what is noted nor what is remembered; later ones find what it has learnt."""
    change(warm, with_more())
    refresh = LINUX.replace(refresh=True)
    for remember in (True, False):
        assert warm.pins("app", options=refresh, remember=remember) == {"app": "2", "lib": "3.5"}
    warm.index.asked.clear()
    assert warm.pins("app") == {"app": "2", "lib": "3.5"}
    assert warm.index.asked == []


def test_page_that_is_sent_again_is_looked_at_whatever_its_tag_says(setting: Setting) -> None:
    """Some indexes call everything by one tag: candidates have other numbers, though nothing tells so."""
    setting.index.only_tag = 'W/"1"'
    assert setting.pins("app") == NEWEST
    packages: Packages = {**with_more(), "lib": {"0.1": {"requires": ["ghost"]}, **PACKAGES["lib"]}}
    change(setting, packages)
    for options in (LINUX, LINUX.replace(refresh=True), LINUX):
        setting.clock += 600
        assert setting.pins("lib<2", options=options, remember=True) == {"lib": "1"}
        change(
            setting, packages := {**packages, "lib": {"0.0.1": {"requires": ["ghost"]}, **packages["lib"]}}
        )


def test_package_that_was_removed_is_absent(warm: Setting) -> None:
    """And one that was absent may be there now: nothing is noted of that."""
    change(warm, {name: versions for name, versions in PACKAGES.items() if name != "lib"})
    warm.clock += 600
    assert warm.pins("app", remember=True) is None
    change(warm, PACKAGES)
    warm.clock += 60
    assert warm.pins("app", remember=True) == NEWEST


def test_no_cache_uses_and_leaves_nothing(warm: Setting) -> None:
    change(warm, with_more())
    before = {path: path.read_bytes() for path in warm.notes.values()}
    remembered = dict(shelf._remembered)
    assert warm.pins("app", options=LINUX.replace(no_cache=True), remember=True) == {"app": "2", "lib": "3.5"}
    assert shelf._remembered == remembered
    assert {path: path.read_bytes() for path in warm.notes.values()} == before


MORE = "https://index.example/more"
TARGETS: dict[str, Options] = {
    "login": LINUX.replace(index_url=URL.replace("//", "//me:secret@")),
    "strategy": LINUX.replace(index_strategy="unsafe-best-match"),
    "pin": LINUX.replace(extra_index_urls=(f"more={MORE}",), package_indexes=("lib=more",)),
    "explicit": LINUX.replace(explicit_indexes=(f"more={MORE}",), package_indexes=("lib=more",)),
    "index": LINUX.replace(extra_index_urls=(MORE,)),
    "python": LINUX.replace(python_version="3.12.1"),
    "platform": LINUX.replace(python_platform="windows"),
    "only-binary": LINUX.replace(only_binary=("lib",)),
}
HERE = {"requires": ["core ; python_full_version >= '3.12.1'", "core[x] ; sys_platform == 'win32'"]}
DIFFERENT: Packages = {
    "app": {"1": HERE},
    "core": {"1": {"requires_python": "<3.12.1"}, "0.9": {}, "2": {"wheel_tags": ["py3-none-win_amd64"]}},
    "lib": {"1": {}, "2": {"wheel": False, "sdist": True}},
}


@pytest.mark.parametrize("what", TARGETS)
def test_another_target_has_other_notes(what: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever offers depend on: it is as if there were none, and those that are there stay as they are."""
    more: Packages = {"lib": {"7": {}}}
    fresh = Setting(tmp_path / "fresh", monkeypatch, DIFFERENT)
    fresh.index.places["/more/"] = more
    asked = ["app", "lib", "core"]
    expected = fresh.told(asked, options=TARGETS[what])
    setting = Setting(tmp_path / "cache", monkeypatch, DIFFERENT)
    setting.index.places["/more/"] = more
    first = setting.told(asked)
    before = {path: path.read_bytes() for path in setting.notes.values()}
    assert setting.told(asked, options=TARGETS[what], remember=True) == expected
    assert len(setting.notes) == 2 * len(before)
    assert {path: path.read_bytes() for path in before} == before
    assert setting.told(asked, options=TARGETS[what]) == expected
    assert setting.told(asked, remember=True) == first
    assert (first != expected) == (what not in ("login", "strategy"))


def test_notes_do_not_name_logins(setting: Setting) -> None:
    assert setting.pins("app", options=TARGETS["login"]) == NEWEST
    assert setting.notes
    for name, path in setting.notes.items():
        assert b"secret" not in path.read_bytes() + name.encode()


def test_nothing_is_noted_of_what_depends_on_the_time_of_upload(setting: Setting) -> None:
    """Nor is what was noted used."""
    packages: Packages = {
        "a": {"1": {"upload_time": "2024-01-01T00:00:00Z"}, "2": {"upload_time": "2025-01-01T00:00:00Z"}}
    }
    change(setting, packages)
    past = LINUX.replace(exclude_newer="2024-06-01")
    assert setting.pins("a", options=past) == {"a": "1"}
    assert setting.notes == {}
    assert setting.pins("a", remember=True) == {"a": "2"}
    assert len(setting.notes) == 1
    assert setting.pins("a", options=past, remember=True) == {"a": "1"}


def test_cutoff_of_one_package_leaves_the_notes_of_others_in_use(setting: Setting) -> None:
    """What it concerns is looked at anew, and not noted."""
    times = {"1": {"upload_time": "2024-01-01T00:00:00Z"}, "2": {"upload_time": "2025-01-01T00:00:00Z"}}
    change(setting, {"a": times, "b": times, "c": times})
    past = LINUX.replace(exclude_newer_packages=("a=2024-06-01", "c=false"))
    wanted = {"a": "1", "b": "2", "c": "2"}
    assert setting.pins("a", "b", "c", options=past) == wanted
    assert len(setting.notes) == 2
    assert setting.pins("a", "b", "c") == {"a": "2", "b": "2", "c": "2"}
    assert len(setting.notes) == 3
    for _ in range(2):
        assert setting.pins("a", "b", "c", options=past, remember=True) == wanted


@pytest.mark.parametrize("patches", [("app: lib<3",), ("app: requires-python",), ("lib: = core<2",)])
def test_patched_packages_are_read_like_others(
    setting: Setting, patches: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Cold and warm, without beginning again; what is noted is what the index says."""

    def never(*_: object) -> IndexUnavailable:
        raise AssertionError("it was begun again")

    monkeypatch.setattr(shelf, "_forgotten", never)
    options = LINUX.replace(patches=patches)
    cold = setting.pins("app", options=options)
    assert setting.pins("app") == NEWEST
    assert setting.pins("app", options=options, remember=True) == cold
    assert setting.pins("app", remember=True) == NEWEST
    assert (cold != NEWEST) == ("lib" in patches[0])


@pytest.mark.parametrize("remember", [False, True])
def test_yanked_version_is_there_for_who_pins_it_alone(setting: Setting, *, remember: bool) -> None:
    """Whoever asked first."""
    change(setting, {"a": {"1": {}, "2": {"yanked": "broken"}}})
    for _ in range(2):
        assert setting.pins("a==2", remember=remember) == {"a": "2"}
        assert setting.pins("a", remember=remember) == {"a": "1"}
        assert setting.pins("a>1", remember=remember) is None
        assert setting.pins("a", constraints=["a==2"], remember=remember) == {"a": "2"}
        assert setting.pins("a", options=LINUX.replace(overrides=("a==2",)), remember=remember) == {"a": "2"}


@pytest.mark.parametrize("remember", [False, True])
def test_yanked_version_is_there_for_who_had_it_before_alone(setting: Setting, *, remember: bool) -> None:
    """Whoever asked first; who had another version needs no page for that."""
    change(setting, {"a": {"1": {}, "2": {"yanked": "broken"}}})
    had_two, had_one = (LINUX.replace(preferences=(f"a=={version}",)) for version in (2, 1))
    for _ in range(2):
        assert setting.pins("a", options=had_two, remember=remember) == {"a": "2"}
        assert setting.pins("a", remember=remember) == {"a": "1"}
        assert setting.pins("a", options=had_one, remember=remember) == {"a": "1"}
        assert setting.pins("a>1", options=had_one, remember=remember) is None


def test_pin_of_a_package_without_yanked_files_is_no_obstacle(warm: Setting) -> None:
    assert warm.pins("app==2", "lib==3") == NEWEST
    assert warm.index.asked == []


RULES: dict[str, tuple[list[str], list[str], Options]] = {
    "pre-releases": (["app"], [], LINUX.replace(prerelease="allow")),
    "wished pre-release": (["app", "lib>=4rc1"], [], LINUX),
    "no pre-releases": (["app"], [], LINUX.replace(prerelease="disallow")),
    "lowest": (["app"], [], LINUX.replace(resolution="lowest")),
    "lowest-direct": (["app", "core"], [], LINUX.replace(resolution="lowest-direct")),
    "constraint": (["app"], ["lib<3", "core<2"], LINUX),
    "override": (["app"], [], LINUX.replace(overrides=("lib<2",))),
    "exclude": (["app"], [], LINUX.replace(excludes=("core",))),
    "no-deps": (["app"], [], LINUX.replace(no_deps=True)),
    "extra": (["app[x]"], [], LINUX),
    "version of before": (["app"], [], LINUX.replace(preferences=("lib==2", "core==1"))),
    "extra that nobody has": (["app[y]"], [], LINUX),
    "conflict": (["app[x]>=2", "core>1"], ["lib<2"], LINUX),
    "missing extra in a conflict": (["app[y]", "lib<2"], [], LINUX),
}


@pytest.mark.parametrize("what", RULES)
def test_what_a_user_asks_for_is_applied_to_notes_as_to_pages(
    what: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With notes from other questions, all that is told is as with an empty cache."""
    fresh = Setting(tmp_path / "fresh", monkeypatch, PACKAGES)
    expected = fresh.told(*RULES[what])
    setting = Setting(tmp_path / "cache", monkeypatch, PACKAGES)
    for other in ("lowest", "extra"):
        setting.told(*RULES[other])
    for remember in (False, True, False):
        assert setting.told(*RULES[what], remember=remember) == expected


@pytest.mark.parametrize("kept", ["promised", "", "no-store"])
def test_metadata_is_noted_where_the_page_names_its_digest(setting: Setting, kept: str) -> None:
    """Other metadata may change while the page stays as it is, and some is not to be written down at all."""
    setting.index.promises = kept != ""
    setting.index.metadata_control = "no-store" if kept == "no-store" else "max-age=0"
    assert setting.pins("app") == NEWEST
    setting.index.asked.clear()
    assert setting.pins("app") == NEWEST
    again = {path for path in setting.index.asked if path.endswith(".metadata")}
    assert bool(again) == (kept != "promised")
    noted = b"".join(path.read_bytes() for path in setting.notes.values())
    assert (b"lib[fast]>=2" in noted) == (kept == "promised")


def test_other_index_without_the_package_counts_for_a_minute(setting: Setting) -> None:
    """That it has none is a page, too."""
    setting.index.places["/more/"] = {}
    both = LINUX.replace(extra_index_urls=("https://index.example/more",))
    assert setting.pins("app", options=both) == NEWEST
    setting.index.asked.clear()
    setting.clock += 59
    assert setting.pins("app", options=both) == NEWEST
    assert setting.index.asked == []
    setting.index.places["/more/"] = {"lib": {"2.5": {"extras": {"fast": []}}}}
    setting.clock += 1
    assert setting.pins("app", options=both, remember=True) == {"app": "2", "lib": "2.5"}


# While a resolution runs

OLD = ["app<2", "lib<2"]
"""The page of ``lib`` is looked at after something was waited for."""


def once(action: Callable[[], object], *, after: int = 0) -> Callable[[object], None]:
    """Return a progress bar that does something when it is called, the first ``after`` times not."""
    called: list[object] = []

    def watch(progress: object) -> None:
        if len(called) == after:
            action()
        called.append(progress)

    return watch


def test_cache_that_is_cleaned_meanwhile_lets_the_run_begin_again(warm: Setting) -> None:
    """Without notes, and with the same answer."""
    clean = once(lambda: shutil.rmtree(next(warm.folder.glob("http-v*"))))
    assert warm.pins(*OLD, watch=clean) == {"app": "1", "lib": "1"}
    assert set(warm.index.pages) == {"/simple/app/", "/simple/lib/"}


def test_page_that_is_replaced_meanwhile_is_not_taken_for_the_noted_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its candidates have other numbers: the run begins again with the page that is there now."""
    fresh = Setting(tmp_path / "fresh", monkeypatch, with_more())
    expected = fresh.told(OLD)
    setting = Setting(tmp_path / "cache", monkeypatch, PACKAGES)
    assert setting.pins("app") == NEWEST
    change(setting, with_more())
    refresh = LINUX.replace(refresh=True)
    replace = once(lambda: setting.pins("app", options=refresh, remember=True))
    assert setting.told(OLD, watch=replace) == expected


def test_lines_of_one_process_do_not_take_a_replaced_page_for_the_noted_one(warm: Setting) -> None:
    """``resolve-many`` keeps what it has begun with, or begins again."""
    options = LINUX.replace(cache_dir=str(warm.folder), no_fixes=True)
    bench = Bench(made_setup(options, jobs=1), open_source(options))
    newest, old = made_lines("lib", "lib<2")

    def lines() -> Iterator[Line]:
        yield newest
        change(warm, {**PACKAGES, "lib": {"0.1": {"requires": ["ghost"]}, **PACKAGES["lib"]}})
        assert warm.pins("lib", options=LINUX.replace(refresh=True), remember=True) == {"lib": "3"}
        yield old

    found: list[Outcome] = []
    warm.forget()
    bench.work(lines(), found.append)
    assert list(map(versions, found)) == [{"lib": "3"}, {"lib": "1"}]


def test_page_that_becomes_stale_meanwhile_is_used_to_the_end(warm: Setting) -> None:
    """Which is longer than the run: files may be looked at later."""

    def wait() -> None:
        warm.clock += 10

    warm.clock += 595
    assert warm.pins(*OLD, watch=once(wait)) == {"app": "1", "lib": "1"}
    assert warm.index.pages == []


def test_files_of_pins_are_there_for_who_looks_late(warm: Setting) -> None:
    """The page has long been stale then, but it is that of the answer."""
    found = resolve(["app"], LINUX.replace(cache_dir=str(warm.folder)))
    warm.clock += 86400
    assert [file.filename for file in found.pins["app"].files] == ["app-2-py3-none-any.whl"]
    assert warm.index.asked == []


def test_trial_does_not_take_a_lost_page_for_a_change_that_does_not_help(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is told does not depend on when a page went, here one that only a fix looks at."""
    packages: Packages = {
        "a": {"1": {"requires": ["c<2"]}, "2": {"requires": ["c<2"]}},
        "b": {"1": {"requires": ["c<2", "d<2", "e"]}, "2": {"requires": ["c>=2"]}},
        "c": {"1": {}, "2": {}},
        "d": {"1": {}, "2": {}},
        "e": {"1": {}},
    }
    lines = ["a>1", "b>1"]
    expected = Setting(tmp_path / "fresh", monkeypatch, packages).told(lines)
    assert json.loads(expected)["fixes"]
    for moment in range(8):
        setting = Setting(tmp_path / str(moment), monkeypatch, packages)
        setting.told(lines, options=LINUX.replace(no_fixes=True))
        assert setting.pins("d") == {"d": "2"}
        lose = once(partial(drop, setting, b"/simple/d/"), after=moment)
        assert setting.told(lines, watch=lose) == expected


def test_hint_that_needs_lost_metadata_is_the_same(setting: Setting) -> None:
    """Which extras there are is read out of it; an empty cache gives the same hint."""
    change(setting, {"a": {"1": {"extras": {"x": []}, "requires": ["b>1"]}}, "b": {"1": {}}})
    lines = ["a[y]"]
    cold = setting.told(lines)
    assert "a 1 has no extra y, only x" in cold
    drop(setting, b".metadata")
    assert setting.told(lines) == cold


# Several at once, and what one process remembers


def test_threads_that_share_offers_get_right_answers(setting: Setting) -> None:
    """The same target and other questions, again and again: each as if it were alone."""
    versions = {str(number): {"requires": [f"lib>={number % 3 + 1}"]} for number in range(1, 40)}
    change(setting, {**PACKAGES, "wide": versions})
    questions = [["wide"], ["wide<30", "app"], ["wide>3,<9"], ["lib<2", "wide<39"]]
    setting.told(["wide"])
    expected = [{"wide": "39", "lib": "3"}, {"wide": "29", **NEWEST}, None, {"wide": "36", "lib": "1"}]
    expected[2] = {"wide": "8", "lib": "3"}
    wrong: list[object] = []

    def ask(number: int) -> None:
        for _ in range(6):
            found = setting.pins(*questions[number], remember=True)
            if found != expected[number]:
                wrong.append((number, found))

    threads = [threading.Thread(target=ask, args=(number % 4,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


def test_note_is_written_while_another_thread_learns(setting: Setting) -> None:
    """What a thread adds meanwhile may be missing in the note, and disturbs nothing."""
    setting.pins("app")
    (offer, _), *_ = [known for (_, name), known in shelf._remembered.items() if name == "lib"]
    file = offer.standing(2)
    assert file is not None
    failures: list[BaseException] = []
    over = threading.Event()

    def write() -> None:
        try:
            for _ in range(5):
                content = offer.note()
                Note(content)
                offer.settle(content)
        except BaseException as error:  # noqa: BLE001  # told below
            failures.append(error)
        over.set()

    thread = threading.Thread(target=write)
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)  # as on a busy machine
    try:
        thread.start()
        for number in range(50_000):
            offer.learn(2, f"x{number % 500}-{number // 500}", (), provided=True, standing=file)
            assert len(offer.keys) == 4
            if over.is_set():
                break
        thread.join()
    finally:
        sys.setswitchinterval(interval)
    assert failures == []


def test_process_remembers_so_much_and_no_more(setting: Setting, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of many packages the oldest go first; what was forgotten is read from disk."""
    monkeypatch.setattr(shelf, "_MOST", 2)
    assert setting.pins("app") == NEWEST
    assert len(shelf._remembered) == 2
    setting.index.asked.clear()
    assert setting.pins("app", remember=True) == NEWEST
    assert len(shelf._remembered) == 2
    assert setting.index.asked == []


def test_two_caches_in_one_process_are_two(warm: Setting, tmp_path: Path) -> None:
    """What is remembered of one says nothing about the other."""
    change(warm, with_more())
    first, warm.folder = warm.folder, tmp_path / "other"
    assert warm.pins("app", remember=True) == {"app": "2", "lib": "3.5"}
    warm.folder = first
    assert warm.pins("app", remember=True) == NEWEST


NONSENSE = [b"", b"\0" * 40, b"\0\0\0\0", b"\1\0\0\0\4\0\0\0abcd", b"key\n1\n2\n3\n4\n5" * 3]


@pytest.mark.parametrize("content", NONSENSE)
def test_notes_that_are_nonsense_are_none(warm: Setting, content: bytes) -> None:
    """Though they are whole: what another version may have written under our name."""
    from binascii import crc32

    for path in warm.notes.values():
        magic = path.read_bytes()[:16]
        path.write_bytes(magic + crc32(content).to_bytes(4, "big") + content)
    assert warm.pins("app") == NEWEST
    assert warm.pins("app") == NEWEST
    assert warm.index.asked == []


def test_notes_whose_contents_are_nonsense_are_none(warm: Setting) -> None:
    """The head is right, and what follows it is no note."""
    from binascii import crc32

    for path in warm.notes.values():
        whole = path.read_bytes()
        end = 24 + int.from_bytes(whole[20:24], "big")
        content = whole[20:end] + b"\2\0\0\0\1\0\0\0\1\0\0\0ab"
        path.write_bytes(whole[:16] + crc32(content).to_bytes(4, "big") + content)
    assert warm.pins("app") == NEWEST
    assert warm.index.asked == []
    assert all(len(path.read_bytes()) > 200 for path in warm.notes.values())
