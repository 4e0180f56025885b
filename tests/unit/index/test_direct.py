"""The source of addresses: what it fetches, what it reads, what it says of what cannot be used."""

from __future__ import annotations

import asyncio
import io
import tarfile
from typing import TYPE_CHECKING

import pytest

from resolver.errors import (
    BuildRefused,
    HashMismatch,
    IndexUnavailable,
    InputError,
    MetadataInvalid,
    ResolverError,
)
from resolver.index.direct import Addressed, Direct, DirectSource
from resolver.index.listing import Listing
from resolver.index.metadata import Metadata
from resolver.index.store import RecordStore
from resolver.model.references import Reference
from support.archives import zipped
from support.fake_transport import FakeTransport, answer
from support.loopback import commit, project, sdist, sha256, wheel
from support.memory import MemorySource

if TYPE_CHECKING:
    from pathlib import Path

    from resolver.model.distfile import DistFile

URL = "https://h.example/files/"
WHEEL = f"{URL}a-1-py3-none-any.whl"
SDIST = f"{URL}a-1.tar.gz"


class Builds:
    """Builds nothing, and says what was to be built."""

    def __init__(self, version: str = "1") -> None:
        self.asked: list[tuple[str | None, str]] = []
        self.version = version

    def known(self, name: str, file: DistFile) -> Metadata | None:
        """Return nothing."""
        raise NotImplementedError(name, file)

    async def build(self, name: str, file: DistFile) -> Metadata:
        """Never be asked."""
        raise NotImplementedError(name, file)

    async def build_archive(self, name: str | None, filename: str, body: bytes) -> Metadata:
        """Return metadata."""
        self.asked.append((name, filename))
        assert body
        return Metadata(str(name), self.version)

    async def build_tree(self, name: str | None, tree: str) -> Metadata:
        """Return metadata."""
        self.asked.append((name, tree.rpartition("/")[2]))
        return Metadata(str(name), self.version)


class World:
    """A source of addresses over a transport that is played."""

    def __init__(self, **how: object) -> None:
        self.transport = FakeTransport()
        self.direct = Direct(self.transport, **how)  # type: ignore[arg-type]  # what a test gives
        self.source = DirectSource(MemorySource({}), self.direct)

    def put(self, url: str, body: bytes) -> None:
        """Serve ``body``, whatever ranges are asked for."""
        self.transport.script(url, answer(200, body))

    def asked(self) -> list[str]:
        """Return the addresses that were fetched."""
        return [request.url for request in self.transport.asked]

    def look(self, text: str, name: str = "a", *, folder: str = "/") -> tuple[DistFile, Metadata]:
        """Return the one file that an address leads to, and its metadata."""
        reference = Reference.read(text, folder)
        self.source.know(name, reference)
        addressed = Addressed(self.source, {name: reference.of(name)})
        listing = addressed.listing_now(name) or asyncio.run(addressed.listing(name))
        (file,) = listing.files
        assert listing.name == name
        metadata = addressed.metadata_now(name, file)
        assert metadata is not None
        assert asyncio.run(addressed.metadata(name, file)) is metadata
        assert asyncio.run(addressed.listing(name)) is listing
        assert addressed.listing_now(name) is listing
        return file, metadata


def failure(world: World, text: str, kind: type[ResolverError], name: str = "a", folder: str = "/") -> str:
    """Return what is said of an address that cannot be used."""
    with pytest.raises(kind) as caught:
        world.look(text, name, folder=folder)
    assert type(caught.value) is kind
    return str(caught.value)


def test_wheel_without_digest_is_read_by_ranges() -> None:
    world = World()
    world.put(WHEEL, wheel("a", "1", ["b"], ">=3.8"))
    file, metadata = world.look(WHEEL)
    assert (file.filename, file.url, file.requires_python) == ("a-1-py3-none-any.whl", WHEEL, ">=3.8")
    assert metadata.requires_dist == ("b",)
    assert world.transport.asked[0].byte_range is not None


def test_wheel_with_digest_is_read_whole() -> None:
    """And so is one of which the digest is to be told."""
    body = wheel("a", "1")
    for world, text in ((World(), f"{WHEEL}#sha256={sha256(body)}"), (World(hashing=True), WHEEL)):
        world.put(WHEEL, body)
        file, _ = world.look(text)
        assert (file.hashes, file.size) == ({"sha256": sha256(body)}, len(body))
        assert [request.byte_range for request in world.transport.asked] == [None]


def test_mismatch_is_asked_for_once_more() -> None:
    body = wheel("a", "1")
    world = World()
    world.transport.script(WHEEL, answer(200, b"other"), answer(200, body))
    world.look(f"{WHEEL}#sha256={sha256(body)}")
    assert [request.fresh for request in world.transport.asked] == [False, True]
    world = World()
    world.put(WHEEL, body)
    said = failure(world, f"{WHEEL}#sha512={'0' * 128}", HashMismatch)
    assert WHEEL in said


def test_one_of_the_digests_behind_a_requirement_must_be_right() -> None:
    body = wheel("a", "1")
    world = World()
    world.put(WHEEL, body)
    reference = Reference.read(WHEEL, "/")
    good = reference.edited(allowed=(f"sha256:{'0' * 64}", f"sha256:{sha256(body)}"))
    bad = reference.edited(allowed=(f"sha256:{'0' * 64}",))
    for each in (good, bad):
        world.source.know("a", each)
    assert asyncio.run(world.source.listing(good.of("a"))).files[0].hashes == {"sha256": sha256(body)}
    with pytest.raises(HashMismatch):
        asyncio.run(world.source.listing(bad.of("a")))


def test_credentials_go_into_requests_only() -> None:
    world = World()
    url = WHEEL.replace("://", "://me:pw@")
    world.put(url, wheel("a", "1"))
    file, _ = world.look(url)
    assert file.url == WHEEL
    assert set(world.asked()) == {url}


@pytest.mark.parametrize(
    ("body", "kind", "words"),
    [
        (None, IndexUnavailable, f"a is to come from {WHEEL}, which answers with status 404"),
        (b"no wheel", MetadataInvalid, "no ZIP archive"),
        (wheel("b", "1"), MetadataInvalid, "a-1-py3-none-any.whl"),
        (wheel("a", "2"), MetadataInvalid, "a-1-py3-none-any.whl"),
    ],
)  # fmt: skip
def test_what_is_no_such_wheel_is_said(
    body: bytes | None, kind: type[ResolverError], words: str, tmp_path: Path
) -> None:
    """On this machine it is an error of the user's."""
    world = World()
    if body is not None:
        world.put(WHEEL, body)
        (tmp_path / "a-1-py3-none-any.whl").write_bytes(body)
    assert words in failure(world, WHEEL, kind)
    assert "index lists" not in failure(world, WHEEL, kind)
    place = str(tmp_path / "a-1-py3-none-any.whl")
    assert place in failure(world, place, InputError)
    assert place in failure(World(hashing=True), place, InputError)


def test_wheel_here_is_read_where_it_lies(tmp_path: Path) -> None:
    body = wheel("a", "1", ["b"])
    (tmp_path / "a-1-py3-none-any.whl").write_bytes(body)
    file, metadata = World().look("./a-1-py3-none-any.whl", folder=str(tmp_path))
    assert (file.url, file.hashes) == ((tmp_path / "a-1-py3-none-any.whl").as_uri(), {})
    assert metadata.requires_dist == ("b",)
    file, _ = World().look(f"./a-1-py3-none-any.whl#sha256={sha256(body)}", folder=str(tmp_path))
    assert file.hashes == {"sha256": sha256(body)}


def test_source_distribution_is_read_if_it_is_static(tmp_path: Path) -> None:
    world = World()
    world.put(SDIST, sdist("a", "1", ["b"]))
    file, metadata = world.look(SDIST)
    assert (file.filename, metadata.requires_dist) == ("a-1.tar.gz", ("b",))
    (tmp_path / "a-1.tar.gz").write_bytes(sdist("a", "1"))
    assert World().look("a-1.tar.gz", folder=str(tmp_path))[0].filename == "a-1.tar.gz"


def test_other_archives_must_be_built(tmp_path: Path) -> None:
    """Where that is allowed, after their digest was checked."""
    content = io.BytesIO()
    with tarfile.open(fileobj=content, mode="w:gz") as archive:
        archive.addfile(tarfile.TarInfo("a-main/setup.py"))
    body = content.getvalue()
    (tmp_path / "main.tar.gz").write_bytes(body)
    for text, folder in ((f"{URL}main.tar.gz", "/"), ("main.tar.gz", str(tmp_path))):
        world = World()
        world.put(f"{URL}main.tar.gz", body)
        assert "--build allow" in failure(world, text, BuildRefused, folder=folder)
        builds = Builds("1.0.dev3")
        world = World(builds=builds)
        world.put(f"{URL}main.tar.gz", body)
        file, _ = world.look(f"{text}#sha256={sha256(body)}", folder=folder)
        assert builds.asked == [("a", "main.tar.gz")]
        assert (file.filename, file.hashes) == ("a-1.0.dev3.tar.gz", {"sha256": sha256(body)})
        failure(world, f"{text}#sha256={'0' * 64}", HashMismatch, folder=folder)
        assert builds.asked == [("a", "main.tar.gz")]


def test_archive_of_a_repository_is_read_from_its_project_file() -> None:
    project_file = b'[project]\nname = "a"\nversion = "3"\n'
    body = zipped({"repo-v3/pyproject.toml": b"[x]\n", "repo-v3/b/pyproject.toml": project_file})
    world = World()
    world.put(f"{URL}v3.zip", body)
    file, _ = world.look(f"{URL}v3.zip#subdirectory=b")
    assert (file.filename, file.hashes) == ("a-3.tar.gz", {"sha256": sha256(body)})
    assert "--build allow" in failure(world, f"{URL}v3.zip", BuildRefused)
    assert "it is 'a' '3'" in failure(world, f"{URL}v3.zip#subdirectory=b", MetadataInvalid, "c")


def test_folder_is_read_or_built(tmp_path: Path) -> None:
    project(tmp_path / "static" / "sub", "A", "1.0", ["b"])
    file, metadata = World().look("static#subdirectory=sub", folder=str(tmp_path))
    assert (file.filename, metadata.requires_dist) == ("a-1.0.tar.gz", ("b",))
    (tmp_path / "old").mkdir()
    (tmp_path / "old" / "setup.py").touch()
    assert "--build allow" in failure(World(), "old", BuildRefused, folder=str(tmp_path))
    builds = Builds()
    World(builds=builds).look("old", folder=str(tmp_path))
    assert builds.asked == [("a", "old")]
    (tmp_path / "empty").mkdir()
    said = failure(World(), "empty", InputError, folder=str(tmp_path))
    assert "neither pyproject.toml nor setup.py" in said
    assert "it is 'A' '1.0'" in failure(World(), "static#subdirectory=sub", InputError, "b", str(tmp_path))
    (tmp_path / "static" / "sub" / "pyproject.toml").write_text("[", "utf-8")
    assert "no project file" in failure(World(), "static#subdirectory=sub", InputError, folder=str(tmp_path))
    (tmp_path / "folder" / "pyproject.toml").mkdir(parents=True)
    assert "cannot be read" in failure(World(), "folder", InputError, folder=str(tmp_path))
    project(tmp_path / "odd", "a", "no version")
    assert "no version" in failure(World(), "odd", InputError, folder=str(tmp_path))


def test_commit_is_read_once(tmp_path: Path) -> None:
    """What it says is kept, since it cannot change; damage is asked for again."""
    project(tmp_path / "repo", "a", "1", ["b"])
    first = commit(tmp_path / "repo")
    url = f"git+file://{tmp_path}/repo"
    cache = tmp_path / "cache"
    file, metadata = World(store=RecordStore(str(cache))).look(url)
    assert (file.url, metadata.requires_dist) == (f"{url}@{first}", ("b",))
    offline = World(store=RecordStore(str(cache)), offline=True)
    assert offline.look(f"{url}@{first}")[1] == metadata
    assert "--offline" in failure(offline, f"{url}@main", IndexUnavailable)
    assert World(store=RecordStore(str(cache))).look(f"{url}@{first[:9]}")[1] == metadata
    for path in cache.rglob("*"):
        if path.is_file():
            path.write_bytes(path.read_bytes()[:-5])
    assert World(store=RecordStore(str(cache))).look(f"{url}@{first}")[1] == metadata


def test_commit_is_built_where_it_says_too_little(tmp_path: Path) -> None:
    (tmp_path / "repo" / "sub").mkdir(parents=True)
    (tmp_path / "repo" / "sub" / "setup.py").touch()
    found = commit(tmp_path / "repo")
    url = f"git+file://{tmp_path}/repo"
    assert "--build allow" in failure(World(), f"{url}#subdirectory=sub", BuildRefused)
    builds = Builds("3")
    file, _ = World(builds=builds).look(f"{url}#subdirectory=sub")
    assert (file.url, file.filename) == (f"{url}@{found}", "a-3.tar.gz")
    assert builds.asked == [("a", "sub")]


def test_other_names_are_asked_of_the_index() -> None:
    listing = Listing("b", [])

    class Index(MemorySource):
        async def listing(self, name: str) -> Listing:
            return listing if name == "b" else await super().listing(name)

        def listing_now(self, name: str) -> Listing | None:
            return listing if name == "b" else super().listing_now(name)

    source = DirectSource(Index({}), Direct(FakeTransport()))
    addressed = Addressed(source, {"a": "a @ x"})
    assert addressed.listing_now("b") is listing
    assert asyncio.run(addressed.listing("b")) is listing
    asyncio.run(addressed.close())
