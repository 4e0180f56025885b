"""Several indexes, packages that come from one of them, and places with files, by the whole command."""

from __future__ import annotations

import json
import os
import time
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from resolver import IndexProvider, Options
from resolver import resolve as resolve_for_library
from resolver.index import local
from support.command import Done, failed, run_here, succeeded, without_configuration
from support.loopback import Loopback, sdist, sha256, wheel

if TYPE_CHECKING:
    from collections.abc import Iterator

    from resolver import Resolution
    from resolver.index.transport import Request, Response


@pytest.fixture(autouse=True)
def work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work in an empty directory."""
    without_configuration(tmp_path / "home", monkeypatch)
    folder = tmp_path / "work"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def public() -> Iterator[Loopback]:
    """Return the default index."""
    with Loopback() as found:
        yield found


@pytest.fixture
def private() -> Iterator[Loopback]:
    """Return another index."""
    with Loopback() as found:
        yield found


def resolve(text: str, *words: str, command: str = "resolve") -> Done:
    """Run the command for a requirements file with this text."""
    Path("r.txt").write_text(text, "utf-8")
    return run_here(command, "r.txt", "--no-header", "--no-annotate", "--retries", "0", *words)


def wheels(folder: str, *releases: tuple[str, str], requires: tuple[str, ...] = ()) -> Path:
    """Put wheels into a folder, which has been there for long."""
    place = Path(folder)
    place.mkdir(exist_ok=True)
    for name, version in releases:
        (place / f"{name}-{version}-py3-none-any.whl").write_bytes(wheel(name, version, requires))
    age(place)
    return place


def age(place: Path) -> None:
    """Have a folder look as if nothing was changed in it just now."""
    long_ago = time.time() - 1000
    os.utime(place, (long_ago, long_ago))


# Several indexes


def test_a_package_found_on_an_index_is_asked_of_no_later_one(public: Loopback, private: Loopback) -> None:
    """A stranger's upload to a public index does not stand in for it."""
    private.add("a", "1")
    public.add("a", "99")
    public.add("b", "1")
    done = resolve("a\nb\n", "-i", public.index, "--index", f"mine={private.index}")
    assert succeeded(done) == "a==1\nb==1\n"
    assert "/simple/a/" not in public.paths()


def test_where_a_package_was_looked_for_is_told(public: Loopback, private: Loopback) -> None:
    """By the names of the indexes, in order."""
    wheels("wheels", ("b", "1"))
    done = resolve("a\n", "-i", f"other={public.index}", "--index", f"mine={private.index}", "-f", "wheels")
    place = Path("wheels").absolute()
    said = f"which does not exist (not found on index file://{place}/, mine, other, searched in order)"
    assert f"a (r.txt:1), {said}" in failed(done, 1)


def test_best_match_has_the_files_of_all_indexes(public: Loopback, private: Loopback) -> None:
    """Also where two have files of one name that differ: either may be what an installer takes."""
    name = "a-1-py3-none-any.whl"
    for index, requires in ((private, []), (public, ["b"])):
        index.add("a", "1", requires)
        index.add("b", "1")
    public.add("a", "2")
    words = ("-i", public.index, "--index", private.index, "--index-strategy", "unsafe-best-match")
    assert succeeded(resolve("a\n", *words)) == "a==2\n"
    found = json.loads(succeeded(resolve("a<2\n", *words, "--format", "json")))
    files = found["pins"][0]["files"]
    assert [file["filename"] for file in files] == [name, name]
    assert files[0]["url"].startswith(private.url)
    assert files[0]["hashes"] != files[1]["hashes"]
    hashes = succeeded(resolve("a<2\n", *words, "--generate-hashes"))
    assert hashes.count("--hash=sha256:") == 2


def test_a_pinned_package_comes_from_its_index_and_no_other_hears_of_it(
    public: Loopback, private: Loopback
) -> None:
    """Neither index nor place with files, however the name is spelt, also where it is not there."""
    public.add("a", "1", ["Secret_Thing"])
    wheels("wheels", ("secret_thing", "9"))
    private.add("secret-thing", "2")
    words = ("-i", public.index, "-f", "wheels", "--explicit-index", f"mine={private.index}")
    done = resolve("a\n", *words, "--index-package", "secret.thing=mine")
    assert succeeded(done) == "a==1\nsecret-thing==2\n"
    assert all("secret" in path for path in private.paths())
    assert not any("secret" in path for path in public.paths())
    done = resolve("gone\n", *words, "--index-package", "gone=mine")
    assert "gone (r.txt:1), which does not exist (not found on index mine)" in failed(done, 1)
    assert not any("gone" in path for path in public.paths())


def test_an_explicit_index_is_asked_for_nothing_else(public: Loopback, private: Loopback) -> None:
    """With a warning where nothing at all is to come from it."""
    public.add("a", "1")
    done = resolve("a\n", "-i", public.index, "--explicit-index", f"mine={private.index}")
    assert (done.code, done.stdout) == (0, "a==1\n")
    assert done.stderr == (
        "warning: no package is to come from the index mine: name some with --index-package\n"
    )
    assert not private.paths()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (
            ["--index-package", "a=mien"],
            "--index-package a=mien: no index has that name; did you mean 'mine'?",
        ),
        (["--index-package", "a=other"], "--index-package a=other: no index has that name; known are mine, "),
        (
            ["--index", "mine=http://127.0.0.1:9/b"],
            "two indexes have the name 'mine': give one of them another",
        ),
        (["-f", "nowhere"], "--find-links nowhere: there is no such file or folder"),
        (["--index", "disk=file:///nowhere"], "the index disk is no folder of this machine: /nowhere"),
    ],
)
def test_indexes_that_make_no_sense_are_told(words: list[str], said: str) -> None:
    """Before anything is asked."""
    index = ("-i", "http://127.0.0.1:9/", "--index", "mine=http://127.0.0.1:9/a")
    assert failed(resolve("a\n", *index, *words), 2).startswith(said)


def test_options_of_indexes_work_in_the_library(public: Loopback, private: Loopback) -> None:
    """In ``resolve`` as in the provider, which gives the same."""
    private.add("a", "1")
    public.add("a", "2")
    public.add("b", "1")
    options = Options(
        index_url=public.index,
        explicit_indexes=(f"mine={private.index}",),
        package_indexes=("a=mine",),
        find_links=(str(wheels("wheels", ("b", "3"))),),
        no_cache=True,
    )
    assert pins_of(resolve_for_library(["a", "b"], options)) == {"a": "1", "b": "3"}
    with IndexProvider(options) as provider:
        found = provider.find_matches("a", {"a": iter(["a"])}, {"a": iter([])})
        assert callable(found)
        assert [str(candidate.version) for candidate in found()] == ["1"]


def pins_of(resolution: Resolution) -> dict[str, str]:
    return {name: str(pin.version) for name, pin in resolution.pins.items()}


def test_variables_and_requirements_files_name_indexes_too(
    public: Loopback, private: Loopback, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Paths in a file are those beside it."""
    private.add("a", "1")
    public.add("a", "2")
    monkeypatch.setenv("RESOLVER_EXTRA_INDEX_URL", f"mine={private.index}")
    monkeypatch.setenv("RESOLVER_INDEX_PACKAGE", "a=mine")
    assert succeeded(resolve("a\n", "-i", public.index)) == "a==1\n"
    wheels("sub", ("b", "1"))
    Path("sub/more.txt").write_text("--no-index\n-f .\nb\n", "utf-8")
    assert succeeded(run_here("resolve", "sub/more.txt", "--no-header", "--no-annotate")) == "b==1\n"


def test_pips_configuration_names_places_too(public: Loopback, monkeypatch: pytest.MonkeyPatch) -> None:
    """One that is not there is passed over, as by pip; a default index on disk is one."""
    public.add("a", "1")
    place = wheels("wheels", ("a", "2")).absolute()
    monkeypatch.setenv("PIP_INDEX_URL", public.index)
    monkeypatch.setenv("PIP_FIND_LINKS", f"{place} /nowhere")
    done = resolve("a\n")
    assert (done.code, done.stdout) == (0, "a==2\n")
    assert (
        done.stderr == "warning: pip's configuration names a place with files that is not there: /nowhere\n"
    )
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    assert resolve("a\n").stdout == "a==2\n"
    monkeypatch.delenv("PIP_NO_INDEX")
    monkeypatch.delenv("PIP_FIND_LINKS")
    (place / "a").mkdir()
    (place / "a" / "index.html").write_text('<a href="../a-2-py3-none-any.whl">a</a>')
    monkeypatch.setenv("PIP_INDEX_URL", place.as_uri())
    assert succeeded(resolve("a\n")) == "a==2\n"


# Places with files


def test_files_of_a_folder_stand_beside_those_of_the_index(public: Loopback) -> None:
    """As with pip: whichever is newest; of one version the folder's."""
    public.add("a", "1")
    public.add("a", "3")
    public.add("b", "1")
    place = wheels("my wheels%20", ("a", "2"), ("b", "2"), ("b_c", "7"))
    (place / "b-3.tar.gz").write_bytes(sdist("b", "3"))
    (place / "notes.txt").write_text("nothing")
    (place / "b-4-py3-none-any.whl").mkdir()
    words = ("-i", public.index, "--find-links", "my wheels%20")
    assert succeeded(resolve("a\nb\n", *words)) == "a==3\nb==3\n"
    assert succeeded(resolve("a<3\nb!=3\n", *words)) == "a==2\nb==2\n"
    found = json.loads(succeeded(resolve("b==2\n", *words, "--format", "json")))
    assert found["pins"][0]["files"][0]["url"] == f"{place.absolute().as_uri()}/b-2-py3-none-any.whl"


def test_without_an_index_the_folder_is_all_there_is(public: Loopback) -> None:
    """Its requirements are found there, too; nobody is asked, offline or not."""
    wheels("wheels", ("a", "1"), requires=("b",))
    wheels("wheels", ("b", "1"))
    for words in ((), ("--offline",), ("--no-cache",)):
        assert (
            succeeded(resolve("a\n", "--no-index", "-f", "wheels", "-i", public.index, *words))
            == "a==1\nb==1\n"
        )
    assert not public.paths()
    done = resolve("a\nc\n", "--no-index", "-f", "wheels")
    assert (
        f"c (r.txt:2), which does not exist (not found on index file://{Path('wheels').absolute()}/)"
        in failed(done, 1)
    )


def test_where_there_is_nowhere_to_look_that_is_said(work: Path) -> None:
    """``--no-index`` without a place with files."""
    (work / "a.in").write_text("a\n", "utf-8")
    said = failed(run_here("resolve", "a.in", "--no-index", "--no-cache"), 1)
    assert "does not exist as far as is known (no index is asked, and no place with files is named)" in said


@pytest.mark.parametrize("engine", ["pubgrub", "resolvelib"])
def test_digests_of_a_folders_files_are_computed_where_they_are_asked_for(engine: str) -> None:
    """Of the pins only; the index of a folder has none."""
    place = wheels("wheels", ("a", "1"), ("a", "0"))
    digest = sha256((place / "a-1-py3-none-any.whl").read_bytes())
    words = ("--no-index", "-f", "wheels", "--engine", engine)
    assert succeeded(resolve("a\n", *words, "--generate-hashes")) == f"a==1 \\\n    --hash=sha256:{digest}\n"
    found = json.loads(succeeded(resolve("a\n", *words, "--format", "json")))
    assert found["pins"][0]["files"][0]["hashes"] == {}


def test_names_in_a_folder_may_have_any_characters() -> None:
    """Versions have a plus sign; what a URL would take for something else is no distribution's name."""
    place = wheels("wheels", ("a", "1+cpu"))
    for odd in (
        "a-2%2Bcpu-py3-none-any.whl",
        "a-3#x-py3-none-any.whl",
        "a-4?-py3-none-any.whl",
        "\udcff.whl",
    ):
        (place / odd).write_bytes(wheel("a", "9"))
    assert succeeded(resolve("a\n", "--no-index", "-f", "wheels")) == "a==1+cpu\n"


def test_of_a_large_wheel_in_a_folder_only_the_end_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where METADATA is, as over the network."""
    place = wheels("wheels", ("a", "1"), requires=("b",))
    wheels("wheels", ("b", "1"))
    with zipfile.ZipFile(place / "a-1-py3-none-any.whl", "a") as archive:
        small = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(place / "a-1-py3-none-any.whl", "w") as archive:
        archive.writestr("a/large", os.urandom(3_000_000))
        for name, content in small.items():
            archive.writestr(name, content)
    read: list[int] = []
    answer = local._answer

    def counted(path: str, request: Request) -> Response:
        found = answer(path, request)
        read.append(len(found.body))
        return found

    monkeypatch.setattr(local, "_answer", counted)
    assert succeeded(resolve("a\n", "--no-index", "-f", "wheels")) == "a==1\nb==1\n"
    assert sum(read) < 100_000


def test_pages_and_single_files_are_places(public: Loopback) -> None:
    """On the network and on this machine; relative links, and hashes in their fragments."""
    url = public.put("a-1-py3-none-any.whl", wheel("a", "1"))
    public.put("b-1-py3-none-any.whl", wheel("b", "1"))
    public.files["/links/"] = b'<html><a href="../files/b-1-py3-none-any.whl">b</a></html>'
    wheels("wheels", ("c", "1"), ("d", "1"))
    Path("here.html").write_text('<a href="wheels/c-1-py3-none-any.whl">c</a>')
    places = (
        url,
        f"{public.url}/links/",
        "here.html",
        Path("wheels/d-1-py3-none-any.whl").absolute().as_uri(),
    )
    words = [word for place in places for word in ("-f", place)]
    assert succeeded(resolve("a\nb\nc\nd\n", "--no-index", *words)) == "a==1\nb==1\nc==1\nd==1\n"
    assert public.paths().count("/links/") == 1


@pytest.mark.parametrize(
    ("page", "said"),
    [
        ("/missing.html", "answers with status 404"),
        ("/file", "is of type 'application/octet-stream'"),
        ("/login/", "is a page without any link"),
    ],
)
def test_a_place_that_is_none_is_told(public: Loopback, page: str, said: str) -> None:
    """It is never taken for one that has nothing."""
    public.files["/file"] = b"a-1-py3-none-any.whl"
    public.files["/login/"] = b"<html><form></form></html>"
    public.add("a", "1")
    assert said in failed(resolve("a\n", "-i", public.index, "-f", f"{public.url}{page}"), 3)


def test_what_changes_in_a_folder_is_seen(public: Loopback) -> None:
    """Nothing is kept of it: new files, and files that have become others under their name."""
    public.add("b", "1")
    place = wheels("wheels", ("a", "1"))
    words = ("-i", public.index, "-f", "wheels")
    assert succeeded(resolve("a\n", *words)) == "a==1\n"
    wheels("wheels", ("a", "1"), requires=("b",))
    assert succeeded(resolve("a\n", *words)) == "a==1\nb==1\n"
    wheels("wheels", ("b", "2"))
    age(place)
    assert succeeded(resolve("a\n", *words)) == "a==1\nb==2\n"
    (place / "a-1-py3-none-any.whl").write_bytes(b"no wheel")
    assert "a 1 has unusable metadata" in failed(resolve("a\n", *words), 1)


def test_notes_about_others_are_kept_beside_a_folder(public: Loopback, work: Path) -> None:
    """They hold as long as the folder does not change."""
    public.add("b", "1")
    wheels("wheels", ("a", "1"))
    words = ("-i", public.index, "-f", "wheels", "--cache-dir", "cache")
    assert succeeded(resolve("a\nb\n", *words)) == "a==1\nb==1\n"
    assert run_here("cache", "prune", "--cache-dir", "cache").code == 0
    notes = {path.name for path in (work / "cache").rglob("*") if path.is_file() and "note" in str(path)}
    assert "-b" in notes
    assert "-a" not in notes


def test_an_index_on_disk_is_read_like_one(public: Loopback) -> None:
    """A page a package, or a folder of files; what is not there is asked of the next."""
    public.add("c", "1")
    public.add("a", "9")
    root = Path("mirror")
    wheels("mirror", ("x", "1"))
    for name in ("a", "b"):
        (root / name).mkdir()
    (root / "a" / "index.html").write_text(
        '<base href="../files/"><a href="a-1-py3-none-any.whl#sha256=00">a</a>'
    )
    wheels("mirror/files", ("a", "1"))
    wheels("mirror/b", ("b", "1"))
    words = ("-i", public.index, "--index", f"disk={root.absolute().as_uri()}/")
    done = resolve("a\nb\nc\n", *words)
    assert "is not what the index promises" in failed(done, 4)
    (root / "a" / "index.html").write_text('<a href="../files/a-1-py3-none-any.whl">a</a>')
    assert succeeded(resolve("a\nb\nc\n", *words)) == "a==1\nb==1\nc==1\n"
    assert "/simple/a/" not in public.paths()


@pytest.mark.parametrize("local", [False, True])
def test_a_page_of_the_network_leads_to_no_file_of_this_machine(public: Loopback, *, local: bool) -> None:
    """Such links are left out; what the user names is another thing."""
    place = wheels("wheels", ("a", "2")).absolute()
    public.add("a", "1")
    link = f'<a href="{place.as_uri()}/a-2-py3-none-any.whl">a</a>'
    public.files["/simple/a/"] += link.encode()
    words = ("-f", "wheels") if local else ()
    assert succeeded(resolve("a\n", "-i", public.index, *words)) == f"a=={2 if local else 1}\n"


def test_what_is_no_regular_file_is_not_read(public: Loopback) -> None:
    """A pipe would wait for ever."""
    public.add("a", "1")
    os.mkfifo("links.html")
    assert "is no regular file" in failed(resolve("a\n", "-i", public.index, "-f", "links.html"), 3)


def test_folders_can_be_recorded_and_replayed(public: Loopback, work: Path) -> None:
    """No path of this machine enters a recording."""
    public.add("b", "1")
    wheels("wheels", ("a", "1"), requires=("b",))
    words = ("-i", f"other={public.index}", "-f", "wheels")
    assert succeeded(resolve("a\n", *words, "--record", "recording")) == "a==1\nb==1\n"
    assert succeeded(resolve("a\n", "--replay", "recording")) == "a==1\nb==1\n"
    for path in Path("recording").rglob("*.json"):
        assert str(work) not in path.read_text("utf-8")


def test_other_commands_read_folders_too(public: Loopback) -> None:
    """``resolve-many`` and ``why``."""
    public.add("b", "1")
    wheels("wheels", ("a", "1"), requires=("b",))
    words = ("-i", public.index, "-f", "wheels")
    Path("r.txt").write_text("a\nb\n", "utf-8")
    many = run_here("resolve-many", "r.txt", "--json-lines", *words)
    assert [json.loads(line)["status"] for line in many.stdout.splitlines()] == ["solved", "solved"]
    assert "a 1" in succeeded(run_here("why", "b", "r.txt", *words)).replace("==", " ")


@pytest.mark.parametrize("name", ["../../x", "..", "a/b", "%2e%2e%2fx", "a\0b"])
def test_a_name_that_is_a_path_is_no_package(public: Loopback, work: Path, name: str) -> None:
    """Neither in a requirements file nor in metadata, where it costs the version; no file comes to be."""
    public.add("a", "1")
    public.add("a", "2", [name])
    words = ("-i", public.index, "--cache-dir", "cache")
    assert "r.txt" in failed(resolve(f"{name}\n", *words), 2)
    assert succeeded(resolve("a\n", *words)) == "a==1\n"
    assert {path.name for path in work.parent.iterdir()} <= {"work", "home"}
    assert not any("x" in path.rpartition("/simple/")[2] for path in public.paths() if "/simple/" in path)


def test_limits_hold_for_files_of_this_machine() -> None:
    """As for pages of the network, and the message says how to lift them."""
    place = wheels("wheels", *(("a", str(number)) for number in range(11))).absolute()
    done = resolve("a\n", "--no-index", "-f", "wheels", "--max", "page-files=10")
    said = (
        f"file://{place}/ has 11 files, more than the limit of 10 (--max page-files=... sets another limit)."
    )
    assert said in failed(done, 7)
    Path("links.html").write_text(f'<a href="{place.as_uri()}/a-1-py3-none-any.whl">{"x" * 5000}</a>')
    done = resolve("a\n", "--no-index", "-f", "links.html", "--max", "page-bytes=1K")
    assert "more than the limit of 1,000 (--max page-bytes=... sets another limit)." in failed(done, 7)
    assert succeeded(resolve("a\n", "--no-index", "-f", "links.html")) == "a==1\n"


def test_a_place_with_a_login_gives_it_to_its_files(public: Loopback) -> None:
    """At its own origin; nothing of it is shown, or written."""
    public.put("a-1-py3-none-any.whl", wheel("a", "1"))
    public.files["/links/"] = b'<html><a href="../files/a-1-py3-none-any.whl">a</a></html>'
    place = f"{public.url}/links/".replace("//", "//me:hush@")
    Path("r.txt").write_text("a\n", "utf-8")
    words = ("--no-index", "-f", place, "-v", "--record", "recording", "--cache-dir", "cache")
    done = run_here("resolve", "r.txt", *words)
    assert done.code == 0
    assert all(login == "Basic bWU6aHVzaA==" for _, login in public.asked)
    assert "hush" not in done.stdout + done.stderr
    for path in Path().rglob("*"):
        assert not path.is_file() or b"hush" not in path.read_bytes()
    done = run_here("resolve", "r.txt", "-f", place, "--no-index", "--no-cache", "--index-package", "a=b")
    assert "hush" not in done.stderr
