"""The client: which index is asked, what counts as a page, and the ladder from sidecar to whole wheel."""

from __future__ import annotations

import asyncio
import io
import json
import random
import subprocess
import sys
import zipfile
from typing import TYPE_CHECKING

import pytest

from resolver.errors import (
    BuildRefused,
    HashMismatch,
    IndexUnavailable,
    LimitReached,
    MetadataInvalid,
    ResolverError,
    SecurityRefusal,
)
from resolver.index.cache import CachingTransport
from resolver.index.client import Client, IndexSpec
from resolver.index.store import RecordStore
from resolver.index.transport import Request, Response
from resolver.model.distfile import DistFile
from support.archives import INFO, digest, info, sdist
from support.fake_time import FakeTime
from support.fake_transport import FakeTransport, answer, settled

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine
    from pathlib import Path

    from resolver.index.listing import Listing
    from resolver.index.metadata import Metadata

JSON = {"content-type": "application/vnd.pypi.simple.v1+json"}
HTML = {"content-type": "text/html; charset=utf-8"}
ONE = IndexSpec("one", "https://one.example/simple")
TWO = IndexSpec("two", "https://two.example/simple/")
PAGE = "https://one.example/simple/a/"
OTHER_PAGE = "https://two.example/simple/a/"
NAME = "a-1.0-py3-none-any.whl"
WHEEL_URL = f"https://files.example/{NAME}"
METADATA = b"Metadata-Version: 2.1\nName: A\nVersion: 1\nRequires-Dist: b\n\nText\n"


def page(*names: str, host: str = "files.example", **more: object) -> bytes:
    """Return a JSON page of ``a`` with these files."""
    files = [{"filename": name, "url": f"https://{host}/{name}", "hashes": {}} for name in names]
    return json.dumps({"meta": {"api-version": "1.1"}, "name": "a", "files": files, **more}).encode()


def json_page(*names: str, **more: object) -> Callable[[Request], Response]:
    """Return the answer of an index that has these files of ``a``."""
    return answer(200, page(*names, **more), JSON)  # type: ignore[arg-type]  # keys of the page


def wheel(metadata: bytes = METADATA, padding: int = 0, name: str = "a-1.0") -> bytes:
    """Return a wheel with this METADATA, after so many other bytes."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("a/data.bin", bytes(padding))
        archive.writestr(f"{name}.dist-info/METADATA", metadata)
    return buffer.getvalue()


class Asking:
    """A client over a scripted server; ``listing`` and ``metadata`` wait for the answer."""

    def __init__(self, *indexes: IndexSpec, strategy: str = "first-index") -> None:
        self.server = FakeTransport()
        self.client = Client(self.server, indexes or (ONE,), strategy=strategy)

    def listing(self) -> Listing:
        """Return the listing of ``a``."""
        return asyncio.run(self.client.listing("a"))

    def metadata(self, file: DistFile) -> Metadata:
        """Return the metadata of ``file``."""
        return asyncio.run(self.client.metadata("a", file))

    def fails(self, kind: type[ResolverError], file: DistFile | None = None) -> str:
        """Return the message of the error that asking for the listing, or for a file's metadata, ends in."""
        with pytest.raises(kind) as caught:
            _ = self.listing() if file is None else self.metadata(file)
        assert type(caught.value) is kind
        return str(caught.value)

    @property
    def urls(self) -> list[str]:
        """What the server was asked for."""
        return [asked.url for asked in self.server.asked]


def names(listing: Listing) -> list[str]:
    """Return the file names of a listing."""
    return [file.filename for file in listing.files]


# Indexes in turn


def test_listing_of_an_index() -> None:
    asking = Asking()
    asking.server.script(PAGE, json_page(NAME))
    listing = asking.listing()
    assert (listing.name, names(listing), listing.url, listing.absent) == ("a", [NAME], PAGE, False)
    assert asking.server.asked[0].accept == (
        "application/vnd.pypi.simple.v1+json, application/vnd.pypi.simple.v1+html;q=0.2, text/html;q=0.01"
    )
    assert asking.server.asked[0].limit == 64 * 1024 * 1024


def test_html_page_is_read_as_such() -> None:
    asking = Asking()
    asking.server.script(PAGE, answer(200, f'<a href="../../f/{NAME}">{NAME}</a>'.encode(), HTML))
    assert [file.url for file in asking.listing().files] == [f"https://one.example/f/{NAME}"]


@pytest.mark.parametrize("status", [404, 410])
def test_package_that_no_index_knows_is_absent(status: int) -> None:
    asking = Asking(ONE, TWO)
    asking.server.script(PAGE, answer(status))
    listing = asking.listing()
    assert listing.absent
    assert listing.places == ("one", "two")
    assert listing.files == []


def test_first_index_that_knows_the_package_answers_alone() -> None:
    asking = Asking(ONE, TWO)
    asking.server.script(PAGE, json_page())
    asking.server.script(OTHER_PAGE, json_page(NAME))
    assert names(asking.listing()) == []
    assert asking.urls == [PAGE]


def test_later_index_is_asked_where_earlier_ones_have_no_page() -> None:
    asking = Asking(ONE, TWO)
    asking.server.script(OTHER_PAGE, json_page(NAME))
    assert names(asking.listing()) == [NAME]
    assert asking.urls == [PAGE, OTHER_PAGE]


@pytest.mark.parametrize("strategy", ["first-index", "unsafe-first-match", "unsafe-best-match"])
@pytest.mark.parametrize("status", [401, 403, 503])
def test_index_that_fails_is_not_passed_over(strategy: str, status: int) -> None:
    asking = Asking(ONE, TWO, strategy=strategy)
    asking.server.script(PAGE, IndexUnavailable("refused", url=PAGE, status=status))
    asking.server.script(OTHER_PAGE, json_page(NAME))
    assert asking.fails(IndexUnavailable) == "refused"
    assert asking.urls == [PAGE]


def test_first_match_passes_over_an_index_without_files() -> None:
    asking = Asking(ONE, TWO, strategy="unsafe-first-match")
    asking.server.script(PAGE, json_page())
    asking.server.script(OTHER_PAGE, json_page(NAME))
    assert names(asking.listing()) == [NAME]


def test_first_match_without_files_anywhere_is_an_empty_listing() -> None:
    asking = Asking(ONE, TWO, strategy="unsafe-first-match")
    asking.server.script(PAGE, json_page())
    listing = asking.listing()
    assert (listing.absent, listing.files, listing.url) == (False, [], PAGE)


def test_best_match_merges_and_earlier_indexes_win() -> None:
    asking = Asking(ONE, TWO, strategy="unsafe-best-match")
    asking.server.script(PAGE, json_page(NAME))
    asking.server.script(OTHER_PAGE, json_page("a-2.0-py3-none-any.whl", NAME, host="two.example"))
    listing = asking.listing()
    assert [file.url for file in listing.files] == [WHEEL_URL, "https://two.example/a-2.0-py3-none-any.whl"]


def test_unknown_strategy_is_a_mistake_of_the_caller() -> None:
    with pytest.raises(ValueError, match="first-index"):
        Client(FakeTransport(), (ONE,), strategy="best")


# What counts as a page


def test_wrong_content_type_is_no_index() -> None:
    asking = Asking()
    asking.server.script(PAGE, answer(200, page(NAME), {"content-type": "text/plain"}))
    message = asking.fails(IndexUnavailable)
    assert PAGE in message
    assert "'text/plain'" in message
    assert "does not answer as a package index" in message
    assert "index one" in message


def test_missing_content_type_is_no_index() -> None:
    asking = Asking()
    asking.server.script(PAGE, answer(200, page(NAME)))
    assert "content of no type" in asking.fails(IndexUnavailable)


def test_captive_portal_is_no_index() -> None:
    asking = Asking()
    asking.server.script(PAGE, answer(200, b"<html><body>Please log in</body></html>", HTML))
    assert "login page" in asking.fails(IndexUnavailable)


def test_html_under_the_name_of_json_is_no_index() -> None:
    asking = Asking()
    asking.server.script(PAGE, answer(200, b"\n<html><body>Please log in</body></html>", JSON))
    assert "HTML under the name of JSON, such as a login page" in asking.fails(IndexUnavailable)


def test_login_page_that_is_gone_the_second_time_does_no_harm() -> None:
    asking = Asking()
    asking.server.script(PAGE, answer(200, b"<html>Please log in</html>", HTML), json_page(NAME))
    assert names(asking.listing()) == [NAME]
    assert [asked.fresh for asked in asking.server.asked] == [False, True]


def test_empty_page_of_an_index_is_an_empty_listing() -> None:
    asking = Asking()
    asking.server.script(PAGE, answer(200, b'<meta name="pypi:repository-version" content="1.0">', HTML))
    listing = asking.listing()
    assert (listing.absent, listing.files) == (False, [])


@pytest.mark.parametrize("status", [204, 206, 304, 416])
def test_status_that_is_no_page(status: int) -> None:
    asking = Asking()
    asking.server.script(PAGE, answer(status))
    assert f"status {status}" in asking.fails(IndexUnavailable)


def test_json_cut_off_without_a_length_is_asked_for_again() -> None:
    asking = Asking()
    asking.server.script(PAGE, answer(200, page(NAME)[:-20], JSON), json_page(NAME))
    assert names(asking.listing()) == [NAME]
    assert [asked.fresh for asked in asking.server.asked] == [False, True]


def test_json_that_is_never_whole_is_an_error_with_the_address() -> None:
    asking = Asking()
    asking.server.script(PAGE, answer(200, page(NAME)[:-20], JSON))
    assert PAGE in asking.fails(MetadataInvalid)
    assert len(asking.urls) == 2


def test_api_version_2_is_refused() -> None:
    asking = Asking()
    asking.server.script(PAGE, json_page(NAME, meta={"api-version": "2.0"}))
    assert "2.0" in asking.fails(MetadataInvalid)


def test_page_beyond_the_limit_ends_the_search() -> None:
    asking = Asking(ONE, TWO)
    asking.server.script(PAGE, LimitReached("too large"))
    assert asking.fails(LimitReached) == "too large"


# One fetch a key


class SlowTransport(FakeTransport):
    """Answers only when it is told to."""

    def __init__(self) -> None:
        super().__init__()
        self.gate = asyncio.Event()

    async def fetch(self, request: Request) -> Response:
        """Return what is scripted, once the gate is open."""
        await self.gate.wait()
        return await super().fetch(request)


def with_slow_client(story: Callable[[Client, SlowTransport], Coroutine[None, None, None]]) -> None:
    """Run ``story`` with a client whose server waits for the gate."""

    async def scenario() -> None:
        server = SlowTransport()
        server.script(PAGE, json_page(NAME))
        server.script(f"{WHEEL_URL}.metadata", answer(200, METADATA))
        client = Client(server, (ONE,))
        await story(client, server)
        await client.close()

    asyncio.run(scenario())


def test_callers_at_the_same_time_share_one_fetch() -> None:
    async def story(client: Client, server: SlowTransport) -> None:
        file = DistFile(NAME, WHEEL_URL, core_metadata=True)
        asking = [asyncio.ensure_future(client.listing("a")) for _ in range(5)]
        asking_too = [asyncio.ensure_future(client.metadata("a", file)) for _ in range(5)]
        await asyncio.sleep(0)
        server.gate.set()
        assert len({id(listing) for listing in await asyncio.gather(*asking)}) == 1
        assert len({id(metadata) for metadata in await asyncio.gather(*asking_too)}) == 1
        assert await client.listing("a") is asking[0].result()
        assert client.listing_now("a") is asking[0].result()
        assert client.metadata_now("a", file) is asking_too[0].result()
        assert len(server.asked) == 2

    with_slow_client(story)


def test_one_who_stops_waiting_does_not_disturb_the_others() -> None:
    async def story(client: Client, server: SlowTransport) -> None:
        first, second = (asyncio.ensure_future(client.listing("a")) for _ in range(2))
        await asyncio.sleep(0)
        first.cancel()
        await asyncio.sleep(0)
        server.gate.set()
        assert names(await second) == [NAME]
        assert first.cancelled()
        assert len(server.asked) == 1

    with_slow_client(story)


def test_failure_reaches_all_who_wait_and_is_not_remembered() -> None:
    async def story(client: Client, server: SlowTransport) -> None:
        server.script(PAGE, IndexUnavailable("down"), json_page(NAME))
        asking = [asyncio.ensure_future(client.listing("a")) for _ in range(3)]
        await asyncio.sleep(0)
        server.gate.set()
        failures = await asyncio.gather(*asking, return_exceptions=True)
        assert [str(failure) for failure in failures] == ["down"] * 3
        assert names(await client.listing("a")) == [NAME]

    with_slow_client(story)


def test_closing_stops_what_is_under_way() -> None:
    async def story(client: Client, server: SlowTransport) -> None:
        asking = asyncio.ensure_future(client.listing("a"))
        await asyncio.sleep(0)
        await client.close()
        with pytest.raises(asyncio.CancelledError):
            await asking
        assert server.closed == 1

    with_slow_client(story)


# The ladder


def beside(metadata: bytes = METADATA, **more: object) -> DistFile:
    """Return a wheel whose listing promises this metadata beside it."""
    facts: dict[str, object] = {"core_metadata": digest(metadata), **more}
    return DistFile(NAME, WHEEL_URL, **facts)  # type: ignore[arg-type]  # what a test varies


def ranges_of(content: bytes) -> Callable[[Request], Response]:
    """Return a server that sends ranges of ``content``."""

    def serve(request: Request) -> Response:
        if request.byte_range is None:
            return Response(request.url, 200, {}, content)
        size = len(content)
        if isinstance(request.byte_range, int):
            start, stop = max(size - request.byte_range, 0), size
        else:
            start, stop = request.byte_range
        span = f"bytes {start}-{stop - 1}/{size}"
        return Response(request.url, 206, {"content-range": span}, content[start:stop])

    return serve


def ranges_asked(asking: Asking) -> list[tuple[int, int] | int | None]:
    """Return the range of each request for the wheel."""
    return [asked.byte_range for asked in asking.server.asked if asked.url == WHEEL_URL]


@pytest.mark.parametrize("promised", [digest(METADATA), True, {}, {"blake9": "00"}])
def test_metadata_beside_the_wheel_is_used(promised: object) -> None:
    asking = Asking()
    asking.server.script(f"{WHEEL_URL}.metadata", answer(200, METADATA))
    asking.server.script(WHEEL_URL, ranges_of(wheel()))
    assert asking.metadata(beside(core_metadata=promised)).requires_dist == ("b",)
    assert asking.urls[0] == (f"{WHEEL_URL}.metadata" if promised != {} else WHEEL_URL)


def test_query_of_the_address_stays_behind() -> None:
    asking = Asking()
    asking.server.script(f"{WHEEL_URL}.metadata?token=1", answer(200, METADATA))
    file = DistFile(NAME, f"{WHEEL_URL}?token=1", core_metadata=True)
    assert asking.metadata(file).name == "A"


def test_strongest_hash_counts() -> None:
    import hashlib

    asking = Asking()
    asking.server.script(f"{WHEEL_URL}.metadata", answer(200, METADATA))
    strong = {"md5": "wrong", "sha512": hashlib.sha512(METADATA).hexdigest().upper(), "sha256": "wrong"}
    assert asking.metadata(beside(core_metadata=strong)).version == "1"


def test_each_step_tells_what_was_promised_of_its_file() -> None:
    """The metadata file has a digest of its own; ranges and the whole are those of the wheel."""
    asking = Asking()
    asking.server.script(WHEEL_URL, answer(200, wheel()))
    asking.metadata(beside(hashes={"md5": "0", "sha256": "1"} | digest(wheel())))
    beside_it, ranged = [request.promised for request in asking.server.asked]
    assert beside_it == f"sha256={digest(METADATA)['sha256']}"
    assert ranged == f"sha256={digest(wheel())['sha256']}"
    asking = Asking()
    asking.server.script(WHEEL_URL, answer(200, wheel()))
    asking.metadata(DistFile(NAME, WHEEL_URL))
    assert {request.promised for request in asking.server.asked} == {""}


def test_wrong_hash_is_asked_for_once_more_past_the_caches() -> None:
    asking = Asking()
    asking.server.script(f"{WHEEL_URL}.metadata", answer(200, b"bad"), answer(200, METADATA))
    assert asking.metadata(beside()).version == "1"
    assert [asked.fresh for asked in asking.server.asked] == [False, True]


def test_wrong_hash_twice_is_refused_and_never_leads_on() -> None:
    asking = Asking()
    asking.server.script(f"{WHEEL_URL}.metadata", answer(200, b"evil"))
    asking.server.script(WHEEL_URL, ranges_of(wheel()))
    file = beside()
    message = asking.fails(HashMismatch, file)
    assert NAME in message
    assert digest(METADATA)["sha256"] in message
    assert digest(b"evil")["sha256"] in message
    assert len(asking.urls) == 2


@pytest.mark.parametrize(
    "refusal",
    [
        answer(404),
        answer(410),
        answer(204),
        IndexUnavailable("refused", status=403),
        IndexUnavailable("broken", status=503),
        IndexUnavailable("always cut off", status=200),
    ],
)
def test_refused_sidecar_leads_to_ranges(refusal: Callable[[Request], Response] | IndexUnavailable) -> None:
    asking = Asking()
    asking.server.script(f"{WHEEL_URL}.metadata", refusal)
    asking.server.script(WHEEL_URL, ranges_of(wheel(padding=200_000)))
    assert asking.metadata(beside()).requires_dist == ("b",)
    assert ranges_asked(asking) == [32768]


@pytest.mark.parametrize(("status", "kind"), [(503, IndexUnavailable), (403, MetadataInvalid)])
def test_failure_that_may_pass_is_no_reason_to_take_another_version(
    status: int, kind: type[ResolverError]
) -> None:
    """Where the wheel cannot be had either, a server that failed is to blame and not the file."""
    asking = Asking()
    asking.server.script(f"{WHEEL_URL}.metadata", IndexUnavailable("broken", status=status))
    asking.server.script(WHEEL_URL, answer(404))
    asking.fails(kind, beside())


@pytest.mark.parametrize(
    "failure", [IndexUnavailable("gone"), IndexUnavailable("login", status=401), SecurityRefusal("no")]
)
def test_failure_that_the_wheel_would_share_is_final(failure: ResolverError) -> None:
    asking = Asking()
    asking.server.script(f"{WHEEL_URL}.metadata", failure)
    assert asking.fails(type(failure), beside()) == str(failure)
    assert len(asking.urls) == 1


def test_metadata_that_cannot_be_read_and_nobody_vouched_for_leads_to_the_wheel() -> None:
    asking = Asking()
    asking.server.script(f"{WHEEL_URL}.metadata", answer(200, b"<html>Please log in</html>"))
    asking.server.script(WHEEL_URL, ranges_of(wheel()))
    assert asking.metadata(beside(core_metadata=True)).version == "1"


def test_metadata_that_cannot_be_read_and_was_promised_is_invalid() -> None:
    asking = Asking()
    asking.server.script(f"{WHEEL_URL}.metadata", answer(200, b"no metadata"))
    asking.fails(MetadataInvalid, beside(b"no metadata"))
    assert len(asking.urls) == 1


@pytest.mark.parametrize(
    "metadata",
    [METADATA.replace(b"Name: A", b"Name: evil"), METADATA.replace(b"Version: 1\n", b"Version: 2\n")],
)
def test_metadata_of_another_package_or_version_is_invalid(metadata: bytes) -> None:
    asking = Asking()
    asking.server.script(f"{WHEEL_URL}.metadata", answer(200, metadata))
    message = asking.fails(MetadataInvalid, beside(metadata))
    assert NAME in message
    assert "evil" in message or "'2'" in message


@pytest.mark.parametrize("line", [b"Name: ???", b"Version: soon"])
def test_metadata_with_an_unusable_name_or_version_is_invalid(line: bytes) -> None:
    field = line.partition(b":")[0]
    metadata = b"\n".join(line if row.startswith(field) else row for row in METADATA.split(b"\n"))
    asking = Asking()
    asking.server.script(f"{WHEEL_URL}.metadata", answer(200, metadata))
    assert NAME in asking.fails(MetadataInvalid, beside(metadata))


def test_oversize_metadata_is_the_fault_of_the_file() -> None:
    asking = Asking()
    asking.server.script(f"{WHEEL_URL}.metadata", LimitReached("too large"))
    assert asking.fails(MetadataInvalid, beside()) == "too large"
    assert asking.server.asked[0].limit == 8 * 1024 * 1024


def test_known_size_makes_the_first_range_exact() -> None:
    content = wheel(padding=200_000)
    asking = Asking()
    asking.server.script(WHEEL_URL, ranges_of(content))
    assert asking.metadata(DistFile(NAME, WHEEL_URL, size=len(content))).version == "1"
    assert ranges_asked(asking) == [(len(content) - 32768, len(content))]


def test_wrong_size_does_no_harm() -> None:
    content = wheel(padding=200_000)
    asking = Asking()
    asking.server.script(WHEEL_URL, ranges_of(content))
    assert asking.metadata(DistFile(NAME, WHEEL_URL, size=len(content) - 10)).version == "1"
    assert len(ranges_asked(asking)) == 2


def test_metadata_far_from_the_end_takes_more_ranges() -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("a-1.0.dist-info/METADATA", METADATA)
        archive.writestr("a/data.bin", bytes(100_000))
    asking = Asking()
    asking.server.script(WHEEL_URL, ranges_of(buffer.getvalue()))
    assert asking.metadata(DistFile(NAME, WHEEL_URL)).version == "1"
    assert len(ranges_asked(asking)) == 2
    assert None not in ranges_asked(asking)


WHEEL = wheel(padding=200_000)


def wrong_span(span: str, status: int = 206) -> Callable[[Request], Response]:
    """Return a server that sends the right range and claims another, and whole wheels well."""

    def serve(request: Request) -> Response:
        found = ranges_of(WHEEL)(request)
        if found.status == 200:
            return found
        return Response(found.url, status, {"content-range": span}, found.body)

    return serve


@pytest.mark.parametrize(
    "span",
    [
        "bytes 0-9/100",
        "bytes 0-32767/*",
        "bytes */9",
        "items 0-32767/100000",
        "",
        "nonsense",
        "bytes -1-5/9",
        f"bytes 0-{'9' * 5000}/5",
    ],
)
def test_wrong_content_range_leads_to_the_whole_wheel(span: str) -> None:
    asking = Asking()
    asking.server.script(WHEEL_URL, wrong_span(span))
    assert asking.metadata(DistFile(NAME, WHEEL_URL, hashes=digest(WHEEL))).version == "1"
    assert ranges_asked(asking)[-1] is None


@pytest.mark.parametrize(
    "refusal",
    [answer(416), answer(404), IndexUnavailable("no", status=405), IndexUnavailable("no", status=403)],
)
def test_refused_range_leads_to_the_whole_wheel(
    refusal: Callable[[Request], Response] | IndexUnavailable,
) -> None:
    asking = Asking()
    asking.server.script(WHEEL_URL, refusal, answer(200, WHEEL))
    assert asking.metadata(DistFile(NAME, WHEEL_URL, hashes=digest(WHEEL))).version == "1"
    assert ranges_asked(asking) == [32768, None]


def test_second_range_refused_leads_to_the_whole_wheel() -> None:
    asking = Asking()
    content = wheel()
    first = Response(WHEEL_URL, 206, {"content-range": f"bytes 5-9/{len(content)}"}, content[5:10])
    asking.server.script(WHEEL_URL, lambda _: first, answer(416), answer(200, content))
    assert asking.metadata(DistFile(NAME, WHEEL_URL)).version == "1"
    assert ranges_asked(asking) == [32768, (0, len(content)), None]


def test_nobody_answers_a_range() -> None:
    asking = Asking()
    asking.server.script(WHEEL_URL, IndexUnavailable("down"))
    assert asking.fails(IndexUnavailable, DistFile(NAME, WHEEL_URL)) == "down"
    assert len(asking.urls) == 1


def test_whole_wheel_instead_of_a_range_is_used() -> None:
    asking = Asking()
    asking.server.script(WHEEL_URL, answer(200, WHEEL))
    assert asking.metadata(DistFile(NAME, WHEEL_URL, hashes=digest(WHEEL))).version == "1"
    assert len(asking.urls) == 1


def test_damaged_range_leads_to_the_whole_wheel() -> None:
    damaged = WHEEL.replace(b"Requires-Dist: b", b"Requires-Dist: c")
    asking = Asking()
    asking.server.script(WHEEL_URL, ranges_of(damaged), answer(200, WHEEL))
    assert asking.metadata(DistFile(NAME, WHEEL_URL, hashes=digest(WHEEL))).requires_dist == ("b",)


def test_wrong_hash_of_the_whole_wheel_is_refused_after_a_second_try() -> None:
    asking = Asking()
    asking.server.script(WHEEL_URL, answer(200, WHEEL))
    message = asking.fails(HashMismatch, DistFile(NAME, WHEEL_URL, hashes=digest(b"other")))
    assert NAME in message
    assert [asked.fresh for asked in asking.server.asked] == [False, False, True]


def test_something_that_is_no_wheel_is_invalid_after_a_second_try() -> None:
    asking = Asking()
    asking.server.script(WHEEL_URL, answer(200, b"<html>"))
    asking.fails(MetadataInvalid, DistFile(NAME, WHEEL_URL))
    assert [asked.fresh for asked in asking.server.asked] == [False, False, True]


def test_no_wheel_with_the_right_hash_is_invalid_at_once() -> None:
    asking = Asking()
    asking.server.script(WHEEL_URL, answer(416), answer(200, b"<html>"))
    asking.fails(MetadataInvalid, DistFile(NAME, WHEEL_URL, hashes=digest(b"<html>")))
    assert len(asking.urls) == 2


def test_listed_file_that_is_gone_is_invalid() -> None:
    asking = Asking()
    message = asking.fails(MetadataInvalid, DistFile(NAME, WHEEL_URL))
    assert "status 404" in message
    assert WHEEL_URL in message


def test_small_wheel_is_read_whole_so_that_its_hash_counts() -> None:
    asking = Asking()
    asking.server.script(WHEEL_URL, ranges_of(wheel()))
    file = DistFile(NAME, WHEEL_URL, size=len(wheel()), hashes=digest(wheel()))
    assert asking.metadata(file).version == "1"
    assert ranges_asked(asking) == [(0, len(wheel()))]


def test_range_that_covers_all_of_the_wheel_is_compared_with_its_hash() -> None:
    asking = Asking()
    asking.server.script(WHEEL_URL, ranges_of(wheel()))
    assert NAME in asking.fails(HashMismatch, DistFile(NAME, WHEEL_URL, hashes=digest(b"other")))
    assert ranges_asked(asking) == [32768, None, None]


def test_several_ranges_in_one_answer_lead_to_the_whole_wheel() -> None:
    """As multipart/byteranges, in which Content-Range stands elsewhere."""

    def serve(request: Request) -> Response:
        found = ranges_of(WHEEL)(request)
        if found.status == 200:
            return found
        return Response(found.url, 206, {"content-type": "multipart/byteranges; boundary=x"}, found.body)

    asking = Asking()
    asking.server.script(WHEEL_URL, serve)
    assert asking.metadata(DistFile(NAME, WHEEL_URL, hashes=digest(WHEEL))).version == "1"
    assert ranges_asked(asking) == [32768, None]


# Source distributions

SDIST = "a-1.0.tar.gz"
SDIST_URL = f"https://files.example/{SDIST}"


def test_static_metadata_is_read_in_a_source_distribution() -> None:
    asking = Asking()
    asking.server.script(SDIST_URL, answer(200, sdist()))
    assert asking.metadata(DistFile(SDIST, SDIST_URL, hashes=digest(sdist()))).requires_dist == ("b",)
    assert asking.urls == [SDIST_URL]


@pytest.mark.parametrize("content", [info(since="2.1"), info("Dynamic: Requires-Dist")])
def test_source_distribution_that_is_not_static_would_have_to_be_built(content: bytes) -> None:
    asking = Asking()
    asking.server.script(SDIST_URL, answer(200, sdist(content)))
    assert SDIST in asking.fails(BuildRefused, DistFile(SDIST, SDIST_URL))


@pytest.mark.parametrize(
    "content", [info(name="b"), info(version="2"), info(name="b", since="2.1"), b"no metadata"]
)
def test_source_distribution_of_something_else_is_invalid(content: bytes) -> None:
    asking = Asking()
    asking.server.script(SDIST_URL, answer(200, sdist(content)))
    asking.fails(MetadataInvalid, DistFile(SDIST, SDIST_URL))


def test_source_distribution_from_before_static_metadata_is_not_fetched() -> None:
    asking = Asking()
    file = DistFile(SDIST, SDIST_URL, upload_time="2020-10-01T00:00:00Z")
    assert "older than the rules" in asking.fails(BuildRefused, file)
    assert asking.urls == []


def test_source_distribution_with_a_wrong_hash_is_refused_after_a_second_try() -> None:
    asking = Asking()
    asking.server.script(SDIST_URL, answer(200, sdist()))
    assert SDIST in asking.fails(HashMismatch, DistFile(SDIST, SDIST_URL, hashes=digest(b"other")))
    assert [asked.fresh for asked in asking.server.asked] == [False, True]


class Body(bytes):
    """A body that tells when it is gone."""

    gone: list[bool]

    def __del__(self) -> None:
        self.gone.append(True)


@pytest.mark.parametrize("hashes", [{}, {"sha256": "0" * 64}])
@pytest.mark.parametrize("name", [NAME, SDIST])
def test_one_body_is_held_at_a_time(name: str, hashes: dict[str, str]) -> None:
    """Each may be as large as the limit allows."""
    made: list[bool] = []
    gone: list[bool] = []

    def serve(request: Request) -> Response:
        assert made == gone
        made.append(True)
        body = Body(b"no archive")
        body.gone = gone
        return Response(request.url, 200, {}, body)

    asking = Asking()
    url = f"https://files.example/{name}"
    asking.server.script(url, serve)
    asking.fails(HashMismatch if hashes else MetadataInvalid, DistFile(name, url, hashes=hashes))
    assert len(made) >= 2


def test_source_distribution_that_is_gone_is_invalid() -> None:
    asking = Asking()
    assert "status 404" in asking.fails(MetadataInvalid, DistFile(SDIST, SDIST_URL))


def test_source_distribution_beyond_the_limit_is_invalid() -> None:
    asking = Asking()
    asking.server.script(SDIST_URL, LimitReached("too large"))
    assert asking.fails(MetadataInvalid, DistFile(SDIST, SDIST_URL)) == "too large"


def test_source_distribution_with_metadata_beside_it() -> None:
    asking = Asking()
    file = DistFile(SDIST, SDIST_URL, core_metadata=True)
    asking.server.script(f"{SDIST_URL}.metadata", answer(200, METADATA))
    assert asking.metadata(file).version == "1"


@pytest.mark.parametrize(
    "beside",
    [
        answer(404),
        IndexUnavailable("broken", status=503),
        answer(200, b"?"),
        answer(200, info("Dynamic: Requires-Dist")),
    ],
)
def test_metadata_beside_a_source_distribution_that_does_not_do_leads_to_the_archive(
    beside: Callable[[Request], Response] | IndexUnavailable,
) -> None:
    asking = Asking()
    file = DistFile(SDIST, SDIST_URL, core_metadata=True)
    asking.server.script(f"{SDIST_URL}.metadata", beside)
    asking.server.script(SDIST_URL, answer(200, sdist()))
    assert asking.metadata(file).requires_dist == ("b",)


def test_metadata_beside_a_source_distribution_that_is_not_what_was_promised_never_leads_on() -> None:
    asking = Asking()
    asking.server.script(SDIST_URL, answer(200, sdist()))
    asking.server.script(f"{SDIST_URL}.metadata", answer(200, b"?"))
    asking.fails(MetadataInvalid, DistFile(SDIST, SDIST_URL, core_metadata=digest(b"?")))
    asking.fails(HashMismatch, DistFile(SDIST, SDIST_URL, core_metadata=digest(METADATA)))
    login = IndexUnavailable("login", status=401)
    asking.server.script(f"{SDIST_URL}.metadata", login)
    asking.fails(IndexUnavailable, DistFile(SDIST, SDIST_URL, core_metadata=True))
    assert SDIST_URL not in asking.urls


# Where no wheel can be had


def in_place(archive: Callable[[Request], Response] | ResolverError, *others: str) -> Asking:
    """Return a client whose listing has the wheel, which is gone, and a source distribution."""
    asking = Asking()
    asking.server.script(PAGE, json_page(NAME, SDIST, *others))
    asking.server.script(SDIST_URL, archive)
    asking.listing()
    return asking


@pytest.mark.parametrize(
    "gone", [answer(404), IndexUnavailable("no", status=403), IndexUnavailable("no", status=503)]
)
def test_source_distribution_stands_in_for_a_wheel_that_cannot_be_had(
    gone: Callable[[Request], Response] | IndexUnavailable,
) -> None:
    """Static metadata is that of all wheels of the version."""
    asking = in_place(answer(200, sdist()))
    asking.server.script(WHEEL_URL, gone)
    assert asking.metadata(DistFile(NAME, WHEEL_URL, core_metadata=True)).requires_dist == ("b",)
    assert asking.urls[1:] == [f"{WHEEL_URL}.metadata", WHEEL_URL, WHEEL_URL, SDIST_URL]


def test_wheel_that_could_only_be_built_says_so() -> None:
    asking = in_place(answer(200, sdist(info(since="2.1"))))
    message = asking.fails(MetadataInvalid, DistFile(NAME, WHEEL_URL))
    assert "status 404" in message
    assert f"{SDIST} would have to be built" in message


@pytest.mark.parametrize("failure", [answer(404), answer(200, b"?"), IndexUnavailable("no", status=500)])
def test_wheel_is_to_blame_where_nothing_stands_in_for_it(
    failure: Callable[[Request], Response] | IndexUnavailable,
) -> None:
    message = in_place(failure).fails(MetadataInvalid, DistFile(NAME, WHEEL_URL))
    assert NAME in message
    assert "status 404" in message


def test_server_that_failed_is_to_blame_where_nothing_stands_in() -> None:
    """It knows better than it can tell just now."""
    asking = in_place(answer(200, sdist(info(since="2.1"))))
    asking.server.script(WHEEL_URL, IndexUnavailable("broken", status=503))
    assert asking.fails(IndexUnavailable, DistFile(NAME, WHEEL_URL)) == "broken"


def test_nothing_stands_in_for_a_wheel_whose_server_wants_a_login() -> None:
    asking = in_place(answer(200, sdist()))
    asking.server.script(WHEEL_URL, answer(404), IndexUnavailable("login", status=401))
    asking.fails(IndexUnavailable, DistFile(NAME, WHEEL_URL))
    assert SDIST_URL not in asking.urls
    asking = in_place(IndexUnavailable("login", status=401))
    asking.fails(IndexUnavailable, DistFile(NAME, WHEEL_URL))


def test_nothing_stands_in_for_a_wheel_with_a_wrong_hash() -> None:
    asking = in_place(answer(200, sdist()))
    asking.server.script(WHEEL_URL, answer(200, wheel()))
    asking.fails(HashMismatch, DistFile(NAME, WHEEL_URL, hashes=digest(b"other")))
    assert SDIST_URL not in asking.urls


@pytest.mark.parametrize("wheel_name", ["a-2.0-py3-none-any.whl", "a-1.1-py3-none-any.whl", "nonsense.whl"])
def test_source_distribution_of_another_version_does_not_stand_in(wheel_name: str) -> None:
    asking = in_place(answer(200, sdist()), "a-1.1-py3-none-any.whl")
    asking.fails(MetadataInvalid, DistFile(wheel_name, WHEEL_URL))
    assert SDIST_URL not in asking.urls


def test_archive_is_fetched_whole_and_checked() -> None:
    asking = Asking()
    asking.server.script(SDIST_URL, answer(200, b"bad"), answer(200, sdist()))
    file = DistFile(SDIST, SDIST_URL, hashes=digest(sdist()))
    assert asyncio.run(asking.client.archive(file)) == sdist()
    asking.server.script(SDIST_URL, LimitReached("too large"))
    with pytest.raises(MetadataInvalid, match="too large"):
        asyncio.run(asking.client.archive(file))
    asking.server.script(SDIST_URL, answer(200, b"bad"))
    with pytest.raises(HashMismatch, match="promises"):
        asyncio.run(asking.client.archive(file))


def test_file_that_is_not_of_the_package_is_invalid() -> None:
    asking = Asking()
    odd = DistFile("b-1.0-py3-none-any.whl", WHEEL_URL, core_metadata=True)
    asking.server.script(f"{WHEEL_URL}.metadata", answer(200, METADATA))
    asking.server.script(WHEEL_URL, answer(404))
    asking.fails(MetadataInvalid, odd)


# Credentials


def test_files_at_the_origin_of_the_index_get_its_login() -> None:
    asking = Asking(IndexSpec("one", "https://me:pw@one.example/simple/"), TWO)
    own = DistFile(NAME, f"https://one.example/f/{NAME}", core_metadata=True)
    foreign = DistFile(NAME, f"https://one.example:444/f/{NAME}", core_metadata=True)
    for file, url in ((own, "https://me:pw@one.example/f/"), (foreign, "https://one.example:444/f/")):
        asking.server.script(f"{url}{NAME}.metadata", answer(200, METADATA))
        assert asking.metadata(file).version == "1"
    assert asking.urls == [
        f"https://me:pw@one.example/f/{NAME}.metadata",
        f"https://one.example:444/f/{NAME}.metadata",
    ]


def test_index_whose_address_is_nonsense_does_not_disturb_others() -> None:
    asking = Asking(IndexSpec("odd", "nonsense"), IndexSpec("one", "https://me:pw@one.example/simple/"))
    asking.server.script("https://me:pw@one.example/simple/a/", json_page(NAME))
    assert names(asking.listing()) == [NAME]
    asking.fails(MetadataInvalid, DistFile(NAME, "ftp://files.example/a"))


# Without waiting


class Cached:
    """Clients over a cache in a folder; each call is a new process."""

    def __init__(self, folder: Path) -> None:
        self.server = FakeTransport()
        self._folder = folder

    def client(self, *, offline: bool = False) -> Client:
        """Return a client as a new process would have it."""
        store = RecordStore(str(self._folder))
        return Client(CachingTransport(self.server, store, now=FakeTime().now, offline=offline), (ONE, TWO))


@pytest.fixture
def cached(tmp_path: Path) -> Cached:
    """Return an empty cache in front of a server with one wheel that has its metadata beside it."""
    made = Cached(tmp_path)
    fresh = {"cache-control": "max-age=600"}
    made.server.script(OTHER_PAGE, answer(200, page(NAME), {**JSON, **fresh}))
    made.server.script(f"{WHEEL_URL}.metadata", answer(200, METADATA, fresh))
    return made


def test_warm_answers_need_no_waiting(cached: Cached) -> None:
    file = beside()
    cold = cached.client()
    assert cold.listing_now("a") is None
    assert cold.metadata_now("a", file) is None
    settled(cold, cold.listing("a"))
    settled(cold, cold.metadata("a", file))
    assert len(cached.server.asked) == 3
    warm = cached.client()
    listing, metadata = warm.listing_now("a"), warm.metadata_now("a", file)
    assert listing is not None
    assert metadata is not None
    assert (names(listing), metadata.version) == ([NAME], "1")
    assert warm.listing_now("a") is listing
    assert warm.metadata_now("a", file) is metadata
    assert len(cached.server.asked) == 3


def test_ranges_are_replayed_without_waiting(cached: Cached) -> None:
    forever = {"cache-control": "max-age=365000000, immutable"}

    def serve(request: Request) -> Response:
        found = ranges_of(WHEEL)(request)
        return Response(found.url, found.status, {**found.headers, **forever}, found.body)

    cached.server.script(WHEEL_URL, serve)
    file = DistFile(NAME, WHEEL_URL)
    client = cached.client()
    settled(client, client.metadata("a", file))
    found = cached.client().metadata_now("a", file)
    assert found is not None
    assert found.requires_dist == ("b",)


def test_of_a_source_distribution_the_cache_keeps_what_was_read(cached: Cached, tmp_path: Path) -> None:
    """The archive itself would be a thousand times as large; what says that a build is needed is kept too."""
    for content, static in ((INFO, True), (info(since="2.1"), False)):
        body = sdist(content, noise=random.Random(0).randbytes(100_000))
        cached.server.script(SDIST_URL, answer(200, body))
        file = DistFile(SDIST, SDIST_URL, hashes=digest(body))
        client = cached.client()
        assert client.metadata_now("a", file) is None
        if static:
            settled(client, client.metadata("a", file))
            assert cached.client().metadata_now("a", file) is not None
        else:
            with pytest.raises(BuildRefused):
                settled(client, client.metadata("a", file))
            with pytest.raises(BuildRefused):
                cached.client().metadata_now("a", file)
    assert sum(each.stat().st_size for each in tmp_path.rglob("*") if each.is_file()) < 2_000
    assert asyncio.run(cached.client().archive(file)) == body


def test_known_failure_needs_no_waiting(cached: Cached) -> None:
    file = beside(b"no metadata")
    cached.server.script(f"{WHEEL_URL}.metadata", answer(200, b"no metadata", {"cache-control": "max-age=9"}))
    client = cached.client()
    with pytest.raises(MetadataInvalid):
        settled(client, client.metadata("a", file))
    with pytest.raises(MetadataInvalid):
        cached.client().metadata_now("a", file)


def test_offline_miss_names_the_page(cached: Cached) -> None:
    client = cached.client(offline=True)
    assert client.listing_now("a") is None
    with pytest.raises(IndexUnavailable, match="/simple/a/ is not in the cache"):
        asyncio.run(client.listing("a"))


def test_offline_finds_metadata_by_whatever_step_was_kept(cached: Cached) -> None:
    cached.server.script(f"{WHEEL_URL}.metadata", IndexUnavailable("refused", status=403))
    cached.server.script(WHEEL_URL, answer(200, WHEEL, {"etag": '"1"'}))
    file = beside(hashes=digest(WHEEL))
    client = cached.client()
    settled(client, client.metadata("a", file))
    assert asyncio.run(cached.client(offline=True).metadata("a", file)).version == "1"


def test_importing_client_and_cache_loads_nothing_heavy() -> None:
    heavy = "asyncio, aiohttp, msgspec, packaging, attr, json, typing, urllib.parse, hashlib, http, ssl"
    code = (
        "import sys; before = set(sys.modules)\n"
        "import resolver.index.client, resolver.index.cache, resolver.index.aiohttp_transport\n"
        f"heavy = {heavy.split(', ')!r}\n"
        "print([name for name in heavy if name in set(sys.modules) - before])"
    )
    command = [sys.executable, "-I", "-S", "-c", f"import sys; sys.path[:0] = {sys.path!r}\n{code}"]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    assert done.stdout.strip() == "[]"
