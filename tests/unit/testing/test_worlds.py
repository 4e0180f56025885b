"""Worlds: what their facts come to in memory, over HTTP and on disk, and what is refused."""

from __future__ import annotations

import os
import subprocess
import sys
import urllib.error
import urllib.request
from typing import TYPE_CHECKING, Any

import pytest
from resolvelib import BaseReporter

from resolver import Options, PubGrubResolver, resolve
from resolver.errors import HashMismatch, InputError
from resolver.testing import World

if TYPE_CHECKING:
    from pathlib import Path

FACTS = """
[packages.app]
"1.0" = { requires = ["lib>=1", "gone; extra == 'never'"], extras = { fast = ["speed"] } }
[packages.lib]
"1.0" = { sdist = true, wheel = false }
"2.0" = { requires_python = ">=3.99" }
"3.0" = { yanked = "it eats files" }
"4.0" = { broken = true }
[packages.speed]
"1.0" = { files = [
    { filename = "speed-1.0-cp312-cp312-win_amd64.whl" },
    { filename = "speed-1.0-py3-none-any.whl", upload_time = "2026-01-01T00:00:00Z" },
] }
[packages.locked]
"1.0" = {}
[status]
locked = "quarantined: it steals"
"""
PINS = {"app": "1.0", "lib": "1.0", "speed": "1.0"}


def options(url: str, folder: Path) -> Options:
    return Options(
        index_url=url, cache_dir=str(folder / "cache"), python_version="3.12", python_platform="linux"
    )


def test_memory_fetcher_transport_server_and_folder_say_the_same(tmp_path: Path) -> None:
    """Whatever stands for the index: the same pins."""
    world = World.read(FACTS)
    target = world.options()
    outcome = world.resolve("app[fast]")
    assert outcome.pins == PINS
    assert outcome.files["speed"] == ["speed-1.0-py3-none-any.whl", "speed-1.0-cp312-cp312-win_amd64.whl"]
    named = target.replace(index_url="https://index.example/simple/", cache_dir=str(tmp_path / "none"))
    found = [
        resolve(["app[fast]"], target, fetcher=world.fetcher()),
        resolve(["app[fast]"], named, transport=world.transport()),
        resolve(["app[fast]"], options(world.write(tmp_path / "site").as_uri(), tmp_path)),
    ]
    with world.serve() as server:
        found.append(resolve(["app[fast]"], options(server.url, tmp_path)))
        assert "/files/lib-1.0.tar.gz.metadata" in server.asked
    assert [{name: str(pin.version) for name, pin in each.pins.items()} for each in found] == [PINS] * 4


@pytest.mark.parametrize("accept", ["text/html", "application/vnd.pypi.simple.v1+json"])
def test_pages_say_all_that_the_facts_say(accept: str) -> None:
    """In both forms."""
    site = World.read(FACTS).site()
    _, headers, body = site.answer("/simple/lib/", accept)
    text = body.decode().replace("&gt;", ">")
    assert headers["content-type"].startswith(accept)
    assert all(each in text for each in ("lib-1.0.tar.gz", ">=3.99", "it eats files", "sha256"))
    locked = site.answer("/simple/locked/", accept)[2].decode()
    assert "quarantined" in locked
    assert "it steals" in locked
    assert "locked-1.0" not in locked
    assert site.answer("/simple/nothing/", accept)[0] == 404


def test_what_is_not_there_is_not_found() -> None:
    """Over HTTP."""
    with World({"a": {"1": []}}).serve() as server:
        assert server.url_of("corp").endswith("/corp/simple/")
        with pytest.raises(urllib.error.HTTPError, match="404"):
            urllib.request.urlopen(f"{server.url}b/")


def test_hashes_that_are_said_are_served(tmp_path: Path) -> None:
    """Wrong ones too, for whoever tests what is done about them; metadata beside the file has its own."""
    digest = {"sha256": "0" * 64}
    world = World({"a": {"1": {"hashes": digest, "size": 7}}})
    with world.serve() as server:
        pin = resolve(["a"], options(server.url, tmp_path)).pins["a"]
    assert (dict(pin.files[0].hashes), pin.files[0].size) == (digest, 7)
    assert HashMismatch.exit_code == 4


def test_source_that_must_be_built_is_refused_alike() -> None:
    """In memory and by the client."""
    facts = {"a": {"1": {"wheel": False, "sdist": "dynamic"}}}
    there = World(facts).resolve("a")
    over = World(facts, indexes={"other": {"b": {"1": []}}}).resolve("a")
    assert there.explanation == over.explanation
    assert "would have to be built" in there.explanation


def test_provider_is_ready_for_resolvelib() -> None:
    """With several indexes, too."""
    world = World({"a": {"2": []}}, indexes={"corp": {"a": {"1": ["b"]}, "b": {"1": []}}})
    with world.provider() as provider:
        result = PubGrubResolver(provider, BaseReporter()).resolve(["a"])
    assert {name: str(pin.version) for name, pin in result.mapping.items()} == {"a": "1", "b": "1"}


def test_explicit_index_is_asked_only_where_it_is_named() -> None:
    """Its name alone is enough."""
    world = World({"a": {"2": []}}, indexes={"corp": {"a": {"1": []}}})
    assert world.resolve("a", explicit_indexes=["corp"]).pins == {"a": "2"}
    assert world.resolve("a", explicit_indexes=["corp"], package_indexes=["a=corp"]).pins == {"a": "1"}
    with pytest.raises(InputError, match="names other, an index that the world does not have"):
        world.resolve("a", explicit_indexes=["other"])


def test_pip_installs_from_the_folder(tmp_path: Path) -> None:
    """Wheels are real, and source distributions build without a network."""
    index = World.read(
        {"packages": {"app": {"1": ["lib"]}, "lib": {"1": {"wheel": False, "sdist": True}}}}
    ).write(tmp_path / "site")
    words = ["-m", "pip", "install", "--disable-pip-version-check", "--target", str(tmp_path / "there")]
    environment = {key: value for key, value in os.environ.items() if not key.startswith("PIP_")}
    subprocess.run(
        [sys.executable, *words, "--no-cache-dir", "--index-url", index.as_uri(), "app"],
        env=environment,
        check=True,
        capture_output=True,
    )
    assert sorted(each.name for each in (tmp_path / "there").iterdir()) == [
        "app-1.dist-info",
        "lib-1.dist-info",
    ]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("[packages.a\n", "the scenario is no TOML: "),
        (
            {"packages": {"a": {"1": {"require": []}}}},
            "packages.a.'1' has no key 'require'; did you mean 'requires'",
        ),
        ({"packages": {"a": {"1": "b"}}}, "packages.a.'1' is a text, not a table"),
        (
            {"packages": {"a": {"1": {"requires": "b"}}}},
            "packages.a.'1'.requires is a text, not an array of texts",
        ),
        (
            {"packages": {"a": {"1": {"requires": [1]}}}},
            "packages.a.'1'.requires is a value of type int, not a text",
        ),
        ({"packages": {"a": {"1": {"wheel": "no"}}}}, "packages.a.'1'.wheel is a text, not true or false"),
        (
            {"packages": {"a": {"1": {"sdist": "no"}}}},
            "packages.a.'1'.sdist is a text other than \"dynamic\"",
        ),
        (
            {"packages": {"a": {"1": {"size": True}}}},
            "packages.a.'1'.size is true or false, not a whole number",
        ),
        (
            {"packages": {"a": {"1": {"files": {}}}}},
            "packages.a.'1'.files is a table, not an array of tables",
        ),
        (
            {"packages": {"a": {"1": {"files": [{}]}}}},
            "packages.a.'1'.files[0] names no file: give it a filename",
        ),
        (
            {"packages": {"a": {"1": {"url": "https://host.example/"}}}},
            "packages.a.'1' has no key 'url', only requires",
        ),
        ({"packages": {"a!": {}}}, "packages.a! is no name of a package"),
        ({"package": {}}, "the scenario has no key 'package'; did you mean 'packages'"),
        ({"x": {}}, "the scenario has no key 'x', only packages, indexes, status"),
    ],
)
def test_what_cannot_be_understood_is_named(given: Any, said: str) -> None:
    with pytest.raises(InputError) as caught:
        World.read(given)
    assert str(caught.value).startswith(said)


def test_a_file_is_read_by_its_path(tmp_path: Path) -> None:
    """Given as a path or as its text; one that is not there is named."""
    path = tmp_path / "a.toml"
    path.write_text('packages.a."1" = []\n', "utf-8")
    assert [repr(World.read(each)) for each in (path, str(path))] == ["<World: a>"] * 2
    with pytest.raises(InputError, match="cannot be read"):
        World.read(tmp_path / "b.toml")
    path.write_text("[", "utf-8")
    with pytest.raises(InputError, match=r"a\.toml is no TOML"):
        World.read(path)


@pytest.mark.parametrize(
    ("error", "is_told"), [(ConnectionResetError("gone"), False), (ValueError("x"), True)]
)
def test_a_client_that_goes_away_is_no_error_of_the_server(
    error: Exception, capsys: pytest.CaptureFixture[str], *, is_told: bool
) -> None:
    """A resolver that is done closes its connections; anything else is told on stderr."""
    with World({"a": {"1": []}}).serve() as server:
        try:
            raise error
        except type(error):
            server._http.handle_error(None, ("127.0.0.1", 1))
    assert ("Traceback" in capsys.readouterr().err) is is_told
