"""Sources: what options stack, where the cache is, and which target is meant."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from typing import TYPE_CHECKING

import pytest

from resolver.channels import Channels
from resolver.engines import resolve
from resolver.errors import IndexUnavailable, InputError
from resolver.index.client import Client
from resolver.model.environment import Environment
from resolver.options import Options
from resolver.sources import OpenSource, cache_directory, environment_of, open_source
from support.fault_server import FaultServer, reply
from support.memory import MemorySource

if TYPE_CHECKING:
    from pathlib import Path

    from resolver.index.client import IndexSpec

JSON = {"Content-Type": "application/vnd.pypi.simple.v1+json"}
WHEEL = "a-1-py3-none-any.whl"
METADATA = b"Metadata-Version: 2.1\nName: a\nVersion: 1\n"


def page(url: str) -> bytes:
    """Return the page of package a, whose only wheel has its metadata beside it."""
    file = {"filename": WHEEL, "url": f"{url}/files/{WHEEL}", "hashes": {}, "core-metadata": True}
    return json.dumps({"meta": {"api-version": "1.0"}, "name": "a", "files": [file]}).encode()


def indexes(opened: OpenSource) -> list[IndexSpec]:
    """Return the indexes that will be asked, in order."""
    assert isinstance(opened.source, Client)
    return list(opened.source._indexes.all)


@pytest.fixture
def _no_configuration(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let nothing on this machine name an index."""
    for variable in os.environ:
        if variable.startswith(("PIP_", "RESOLVER_")):
            monkeypatch.delenv(variable)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)


# -- the target ---------------------------------------------------------------------------------------------


def test_target_is_the_running_interpreter_where_nothing_is_named() -> None:
    assert environment_of(Options()).variables == Environment.running().variables


def test_target_is_what_the_options_name() -> None:
    found = environment_of(Options(python_version="3.11.4", python_platform="windows")).variables
    assert (found["python_full_version"], found["sys_platform"]) == ("3.11.4", "win32")


@pytest.mark.slow
def test_target_can_be_another_interpreter() -> None:
    found = environment_of(Options(python=sys.executable, python_version="3.12"))
    running = Environment.running().variables
    assert found.variables["platform_machine"] == running["platform_machine"]
    assert found.variables["python_version"] == "3.12"


def test_unknown_platform_is_an_input_error_that_names_the_option() -> None:
    with pytest.raises(InputError, match=r"--python-platform: .*amiga"):
        environment_of(Options(python_platform="amiga"))


def test_target_may_be_of_another_implementation() -> None:
    options = Options(
        python_version="3.11", python_platform="linux", python_implementation="pp", abis=("pypy311_pp73",)
    )
    found = environment_of(options)
    assert found.variables["platform_python_implementation"] == "PyPy"
    assert found.rank("pp311-pypy311_pp73-manylinux_2_17_x86_64") is not None
    assert environment_of(options) is found
    assert environment_of(options.replace(abis=())) is not found
    with pytest.raises(InputError, match=r"--python-implementation: .*jython"):
        environment_of(Options(python_implementation="jython"))


@pytest.mark.parametrize("abi", ["", "CP312", "cp312-none", "a.b"])
def test_text_that_is_no_abi_is_an_input_error(abi: str) -> None:
    with pytest.raises(InputError, match="is no ABI tag such as cp312"):
        Options(abis=(abi,))


# -- the cache ----------------------------------------------------------------------------------------------


def test_cache_is_where_the_options_say(tmp_path: Path) -> None:
    assert cache_directory(Options(cache_dir=str(tmp_path))) == str(tmp_path)
    assert cache_directory(Options(cache_dir=str(tmp_path), no_cache=True)) is None


def test_cache_is_in_the_users_folder_by_default(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for variable in ("HOME", "XDG_CACHE_HOME", "LOCALAPPDATA"):
        monkeypatch.setenv(variable, str(tmp_path))
    assert (cache_directory(Options()) or "").startswith(str(tmp_path))


# -- indexes ------------------------------------------------------------------------------------------------


def test_extra_indexes_are_asked_first_and_logins_stay_out_of_names() -> None:
    opened = open_source(
        Options(
            index_url="https://me:secret@one.example/simple",
            extra_index_urls=("https://two.example/simple",),
            no_cache=True,
        )
    )
    assert [index.url for index in indexes(opened)] == [
        "https://two.example/simple",
        "https://me:secret@one.example/simple",
    ]
    assert [index.name for index in indexes(opened)][1] == "https://****@one.example/simple"


@pytest.mark.usefixtures("_no_configuration")
def test_default_index_is_found_where_pip_finds_it_and_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIP_INDEX_URL", "https://me:secret@pip.example/simple")
    monkeypatch.setenv("PIP_EXTRA_INDEX_URL", "https://more.example/simple ./wheels")
    notes: list[str] = []
    warnings: list[str] = []
    opened = open_source(Options(no_cache=True), channels=Channels(warn=warnings.append, note=notes.append))
    assert [index.url for index in indexes(opened)] == [
        "https://more.example/simple",
        "https://me:secret@pip.example/simple",
    ]
    assert notes == [
        "the default index is https://****@pip.example/simple, found in the variable PIP_INDEX_URL"
    ]
    assert len(warnings) == 1
    assert "./wheels" in warnings[0]


@pytest.mark.usefixtures("_no_configuration")
def test_sentences_that_nobody_asked_for_go_nowhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIP_INDEX_URL", "https://pip.example/simple")
    monkeypatch.setenv("PIP_EXTRA_INDEX_URL", "./wheels")
    assert len(indexes(open_source(Options(no_cache=True)))) == 1


@pytest.mark.usefixtures("_no_configuration")
def test_index_named_by_an_option_makes_pips_irrelevant(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    opened = open_source(Options(index_url="https://one.example/simple", no_cache=True))
    assert [index.url for index in indexes(opened)] == ["https://one.example/simple"]
    with pytest.raises(InputError, match="PIP_NO_INDEX"):
        open_source(Options(no_cache=True))


# -- whole stacks -------------------------------------------------------------------------------------------


def test_source_that_was_given_has_no_traffic_and_nothing_to_save() -> None:
    opened = OpenSource(MemorySource({}))
    opened.save(dict)
    assert (opened.requests, opened.bytes) == (0, 0)


def test_replay_needs_neither_cache_nor_index(tmp_path: Path) -> None:
    notes: list[str] = []
    opened = open_source(Options(replay=str(tmp_path)), channels=Channels(note=notes.append))
    assert notes == [f"replaying the recording {tmp_path}"]
    with pytest.raises(InputError, match="holds no recording"):
        opened.source.listing_now("a")


def test_network_cache_and_recording_are_stacked(tmp_path: Path) -> None:
    """One resolution asks an index, the next one the cache, another the recording; all agree."""

    async def at(server: FaultServer) -> str:
        server.script("/simple/a/", reply(200, page(server.url), {**JSON, "Cache-Control": "max-age=600"}))
        server.script(f"/files/{WHEEL}.metadata", reply(200, METADATA, {"Cache-Control": "max-age=600"}))
        options = Options(
            index_url=f"{server.url}/simple/",
            cache_dir=str(tmp_path / "cache"),
            record=str(tmp_path / "recording"),
        )
        opened = open_source(options, asked=["a"])
        listing = await opened.source.listing("a")
        await opened.source.metadata("a", listing.files[0])
        assert (opened.requests, opened.bytes) == (2, len(page(server.url)) + len(METADATA))
        opened.save(lambda: {"a": {WHEEL}})
        await opened.source.close()

        cached = open_source(options.replace(record=None))
        assert cached.source.listing_now("a") is not None
        assert cached.requests == 0
        refreshed = open_source(options.replace(record=None, refresh=True))
        assert refreshed.source.listing_now("a") is None
        return options.index_url or ""

    async def work() -> str:
        async with FaultServer() as server:
            return await at(server)

    url = asyncio.run(work())
    replayed = resolve(["a"], Options(replay=str(tmp_path / "recording")))
    offline = resolve(["a"], Options(index_url=url, cache_dir=str(tmp_path / "cache"), offline=True))
    assert list(replayed.pins) == list(offline.pins) == ["a"]
    asked = json.loads((tmp_path / "recording" / "recording.json").read_text(encoding="utf-8"))
    assert asked["asked"] == ["a"]


def test_offline_without_an_entry_is_an_answer_that_cannot_be_had(tmp_path: Path) -> None:
    options = Options(index_url="http://127.0.0.1:9/simple", cache_dir=str(tmp_path), offline=True)
    with pytest.raises(IndexUnavailable, match="offline"):
        resolve(["a"], options)
