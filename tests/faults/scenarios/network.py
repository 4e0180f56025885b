"""What the network does wrong between us and a good index."""

from __future__ import annotations

import gzip
from hashlib import sha256
from typing import TYPE_CHECKING

from resolver.errors import IndexUnavailable
from support.fault_server import Reply, reply
from support.scenarios import Expected, Scenario
from support.stage import JSON, metadata, page

if TYPE_CHECKING:
    from support.stage import Stage

GOOD = "a==1.0\n"
PAGE = "/simple/a/"


def always_500(stage: Stage) -> None:
    """The page cannot be had."""
    stage.package("a")
    stage.script(PAGE, reply(500))


def truncated_gzip(stage: Stage) -> None:
    """Of a metadata file the half comes that does not require anything, with a length that is right."""
    text = metadata("a", "1.0", (), *_filling(1000)) + b"Requires-Dist: b\n"
    path = stage.package("a", text=text, file={"core-metadata": True})
    stage.package("b")
    body, headers = gzip.compress(text), {"Content-Encoding": "gzip"}
    half = reply(200, body[: len(body) // 2], headers)
    stage.script(f"{path}.metadata", half, reply(200, body, headers))


def _filling(count: int) -> list[str]:
    """Return header lines that do not compress well."""
    return [f"Keywords: {sha256(b'%d' % number).hexdigest()}" for number in range(count)]


def bomb(stage: Stage) -> None:
    """A page of a gigabyte, in a megabyte of gzip."""
    stage.package("a")
    head = b'{"meta": {"api-version": "1.1"}, "name": "a", "files": [], "x": "'
    body = gzip.compress(head) + gzip.compress(b" " * (1 << 26)) * 16 + gzip.compress(b'"}')
    stage.script(PAGE, reply(200, body, {**JSON, "Content-Encoding": "gzip"}))


def reset_before_headers(stage: Stage) -> None:
    """The connection breaks off before the answer, once."""
    stage.package("a")
    stage.script(PAGE, Reply(b"", "reset"), Reply(b"", "reset"), reply(200, page("a", stage.lines()), JSON))


def _for_good(message: str, *, url: str, status: int | None = None) -> IndexUnavailable:
    """Stand in for ``Transient`` where nothing is tried again."""
    return IndexUnavailable(message, url=url, status=status)


SCENARIOS = [
    Scenario(
        "always-500",
        row="500/502/504/520/408 always",
        setup=always_500,
        expected=Expected(
            code=3,
            says=("/simple/a/", "status 500", "Tried 4 times"),
            asked={PAGE: 4},
            slept=(0.1, 0.4, 1.5),
            then=GOOD,
        ),
        without=(("resolver.index.statuses._RETRIED", frozenset()),),
    ),
    Scenario(
        "truncated-gzip",
        row="truncated gzip/br/zstd, right CL",
        setup=truncated_gzip,
        expected=Expected(pins="a==1.0\nb==1.0\n", asked={"/files/a-1.0-py3-none-any.whl.metadata": 2}),
        without=(("resolver.index.decompress.BodyDecoder.finish", lambda self: b"".join(self._chunks)),),
    ),
    Scenario(
        "bomb",
        row="endless/huge body",
        setup=bomb,
        expected=Expected(code=7, says=("Nothing of it was used", PAGE), memory=400, then=GOOD),
        without=(
            ("resolver.index.decompress._RATIO", 10_000),
            ("resolver.index.pages._LIMIT", 1 << 40),
        ),
    ),
    Scenario(
        "reset-before-headers",
        row="connection reset before/after headers",
        setup=reset_before_headers,
        expected=Expected(pins=GOOD, asked={PAGE: 3}),
        without=(("resolver.index.aiohttp_session.Transient", _for_good),),
    ),
]
