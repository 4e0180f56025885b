"""A recording answers what was asked when it was made, in the same words, and says what it lacks."""

from __future__ import annotations

import asyncio
import hashlib
import json
from typing import TYPE_CHECKING, Any

import pytest

from resolver.errors import (
    BuildRefused,
    IndexUnavailable,
    InputError,
    MetadataInvalid,
    OutputError,
    ResolverError,
)
from resolver.index.listing import Listing
from resolver.index.metadata import Metadata
from resolver.index.replay import RecordingSource, ReplaySource
from resolver.model.distfile import DistFile
from support.memory import MemorySource

if TYPE_CHECKING:
    from pathlib import Path

UNIVERSE: dict[str, dict[str, Any]] = {
    "six": {
        "1.0": {},
        "1.1": {"requires": ["attrs>=1"], "extras": {"x": ["idna"]}, "requires_python": ">=3"},
    },
    "attrs": {"1.0": {}, "1.1": {}},
}
PORT = "http://me:secret@127.0.0.1:34567"


class Answers:
    """A source that answers with what it was given; an exception is raised."""

    def __init__(
        self, *listings: Listing, metadata: dict[str, Metadata | ResolverError] | None = None
    ) -> None:
        self._listings = {listing.name: listing for listing in listings}
        self._metadata = metadata or {}
        self.closed = 0

    def listing_now(self, name: str) -> Listing | None:
        return self._listings[name]

    async def listing(self, name: str) -> Listing:
        return self._listings[name]

    def metadata_now(self, name: str, file: DistFile) -> Metadata | None:
        assert name in self._listings
        found = self._metadata[file.filename]
        if isinstance(found, ResolverError):
            raise found
        return found

    async def metadata(self, name: str, file: DistFile) -> Metadata:
        found = self.metadata_now(name, file)
        assert found is not None
        return found

    async def close(self) -> None:
        self.closed += 1


def facts(listing: Listing) -> dict[str, object]:
    """Return all that a listing says, files as dictionaries."""
    found = {slot: getattr(listing, slot) for slot in Listing.__slots__}
    found["files"] = [{slot: getattr(file, slot) for slot in DistFile.__slots__} for file in listing.files]
    return found


def six(*files: DistFile, **told: object) -> Listing:
    """Return a listing of six, from a page of a host that must not be recorded."""
    return Listing("six", files, url=f"{PORT}/simple/six/", **told)  # type: ignore[arg-type]  # a table's row


def recorded(tmp_path: Path, source: Answers, *asked: str) -> ReplaySource:
    """Ask ``source`` for its listings and for the metadata of the files in ``asked``; save and open that."""
    recording = RecordingSource(source, tmp_path / "rec")
    for listing in source._listings.values():
        recording.listing_now(listing.name)
        for file in listing.files:
            if file.filename in asked:
                try:
                    recording.metadata_now(listing.name, file)
                except (MetadataInvalid, BuildRefused):
                    continue
    recording.save()
    return ReplaySource(tmp_path / "rec")


def contents(folder: Path) -> dict[str, bytes]:
    """Return all files below ``folder``."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()
    }


async def ask_all(source: RecordingSource | ReplaySource, names: list[str]) -> dict[str, object]:
    """Ask for the listings of ``names`` and all their metadata, waiting where that is needed."""
    answers: dict[str, object] = {}
    for name in names:
        listing = source.listing_now(name) or await source.listing(name)
        answers[name] = facts(listing) | {"url": None, "places": None}
        for file in listing.files:
            answers[file.filename] = source.metadata_now(name, file) or await source.metadata(name, file)
    return answers


@pytest.mark.parametrize("patient", [True, False])
def test_replay_answers_as_the_recorded_source_did(tmp_path: Path, *, patient: bool) -> None:
    """Whether the source answered at once or after waiting."""
    names = ["six", "attrs", "absent"]

    async def record() -> dict[str, object]:
        source = RecordingSource(MemorySource(UNIVERSE, patient=patient), tmp_path / "rec", asked=["six>=1"])
        answers = await ask_all(source, names)
        source.save()
        return answers

    before = asyncio.run(record())
    replay = ReplaySource(tmp_path / "rec")
    assert asyncio.run(ask_all(replay, names)) == before
    assert json.loads((tmp_path / "rec" / "recording.json").read_text(encoding="utf-8")) == {
        "format": 1,
        "asked": ["six>=1"],
        "packages": ["absent", "attrs", "six"],
    }


def test_replay_gives_the_same_objects_each_time(tmp_path: Path) -> None:
    file = DistFile("six-1.0.tar.gz", f"{PORT}/six-1.0.tar.gz")
    replay = recorded(
        tmp_path, Answers(six(file), metadata={file.filename: Metadata("six", "1.0")}), file.filename
    )

    async def ask() -> tuple[Listing, Metadata]:
        answers = await replay.listing("six"), await replay.metadata("six", file)
        await replay.close()
        return answers

    listing, metadata = asyncio.run(ask())
    assert listing is replay.listing_now("six")
    assert metadata is replay.metadata_now("six", file)


def test_everything_that_a_listing_says_is_kept(tmp_path: Path) -> None:
    """But for credentials, queries, fragments, and the host of the page."""
    listing = six(
        DistFile("six-1.0.tar.gz", f"{PORT}/files/six-1.0.tar.gz?token=secret#sha256=00",
                 hashes={"sha256": "00", "md5": "1"}),
        DistFile("six-1.1+x.tar.gz", f"{PORT}/files/ab/six-1.1%2Bx.tar.gz", hashes={"md5": "2"}, yanked=True),
        DistFile("six-1.2.tar.gz", "https://me:secret@cdn.example/f/six-1.2.tar.gz", yanked="bäd", size=0),
        DistFile("six-1.3.tar.gz", f"{PORT}/files/get/3", requires_python=">3", core_metadata={"md5": ""}),
        DistFile("six-1.4.tar.gz", f"{PORT}/files/six-1.4.tar.gz", upload_time="2024-01-01", yanked=False),
        status="archived", status_reason="old", dropped=2, drop_reasons=["one", "two"],
    )  # fmt: skip
    found = recorded(tmp_path, Answers(listing)).listing_now("six")
    origin = "https://index.example"
    expected = Listing(
        "six",
        [
            DistFile("six-1.0.tar.gz", f"{origin}/files/six-1.0.tar.gz", hashes={"sha256": "00"}),
            DistFile("six-1.1+x.tar.gz", f"{origin}/files/ab/six-1.1%2Bx.tar.gz", hashes={"md5": "2"},
                     yanked=True),
            DistFile("six-1.2.tar.gz", "https://cdn.example/f/six-1.2.tar.gz", yanked="bäd", size=0),
            DistFile("six-1.3.tar.gz", f"{origin}/files/get/3", requires_python=">3", core_metadata=True),
            DistFile("six-1.4.tar.gz", f"{origin}/files/six-1.4.tar.gz", upload_time="2024-01-01"),
        ],
        url=f"{origin}/simple/six/",
        status="archived", status_reason="old", dropped=2, drop_reasons=["one", "two"],
    )  # fmt: skip
    assert facts(found) == facts(expected)


def test_neither_hosts_nor_credentials_are_written(tmp_path: Path) -> None:
    source = Answers(
        six(DistFile("six-1.0.tar.gz", f"{PORT}/six-1.0.tar.gz?token=secret")),
        Listing("absent", absent=True, places=[f"{PORT}/simple/absent/?x=secret"]),
        metadata={"six-1.0.tar.gz": MetadataInvalid("http://127.0.0.1:34567/six-1.0.tar.gz is broken")},
    )
    replay = recorded(tmp_path, source, "six-1.0.tar.gz")
    written = b"".join(contents(tmp_path).values())
    assert [word for word in (b"secret", b"127.0.0.1", b"34567") if word in written] == []
    assert replay.listing_now("absent").places == ("https://index.example/simple/absent/",)


def test_equal_metadata_is_written_once(tmp_path: Path) -> None:
    """Versions that differ in nothing else share a block, even where another lies between them."""
    names = [f"six-{number}.tar.gz" for number in range(5)]
    metadata: dict[str, Metadata | ResolverError] = {
        name: Metadata("six", str(number), requires_dist=("attrs",) if number != 2 else ())
        for number, name in enumerate(names)
    }
    files = [DistFile(name, f"{PORT}/{name}") for name in names]
    replay = recorded(tmp_path, Answers(six(*files), metadata=metadata), *names)
    written = (tmp_path / "rec" / "packages" / "six.json").read_text(encoding="utf-8")
    assert written.count("Requires-Dist: attrs") == 1
    assert [replay.metadata_now("six", file) for file in files] == list(metadata.values())


@pytest.mark.parametrize("error", [MetadataInvalid("no name"), BuildRefused("would be built")])
def test_metadata_that_could_not_be_used_is_recorded(tmp_path: Path, error: ResolverError) -> None:
    """Asked at once or with waiting, then raised again in the same words, each time anew."""
    file = DistFile("six-1.0.tar.gz", f"{PORT}/six-1.0.tar.gz")
    recording = RecordingSource(Answers(six(file), metadata={file.filename: error}), tmp_path / "rec")
    recording.listing_now("six")
    with pytest.raises(type(error)):
        asyncio.run(recording.metadata("six", file))
    recording.save()
    raised = []
    for _ in range(2):
        with pytest.raises(type(error)) as caught:
            ReplaySource(tmp_path / "rec").metadata_now("six", file)
        raised.append(caught.value)
    assert [str(found) for found in raised] == [str(error)] * 2
    assert raised[0] is not error


def test_failure_of_the_index_is_not_recorded(tmp_path: Path) -> None:
    file = DistFile("six-1.0.tar.gz", f"{PORT}/six-1.0.tar.gz", core_metadata=True)
    source = Answers(six(file), metadata={file.filename: IndexUnavailable("503")})
    recording = RecordingSource(source, tmp_path / "rec")
    recording.listing_now("six")
    with pytest.raises(IndexUnavailable, match="503"):
        recording.metadata_now("six", file)
    recording.save()
    with pytest.raises(IndexUnavailable, match=r"does not hold the metadata of six-1\.0\.tar\.gz"):
        ReplaySource(tmp_path / "rec").metadata_now("six", file)


def test_source_distribution_that_was_not_looked_at_would_have_to_be_built(tmp_path: Path) -> None:
    """Recordings were made by resolvers that did not read them."""
    file = DistFile("six-1.0.tar.gz", f"{PORT}/six-1.0.tar.gz")
    replay = recorded(tmp_path, Answers(six(file)))
    with pytest.raises(BuildRefused, match=r"does not hold the metadata of six-1\.0\.tar\.gz"):
        replay.metadata_now("six", file)


def test_what_was_not_asked_for_is_missed(tmp_path: Path) -> None:
    """The message says how to get it."""
    replay = recorded(tmp_path, Answers(six()))
    with pytest.raises(IndexUnavailable) as caught:
        replay.listing_now("attrs")
    directory = tmp_path / "rec"
    assert str(caught.value) == (
        f"The recording {directory} does not hold the package attrs, which this resolution asks for. It was "
        f"made with other requirements or options: record again with --record {directory}."
    )


def test_equal_answers_make_equal_bytes(tmp_path: Path) -> None:
    """Whatever the order in which things were asked, and whatever was there before."""

    def record(folder: Path, names: list[str]) -> dict[str, bytes]:
        source = RecordingSource(MemorySource(UNIVERSE), folder)
        asyncio.run(ask_all(source, names))
        source.save()
        return contents(folder)

    first = record(tmp_path / "a", ["six", "attrs"])
    record(tmp_path / "b", ["attrs", "absent"])
    assert (record(tmp_path / "b", ["attrs", "six"]), sorted(first)) == (
        first,
        ["packages/attrs.json", "packages/six.json", "recording.json"],
    )


def test_layout_of_a_package_file_is_stable(tmp_path: Path) -> None:
    """A file of the listing and a line of metadata have a line each; this text is the format."""
    name = "six-1.0-py3-none-any.whl"
    file = DistFile(
        name, f"{PORT}/f/{name}", hashes={"sha256": "00"}, size=5, requires_python=">=3", yanked="x\ny"
    )
    metadata: dict[str, Metadata | ResolverError] = {
        name: Metadata("six", "1.0", requires_dist=("a", "b;\nextra=='c'"), requires_python=">=3",
                       provides_extra=("c",), dynamic=("requires-dist",))
    }  # fmt: skip
    recorded(tmp_path, Answers(six(file), metadata=metadata), name)
    assert (tmp_path / "rec" / "packages" / "six.json").read_text(encoding="utf-8") == (
        '{\n"name": "six",\n"page": "/simple/six/",\n"base": "/f/",\n"files": [\n'
        '{"filename":"six-1.0-py3-none-any.whl","sha256":"00","size":5,"requires-python":">=3","yanked":"x\\ny"}\n],\n'
        '"metadata": [\n{"files": {\n"six-1.0-py3-none-any.whl":"1.0"\n},\n"fields": [\n'
        '"Metadata-Version: 2.1",\n"Name: six",\n"Dynamic: requires-dist",\n"Requires-Python: >=3",\n'
        '"Provides-Extra: c",\n"Requires-Dist: a",\n"Requires-Dist: b; extra==\'c\'"\n]}\n]\n}\n'
    )


def test_closing_closes_the_source_and_writes_nothing(tmp_path: Path) -> None:
    """A resolution that was broken off must not replace a good recording."""
    source = Answers(six())
    recording = RecordingSource(source, tmp_path / "rec")
    recording.listing_now("six")
    asyncio.run(recording.close())
    assert (source.closed, (tmp_path / "rec").exists()) == (1, False)


def test_only_what_was_used_is_written(tmp_path: Path) -> None:
    """What else was fetched depends on the order of arrival."""
    files = [DistFile(f"six-{n}-py3-none-any.whl", f"{PORT}/files/six-{n}-py3-none-any.whl") for n in "12"]
    metadata: dict[str, Metadata | ResolverError] = {
        file.filename: Metadata("six", file.filename[4]) for file in files
    }
    recording = RecordingSource(Answers(six(*files), Listing("seven"), metadata=metadata), tmp_path / "rec")
    recording.listing_now("six")
    recording.listing_now("seven")
    for file in files:
        recording.metadata_now("six", file)
    recording.save({"six": {files[0].filename}})
    assert sorted(contents(tmp_path / "rec")) == ["packages/six.json", "recording.json"]
    replay = ReplaySource(tmp_path / "rec")
    assert replay.metadata_now("six", files[0]) == metadata[files[0].filename]
    with pytest.raises(IndexUnavailable):
        replay.metadata_now("six", files[1])


def test_folder_with_something_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("years of work", encoding="utf-8")
    with pytest.raises(OutputError, match="is not empty and holds no recording"):
        RecordingSource(Answers(), tmp_path).save()
    assert contents(tmp_path) == {"thesis.txt": b"years of work"}


def test_recording_that_cannot_be_written_is_an_output_error(tmp_path: Path) -> None:
    (tmp_path / "rec").write_text("a file", encoding="utf-8")
    with pytest.raises(OutputError, match="cannot be written to"):
        RecordingSource(Answers(), tmp_path / "rec").save()


@pytest.mark.parametrize("place", ["nowhere", "."])
def test_folder_without_recording_is_the_users_mistake(tmp_path: Path, place: str) -> None:
    with pytest.raises(InputError, match=r"holds no recording: there is no recording\.json in it"):
        ReplaySource(tmp_path / place).listing_now("six")


def test_recording_that_cannot_be_read_is_the_users_mistake(tmp_path: Path) -> None:
    (tmp_path / "recording.json").mkdir()
    with pytest.raises(InputError, match="cannot be read"):
        ReplaySource(tmp_path).listing_now("six")


def test_recording_of_a_newer_format_names_it(tmp_path: Path) -> None:
    (tmp_path / "recording.json").write_text('{"format": 2, "shards": []}', encoding="utf-8")
    with pytest.raises(IndexUnavailable, match=r"is of format 2, and only format 1 can be read"):
        ReplaySource(tmp_path).listing_now("six")


FILE = '{"filename":"six-1.0.tar.gz","size":5}'
PACKAGE = f'{{\n"name": "six",\n"page": "/six/",\n"base": "/f/",\n"files": [\n{FILE},\n{FILE}\n]\n}}\n'


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        (PACKAGE + "x", 10, "trailing characters"),
        (PACKAGE.replace('"size":5}\n', '"size":5,}\n'), 7, "trailing comma"),
        (PACKAGE.replace('"size":5}\n', '"size":"5"}\n'), 7, r"Expected `int \| null`, got `str`"),
        (PACKAGE.replace('"size":5}\n', '"color":5}\n'), 7, "unknown field `color`"),
        (PACKAGE.replace('"page": "/six/"', '"page": "/s\udc80x/"'), 3, "invalid|decode"),
        (PACKAGE.replace('"six"', '"seven"'), None, "it is about 'seven'"),
        (PACKAGE.replace('"base"', '"bass"'), None, "unknown field `bass`"),
        (
            PACKAGE[:-3] + ',\n"metadata": [{"files": {"x": "1"}, "fields": ["Summary: x"]}]}',
            None,
            "has no field Name",
        ),
        (
            PACKAGE[:-3] + ',\n"failures": [{"filename": "x", "error": "SystemExit", "message": ""}]}',
            None,
            "SystemExit",
        ),
        ("", None, "truncated"),
    ],
)
def test_damaged_package_file_is_named_with_its_line(
    tmp_path: Path, text: str, line: int | None, message: str
) -> None:
    """Where the line is known; nothing but ``IndexUnavailable`` is raised."""
    (tmp_path / "packages").mkdir()
    (tmp_path / "recording.json").write_text(
        '{"format": 1, "asked": [], "packages": ["six"]}', encoding="utf-8"
    )
    place = tmp_path / "packages" / "six.json"
    place.write_bytes(text.encode(errors="surrogateescape"))
    with pytest.raises(IndexUnavailable, match=message) as caught:
        ReplaySource(tmp_path).listing_now("six")
    where = place if line is None else f"{place}:{line}"
    assert str(caught.value).startswith(f"{where}: the recording is damaged (")


@pytest.mark.parametrize(
    "text", ['{"format": "1"}', '{"format": 1, "packages": 5}', "{", '{"x":' + "[" * 100_000]
)
def test_damaged_manifest_is_named(tmp_path: Path, text: str) -> None:
    (tmp_path / "recording.json").write_text(text, encoding="utf-8")
    with pytest.raises(IndexUnavailable, match=r"recording\.json(:1)?: the recording is damaged"):
        ReplaySource(tmp_path).listing_now("six")


def test_missing_package_file_is_damage(tmp_path: Path) -> None:
    (tmp_path / "recording.json").write_text(
        '{"format": 1, "asked": [], "packages": ["six"]}', encoding="utf-8"
    )
    with pytest.raises(
        IndexUnavailable, match=r"six\.json: the recording is damaged \(the file is missing\)"
    ):
        ReplaySource(tmp_path).listing_now("six")


def test_names_of_a_damaged_manifest_lead_nowhere(tmp_path: Path) -> None:
    """Names are asked for by those who normalised them; the manifest's own are never used as paths."""
    (tmp_path / "recording.json").write_text('{"format": 1, "packages": ["../../six"]}', encoding="utf-8")
    with pytest.raises(IndexUnavailable, match="does not hold the package six"):
        ReplaySource(tmp_path).listing_now("six")


def test_recording_of_many_files_stays_small(tmp_path: Path) -> None:
    """Two hundred bytes a file at most, as indexes describe them."""
    files = []
    for number in range(1000):
        digest = hashlib.sha256(str(number).encode()).hexdigest()
        name = f"six-1.{number}.0-cp312-cp312-manylinux_2_17_x86_64.whl"
        address = f"https://files.example/packages/ab/cd/{name}"
        files.append(
            DistFile(name, address, hashes={"sha256": digest}, size=123_456, requires_python=">=3.8",
                     upload_time="2024-01-01T12:34:56.123456Z", core_metadata=True)
        )  # fmt: skip
    recorded(tmp_path, Answers(six(*files)))
    assert (tmp_path / "rec" / "packages" / "six.json").stat().st_size < 250 * len(files)
