"""Hash-checking mode by the whole command: what is admitted, what must have hashes, and what is told."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from resolver import IndexProvider, NoSolution, Options, resolve
from resolver.errors import HashesMissing, InputError, NoFileAdmitted
from support.command import Done, failed, run_here, succeeded
from support.loopback import Loopback, empty_index, project, sha256, wheel

if TYPE_CHECKING:
    from collections.abc import Iterator

OTHER = "0" * 64
ENGINES = pytest.mark.parametrize("engine", ["pubgrub", "resolvelib"])


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Loopback]:
    """Return an index where a 1 and 2 need b; the working directory is empty."""
    with empty_index(tmp_path, monkeypatch) as found:
        for version in ("1", "2"):
            found.add("a", version, ["b"])
            found.add("b", version)
        yield found


def hashed(index: Loopback, name: str, version: str) -> str:
    """Return the hash of the wheel that the index has, as an option."""
    return f"--hash=sha256:{sha256(index.files[f'/files/{name}-{version}-py3-none-any.whl'])}"


def run(index: Loopback, text: str, *words: str) -> Done:
    """Run the command for a requirements file with this text."""
    Path("r.txt").write_text(text, "utf-8")
    return run_here(
        "resolve", "r.txt", "--no-header", "--no-annotate", "-i", index.index, "--retries", "0", *words
    )


@ENGINES
def test_files_with_given_hashes_are_used(index: Loopback, engine: str) -> None:
    """One of several is enough, in any case; markers decide what counts."""
    a1 = hashed(index, "a", "1")
    b2 = hashed(index, "b", "2")
    text = f"a==1 --hash=sha256:{OTHER} {a1.upper().replace('--HASH=SHA256', '--hash=sha256')}\nb==2 {b2}\n"
    text += "c ; os_name == 'none'\n"
    assert succeeded(run(index, text, "--engine", engine)) == "a==1\nb==2\n"


@ENGINES
def test_other_hashes_are_told(index: Loopback, engine: str) -> None:
    """No candidate is left: exit code 4, the line, and what the index has."""
    a1 = hashed(index, "a", "1")
    b2 = hashed(index, "b", "2")
    said = failed(run(index, f"a==1 --hash=sha256:{OTHER}\nb==2 {b2}\n", "--engine", engine), 4)
    if engine == "pubgrub":
        assert "a 1 has no file with a hash that is given for it (r.txt:1)" in said
        assert f"hint: the index has a 1 with other hashes: {a1.removeprefix('--hash=')}" in said
        assert "fix:" not in said


@ENGINES
def test_what_is_chosen_without_hashes_is_told_with_the_lines_to_add(index: Loopback, engine: str) -> None:
    """Of dependencies as of the user's own; exit code 4."""
    a1 = hashed(index, "a", "1")
    b2 = hashed(index, "b", "2")
    said = failed(run(index, f"a==1 {a1}\n", "--engine", engine), 4)
    assert said.splitlines()[-3:] == ["    # wanted by a", "    b==2 \\", f"        {b2}"]
    said = failed(run(index, "a==1\nb==1\n", "--require-hashes", "--engine", engine), 4)
    assert f"    # wanted by r.txt:1\n    a==1 \\\n        {a1}\n" in said
    assert f"    # wanted by r.txt:2, a\n    b==1 \\\n        {hashed(index, 'b', '1')}\n" in f"{said}\n"


@ENGINES
@pytest.mark.parametrize("text", ["a>=1", "a==1.*", "a"])
def test_each_requirement_must_name_one_version(index: Loopback, text: str, engine: str) -> None:
    """A constraint may do that for it."""
    a1 = hashed(index, "a", "1")
    b2 = hashed(index, "b", "2")
    line = f"{text} {a1}\n"
    said = failed(run(index, f"b==2 {b2}\n{line}", "--engine", engine), 4)
    assert f"r.txt:2: hashes are required, and {text} does not name one version" in said
    Path("c.txt").write_text("a==1\n", "utf-8")
    assert succeeded(run(index, f"b==2 {b2}\n{line}", "-c", "c.txt", "--engine", engine)) == "a==1\nb==2\n"


def test_the_mode_can_be_asked_for_everywhere(index: Loopback, monkeypatch: pytest.MonkeyPatch) -> None:
    """By option, in a file, by variable, in the library."""
    assert "hashes are required" in failed(run(index, "b\n", "--require-hashes"), 4)
    assert "hashes are required" in failed(run(index, "--require-hashes\nb\n"), 4)
    with pytest.raises(HashesMissing, match="hashes are required"):
        resolve(["b"], Options(index_url=index.index, require_hashes=True))
    monkeypatch.setenv("RESOLVER_REQUIRE_HASHES", "1")
    assert "hashes are required" in failed(run(index, "b\n"), 4)


def test_hashes_of_constraints_count(index: Loopback) -> None:
    """Without turning the mode on; of several lines all must have the hash."""
    a1 = hashed(index, "a", "1")
    b2 = hashed(index, "b", "2")
    Path("c.txt").write_text(f"a==1 --hash=sha256:{OTHER}\n", "utf-8")
    assert succeeded(run(index, "b==1\n", "-c", "c.txt")) == "b==1\n"
    assert "has no file with a hash" in failed(run(index, "a\n", "-c", "c.txt"), 1)
    both = f"b==2 {b2} --hash=sha256:{OTHER}\nb==2 --hash=sha256:{OTHER}\n"
    assert "has no file with a hash" in failed(run(index, both), 4)
    Path("c.txt").write_text(f"a {a1}\nb {hashed(index, 'b', '1')}\n", "utf-8")
    assert succeeded(run(index, "a\n", "-c", "c.txt")) == "a==1\nb==1\n"


def test_hashes_of_overrides_count(index: Loopback) -> None:
    """In the place of those that they replace."""
    a1 = hashed(index, "a", "1")
    b2 = hashed(index, "b", "2")
    Path("o.txt").write_text(f"b==2 {b2}\n", "utf-8")
    text = f"a==1 {a1}\nb==2 --hash=sha256:{OTHER}\n"
    assert succeeded(run(index, text, "--override", "o.txt")) == "a==1\nb==2\n"


def test_only_admitted_files_are_in_the_result(index: Loopback) -> None:
    """Hashes that are written are those that were asked for."""
    a1 = hashed(index, "a", "1")
    b2 = hashed(index, "b", "2")
    done = run(index, f"a==1 {a1}\nb==2 {b2} --hash=sha256:{OTHER}\n", "--generate-hashes")
    assert succeeded(done).splitlines() == ["a==1 \\", f"    {a1}", "b==2 \\", f"    {b2}"]
    found = json.loads(succeeded(run(index, f"b==2 {b2}\n", "--format", "json")))
    assert [len(pin["files"]) for pin in found["pins"]] == [1]


def test_an_index_without_hashes_admits_nothing(index: Loopback) -> None:
    """What would have to be fetched to know is not fetched."""
    b2 = hashed(index, "b", "2")
    index.files["/simple/b/"] = (
        b'<!DOCTYPE html><a href="/files/b-2-py3-none-any.whl">b-2-py3-none-any.whl</a>'
    )
    said = failed(run(index, f"b==2 {b2}\n"), 4)
    assert "b 2 has no file of which the index gives a hash to compare (r.txt:1)" in said


def test_files_of_this_machine_are_hashed(index: Loopback) -> None:
    """Where nobody promises a hash, theirs is taken."""
    b2 = hashed(index, "b", "2")
    Path("links").mkdir()
    Path("links/b-2-py3-none-any.whl").write_bytes(index.files["/files/b-2-py3-none-any.whl"])
    assert succeeded(run(index, f"b==2 {b2}\n", "--no-index", "-f", "links")) == "b==2\n"
    assert "has no file with a hash" in failed(run(index, f"b==2 --hash=sha256:{OTHER}\n", "-f", "links"), 4)


def test_addresses_have_hashes_of_their_own(index: Loopback, tmp_path: Path) -> None:
    """Behind them or in them; folders and repositories have none."""
    b2 = hashed(index, "b", "2")
    body = wheel("c", "1")
    url, value = index.put("c-1-py3-none-any.whl", body), sha256(body)
    assert succeeded(run(index, f"c @ {url} --hash=sha256:{value}\nb==2 {b2}\n"))
    assert succeeded(run(index, f"c @ {url}#sha256={value}\nb==2 {b2}\n"))
    assert "    c @ " in failed(run(index, f"c @ {url}\nb==2 {b2}\n"), 4)
    folder = project(tmp_path / "d", "d", "1")
    assert "only archives have" in failed(run(index, f"{folder}\nb==2 {b2}\n"), 4)


def test_a_cache_holds_nothing_of_hashes(index: Loopback, tmp_path: Path) -> None:
    """What was noted for others does not admit a file, nor does the refusal stay."""
    a1 = hashed(index, "a", "1")
    b2 = hashed(index, "b", "2")
    words = ("--cache-dir", str(tmp_path / "cache"))
    for _ in range(2):
        assert succeeded(run(index, "a==1\nb==2\n", *words)) == "a==1\nb==2\n"
        failed(run(index, f"a==1 --hash=sha256:{OTHER}\nb==2 {b2}\n", *words), 4)
        assert succeeded(run(index, f"a==1 {a1}\nb==2 {b2}\n", *words)) == "a==1\nb==2\n"


def test_contradictions_are_explained_as_ever(index: Loopback) -> None:
    """Exit code 1, where hashes have nothing to do with it; but no fix is tried: it would lack hashes."""
    b2 = hashed(index, "b", "2")
    index.add("c", "1", ["b<2"])
    said = failed(run(index, f"c==1 {hashed(index, 'c', '1')}\nb==2 {b2}\n"), 1)
    assert "fix:" not in said


def test_why_knows_hashes(index: Loopback) -> None:
    """A newer version has none that is admitted."""
    a1 = hashed(index, "a", "1")
    Path("r.txt").write_text(f"a==1 {a1}\nb==1 {hashed(index, 'b', '1')}\n", "utf-8")
    assert "r.txt:2" in succeeded(run_here("why", "b", "r.txt", "-i", index.index, "--retries", "0"))


def test_lines_by_themselves(index: Loopback) -> None:
    """In resolve-many each line must have hashes of all that it leads to."""
    a1 = hashed(index, "a", "1")
    b2 = hashed(index, "b", "2")
    Path("r.txt").write_text(f"b==2 {b2}\nb==1 --hash=sha256:{OTHER}\na==1 {a1}\n", "utf-8")
    done = run_here("resolve-many", "r.txt", "-i", index.index, "--retries", "0", "--json-lines")
    assert [json.loads(line)["exit-code"] for line in done.stdout.splitlines()] == [0, 4, 4]


def test_library_takes_hashes_behind_requirements(index: Loopback) -> None:
    """As a file has them; errors carry the lines to add."""
    a1 = hashed(index, "a", "1")
    b2 = hashed(index, "b", "2")
    options = Options(index_url=index.index)
    assert resolve([f"b==2 {b2}"], options).pins.keys() == {"b"}
    with pytest.raises(NoFileAdmitted) as refused:
        resolve([f"b==2 --hash=sha256:{OTHER}"], options)
    assert isinstance(refused.value, NoSolution)
    with pytest.raises(HashesMissing) as missing:
        resolve([f"a==1 {a1}"], options)
    assert (missing.value.packages, missing.value.lines) == (("b",), (f"b==2 {b2}",))
    for text, said in [
        ("b==2 --hash=md5:0", "md5 protects from nothing"),
        ("b==2 --hash=sha256", "write the hash as"),
        (f"b==2 {b2} --foo", "'--foo' does not belong"),
    ]:
        with pytest.raises(InputError, match=said):
            resolve([text], options)


def test_provider_refuses_what_it_cannot_check(index: Loopback) -> None:
    """It never sees the whole answer."""
    b2 = hashed(index, "b", "2")
    options = Options(index_url=index.index)
    with IndexProvider(options) as provider, pytest.raises(InputError, match="use resolve"):
        provider.identify(f"b==2 {b2}")
    with (
        IndexProvider(options.replace(require_hashes=True)) as provider,
        pytest.raises(InputError, match="use"),
    ):
        provider.pose(["b==2"])


def test_build_constraints_have_no_hashes(index: Loopback) -> None:
    """They would not be checked."""
    b2 = hashed(index, "b", "2")
    Path("b.txt").write_text(f"b==2 {b2}\n", "utf-8")
    said = failed(run(index, "b\n", "--build", "allow", "-b", "b.txt"), 2)
    assert "b.txt:1: hashes of what builds require are not checked" in said
