"""Direct references by the whole command: what is pinned, what is refused, what is asked of whom."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from support.command import Done, failed, run_here, succeeded
from support.loopback import Loopback, commit, empty_index, project, sha256, wheel

if TYPE_CHECKING:
    from collections.abc import Iterator

A_WHEEL = "a-1.0-py3-none-any.whl"


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Loopback]:
    """Return an index; the working directory is empty."""
    with empty_index(tmp_path, monkeypatch) as found:
        yield found


def resolve(index: Loopback, text: str, *words: str) -> Done:
    """Run the command for a requirements file with this text."""
    Path("r.txt").write_text(text, "utf-8")
    return run_here("resolve", "r.txt", "--no-header", "-i", index.index, "--retries", "0", *words)


def pins(done: Done) -> list[str]:
    """Return the lines of a solution that are no comments."""
    return [line for line in succeeded(done).splitlines() if not line.lstrip().startswith("#")]


def test_wheel_by_url_is_pinned_to_it(index: Loopback) -> None:
    """With what it requires from the index; its own page is not looked at."""
    index.add("b", "1")
    index.add("b", "2")
    url = index.put(A_WHEEL, wheel("a", "1.0", ["b<2"]))
    assert pins(resolve(index, f"a @ {url}\nb\n")) == [f"a @ {url}", "b==1"]
    assert "/simple/a/" not in index.paths()
    assert pins(resolve(index, f"{url}\n", "--offline"))[0] == f"a @ {url}"


def test_bounds_of_others_hold_for_it(index: Loopback) -> None:
    """And the conflict is explained like any other."""
    index.add("c", "1", ["a>=2"])
    index.add("a", "2")
    url = index.put(A_WHEEL, wheel("a", "1.0"))
    said = failed(resolve(index, f"a @ {url}\nc\n"), 1)
    assert f"c 1 depends on a>=2, which is not what {url} is (1.0)" in said


def test_extras_and_markers_hold(index: Loopback) -> None:
    index.add("b", "1")
    url = index.put(A_WHEEL, wheel("a", "1.0", ["b ; extra == 'x'", "c ; extra == 'y'"]))
    text = f"a[x] @ {url}\nd @ {url.replace('a-', 'd-')} ; os_name == 'none'\n"
    assert pins(resolve(index, text)) == [f"a @ {url}", "b==1"]


def test_python_and_tags_are_told(index: Loopback) -> None:
    """A wheel that does not fit is named with its tags."""
    url = index.put("a-1-cp39-cp39-win_amd64.whl", wheel("a", "1"))
    said = failed(resolve(index, f"a @ {url}\n"), 1)
    assert "a-1-cp39-cp39-win_amd64.whl" in said
    url = index.put(A_WHEEL, wheel("a", "1.0", python="<3"))
    assert "needs Python <3" in failed(resolve(index, f"a @ {url}\n"), 1)


def test_pre_release_and_unknown_upload_time_do_not_matter(index: Loopback) -> None:
    """Whoever names a file wants that one."""
    url = index.put("a-1.0rc1-py3-none-any.whl", wheel("a", "1.0rc1"))
    words = ("--prerelease", "disallow", "--exclude-newer", "2020-01-01", "--no-build")
    assert pins(resolve(index, f"a @ {url}\n", *words)) == [f"a @ {url}"]


@pytest.mark.parametrize("behind", ["#sha256={}", " --hash=sha256:{}"])
def test_digest_is_checked(index: Loopback, behind: str) -> None:
    """Also of a file on this machine."""
    body = wheel("a", "1.0")
    url = index.put(A_WHEEL, body)
    Path(A_WHEEL).write_bytes(body)
    good, bad = behind.format(sha256(body)), behind.format("0" * 64)
    for address in (url, f"./{A_WHEEL}"):
        assert len(pins(resolve(index, f"a @ {address}{good}\n"))) == 1
        said = failed(resolve(index, f"a @ {address}{bad}\n"), 4)
        assert sha256(body) in said
        assert "0" * 64 in said


def test_two_addresses_for_one_package_are_an_error_that_names_both_lines(index: Loopback) -> None:
    url = index.put(A_WHEEL, wheel("a", "1.0"))
    said = failed(resolve(index, f"a @ {url}\nb\na @ {url}x.zip\n"), 2)
    assert f"{url} (r.txt:1)" in said
    assert f"{url}x.zip (r.txt:3)" in said
    assert index.asked == []


def test_constraint_by_url_holds_where_the_package_is_wanted(index: Loopback) -> None:
    url = index.put(A_WHEEL, wheel("a", "1.0"))
    index.add("a", "3")
    index.add("c", "1", ["a"])
    Path("c.txt").write_text(f"a @ {url}\n", "utf-8")
    assert pins(resolve(index, "c\n", "-c", "c.txt")) == [f"a @ {url}", "c==1"]
    index.add("d", "1")
    assert pins(resolve(index, "d\n", "-c", "c.txt")) == ["d==1"]


def test_override_by_url_stands_in_the_place_of_all_requirements(index: Loopback) -> None:
    url = index.put(A_WHEEL, wheel("a", "1.0"))
    index.add("c", "1", ["a>=2"])
    Path("o.txt").write_text(f"a @ {url.replace('://', '://me:s3cret@')}\n", "utf-8")
    done = resolve(index, "c\na @ https://none.example/a.zip\n", "--override", "o.txt", "--no-annotate")
    assert (done.code, done.stdout) == (0, f"a @ {url}\nc==1\n")
    Path("o.txt").write_text(f"a @ {url} --hash=sha256:{'0' * 64}\n", "utf-8")
    assert "is not the file that a is to come from" in failed(resolve(index, "c\n", "--override", "o.txt"), 4)


def test_folders_are_read_from_their_project_file(index: Loopback, tmp_path: Path) -> None:
    """Extras and editable too; what it refers to is the user's own word."""
    index.add("b", "1")
    other = project(tmp_path / "other", "other", "3")
    more = f'[project.optional-dependencies]\nx = ["other @ {other.as_uri()}"]\n'
    project(tmp_path / "work" / "mine", "Mine", "0.dev1", ["b"], more)
    for words in ((), ("--engine", "resolvelib")):
        found = pins(resolve(index, "-e ./mine[x]\n", *words))
        assert found == ["-e ./mine", "b==1", f"other @ {other.as_uri()}"]


def test_what_only_a_build_can_tell_is_refused(index: Loopback, tmp_path: Path) -> None:
    """Also in folders that the user names; and why is said."""
    folder = tmp_path / "work" / "d"
    folder.mkdir()
    (folder / "setup.py").write_text("raise SystemExit(3)", "utf-8")
    for text in ("d @ ./d\n", "-e ./d#egg=d\n"):
        said = failed(resolve(index, text), 5)
        assert "--build allow" in said
    (folder / "pyproject.toml").write_text('[project]\nname = "d"\ndynamic = ["version"]\n', "utf-8")
    assert "--build allow" in failed(resolve(index, "./d\n"), 5)


def test_repository_is_pinned_to_its_commit(index: Loopback, tmp_path: Path) -> None:
    """Nothing is checked out; a second run needs git for the name of the commit only."""
    index.add("b", "1")
    project(tmp_path / "repo" / "sub", "g", "2", ["b"])
    first = commit(tmp_path / "repo", "v1")
    url = f"git+file://{tmp_path}/repo"
    expected = ["b==1", f"g @ {url}@{first}#subdirectory=sub"]
    assert pins(resolve(index, f"g @ {url}@v1#subdirectory=sub\n")) == expected
    project(tmp_path / "repo" / "sub", "g", "3", ["b"])
    second = commit(tmp_path / "repo")
    assert pins(resolve(index, f"g @ {url}@v1#subdirectory=sub\n")) == expected
    assert pins(resolve(index, f"g @ {url}@{first}#subdirectory=sub\n", "--offline")) == expected
    assert pins(resolve(index, f"-e {url}#egg=g&subdirectory=sub\n")) == [
        f"-e {url}@{second}#subdirectory=sub&egg=g",
        "b==1",
    ]
    assert "--offline" in failed(resolve(index, f"g @ {url}#subdirectory=sub\n", "--offline"), 3)


def test_reference_of_an_index_package_is_refused_with_a_hint(index: Loopback) -> None:
    """Nothing is asked of where it leads to."""
    url = index.put(A_WHEEL, wheel("a", "1.0"))
    index.add("c", "1", [f"a @ {url}"])
    for engine in ("pubgrub", "resolvelib"):
        said = failed(resolve(index, "c\n", "--engine", engine), 1)
        assert "direct references in metadata are refused" in said
    assert "--allow-url a" in failed(resolve(index, "c\n"), 1)
    assert f"/files/{A_WHEEL}" not in index.paths()


@pytest.mark.parametrize("engine", ["pubgrub", "resolvelib"])
@pytest.mark.parametrize("allowed", ["a", ":all:"])
def test_option_allows_it(index: Loopback, engine: str, allowed: str) -> None:
    """Then the package comes from there, whatever the index has."""
    url = index.put(A_WHEEL, wheel("a", "1.0"))
    index.add("a", "9")
    index.add("c", "1", [f"a @ {url}"])
    words = ("--allow-url", allowed, "--engine", engine)
    expected = [f"a @ {url}", "c==1"]
    assert pins(resolve(index, "a\nc\n", *words, "--record", "rec")) == expected
    assert pins(resolve(index, "a\nc\n", *words, "--replay", "rec")) == expected


def test_own_requirement_by_the_same_url_allows_it(index: Loopback) -> None:
    """By another one does not."""
    url = index.put(A_WHEEL, wheel("a", "1.0"))
    index.add("c", "1", [f"a @ {url}"])
    assert pins(resolve(index, f"a @ {url}\nc\n")) == [f"a @ {url}", "c==1"]
    other = index.put("a-2.0-py3-none-any.whl", wheel("a", "2.0"))
    said = failed(resolve(index, f"a @ {other}\nc\n"), 1)
    assert f"but a is to come from {other}" in said


@pytest.mark.parametrize(
    "reference",
    [
        "file:///etc/passwd",
        "file:///etc/a-1-py3-none-any.whl",
        "git+ssh://-oProxyCommand=touch%20pwned/a",
        "git+ssh://git@host.example/a",
        "git+file:///srv/a",
        "git+http://127.0.0.1:9/a",
        "git+ext::sh -c touch% pwned",
        "./a",
        "../../a.zip",
    ],
)
def test_no_option_allows_index_packages_this_machine_or_ssh(
    index: Loopback, tmp_path: Path, reference: str
) -> None:
    index.add("c", "1", [f"a @ {reference}"])
    said = failed(resolve(index, "c\n", "--allow-url", ":all:"), 1)
    assert "direct references in metadata are refused" in said or "unusable metadata" in said
    assert not (tmp_path / "work" / "pwned").exists()


def test_credentials_are_used_and_shown_nowhere(
    index: Loopback, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In output, cache or recording; variables stay in the pin as they were written."""
    monkeypatch.setenv("TOKEN", "s3cret")
    url = index.put(A_WHEEL, wheel("a", "1.0"))
    index.add("c", "1", ["a>=2"])
    with_login = url.replace("://", "://me:s3cret@")
    record = ("--record", "rec")
    done = resolve(index, f"a @ {with_login}\n", *record)
    assert (done.code, done.stdout.splitlines()[0]) == (0, f"a @ {url}")
    assert "the pin of a lacks the credentials" in done.stderr
    assert {header for path, header in index.asked if path.endswith(".whl")} == {"Basic bWU6czNjcmV0"}
    with_variable = url.replace("://", "://me:${TOKEN}@")
    assert pins(resolve(index, f"a @ {with_variable}\n")) == [f"a @ {with_variable}"]
    for words in (("--format", "json"), ("-v",)):
        done = resolve(index, f"a @ {with_login}\nc\n", *words)
        assert done.code == 1
        assert "s3cret" not in done.stdout + done.stderr
    assert "s3cret" not in resolve(index, f"a @ {with_login}x\n").stderr
    for file in tmp_path.rglob("*"):
        if file.is_file() and file.name != "r.txt":
            assert b"s3cret" not in file.read_bytes(), file


def test_credentials_of_an_index_are_used_at_its_origin(index: Loopback) -> None:
    """And nowhere else."""
    url = index.put(A_WHEEL, wheel("a", "1.0"))
    Path("r.txt").write_text(f"a @ {url}\n", "utf-8")
    with_login = index.index.replace("://", "://me:s3cret@")
    with Loopback() as other:
        Path("o.txt").write_text(f"a @ {other.put(A_WHEEL, wheel('a', '1.0'))}\n", "utf-8")
        for file in ("r.txt", "o.txt"):
            assert run_here("resolve", file, "-i", with_login).code == 0
        assert {login for _, login in index.asked} == {"Basic bWU6czNjcmV0"}
        assert {login for _, login in other.asked} == {""}


def test_archives_are_bounded(index: Loopback) -> None:
    """By the limit that holds for those of an index."""
    body = wheel("a", "1.0")
    url = index.put(A_WHEEL, body)
    done = resolve(index, f"a @ {url}#sha256={sha256(body)}\n", "--max", "archive-bytes=100")
    assert "archive-bytes" in failed(done, 7)


def test_recording_answers_without_network_and_disk(index: Loopback, tmp_path: Path) -> None:
    """Archives, folders and repositories alike."""
    index.add("b", "1")
    url = index.put(A_WHEEL, wheel("a", "1.0", ["b"]))
    tree = project(tmp_path / "work" / "tree", "tree", "1")
    project(tmp_path / "repo", "g", "2")
    commit(tmp_path / "repo")
    text = f"a @ {url}\ntree @ ./tree\ng @ git+file://{tmp_path}/repo\n"
    expected = pins(resolve(index, text, "--record", "rec"))
    (tree / "pyproject.toml").unlink()
    (tmp_path / "repo" / ".git" / "HEAD").unlink()
    index.asked.clear()
    assert pins(resolve(index, text, "--replay", "rec")) == expected
    assert index.asked == []
    assert f"g @ git+file://{tmp_path}/repo@" in "\n".join(expected)


def test_json_has_url_and_digest(index: Loopback) -> None:
    body = wheel("a", "1.0")
    url = index.put(A_WHEEL, body)
    done = resolve(index, f"a @ {url}#sha256={sha256(body)}\n", "--format", "json")
    (pin,) = json.loads(succeeded(done))["pins"]
    assert pin["url"] == f"{url}#sha256={sha256(body)}"
    assert pin["files"][0]["hashes"] == {"sha256": sha256(body)}
    assert pin["via"] == ["r.txt:1"]
    hashed = succeeded(resolve(index, f"a @ {url}\n", "--generate-hashes"))
    assert f"--hash=sha256:{sha256(body)}" in hashed


def test_fixes_leave_addresses_alone(index: Loopback) -> None:
    """Where a package comes from is not up for change; other lines are."""
    url = index.put(A_WHEEL, wheel("a", "1.0", ["b<2"]))
    index.add("b", "1")
    index.add("b", "2")
    done = resolve(index, f"a @ {url}\nb>=2\n", "--format", "json")
    assert done.code == 1
    fixes = json.loads(done.stdout)["fixes"]
    assert fixes != []
    assert all(any(line.startswith("a @ ") for line in fix["requirements"]) for fix in fixes)


def test_fixes_show_no_credentials_of_overrides(index: Loopback) -> None:
    """Lines that a fix does not touch are shown with it."""
    url = index.put(A_WHEEL, wheel("a", "1.0", ["b"]))
    index.add("b", "1")
    Path("o.txt").write_text(f"a @ {url.replace('://', '://me:s3cret@')}\nb==9\n", "utf-8")
    done = resolve(index, "a\n", "--override", "o.txt", "--format", "json")
    assert done.code == 1
    assert json.loads(done.stdout)["fixes"][0]["overrides"][0] == f"a @ {url}"
    assert "s3cret" not in done.stdout + done.stderr


def test_many_lines_may_name_different_addresses(index: Loopback) -> None:
    one = index.put(A_WHEEL, wheel("a", "1.0"))
    two = index.put("a-2.0-py3-none-any.whl", wheel("a", "2.0"))
    index.add("a", "3")
    Path("many.txt").write_text(f"a @ {one}\na @ {two}\na\n", "utf-8")
    for more in ((), ("--latest-version",), ("--workers", "2")):
        done = run_here("resolve-many", "many.txt", "-i", index.index, "--json-lines", *more)
        assert done.code == 0, done
        found = [json.loads(line) for line in done.stdout.splitlines()]
        versions = [pin["version"] for line in found for pin in line.get("pins", ())]
        assert versions == ["1.0", "2.0", "3"]


def test_why_names_the_address(index: Loopback) -> None:
    url = index.put(A_WHEEL, wheel("a", "1.0"))
    Path("r.txt").write_text(f"a @ {url}\n", "utf-8")
    assert url in succeeded(run_here("why", "a", "r.txt", "-i", index.index))


BACKEND = """
import os

def prepare_metadata_for_build_wheel(metadata_directory, config_settings=None):
    name = "dyn-4.2.dist-info"
    os.makedirs(os.path.join(metadata_directory, name))
    with open(os.path.join(metadata_directory, name, "METADATA"), "w") as file:
        file.write("Metadata-Version: 2.1\\nName: dyn\\nVersion: 4.2\\nRequires-Dist: b\\n")
    return name
"""


@pytest.mark.slow
def test_folders_and_commits_are_built_where_that_is_allowed(index: Loopback, tmp_path: Path) -> None:
    """And a build that fails says so; there is nothing else that the package could be."""
    for needed in ("build", "pyproject_hooks", "installer"):
        pytest.importorskip(needed)
    index.add("b", "1")
    folder = tmp_path / "work" / "dyn"
    folder.mkdir()
    text = '[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["."]\n'
    (folder / "pyproject.toml").write_text(text, "utf-8")
    (folder / "backend.py").write_text(BACKEND, "utf-8")
    made = commit(folder)
    url = f"git+file://{folder}"
    expected = (("./dyn#egg=dyn", "./dyn"), (f"dyn @ {url}", f"dyn @ {url}@{made}"))
    for line, pinned in expected:
        done = resolve(index, f"{line}\n", "--build", "allow", "--no-annotate")
        assert (done.code, done.stdout) == (0, f"b==1\n{pinned}\n"), done
    (folder / "backend.py").write_text("", "utf-8")
    assert "failed" in failed(resolve(index, "./dyn#egg=dyn\n", "--build", "allow"), 5)
