"""A cache on disk between resolutions and an index in memory, with the stack that the command has.

Only the network and the clock are replaced: ``WorldIndex`` answers as an index over https would, pages in
JSON and metadata beside the files.  ``Setting`` resolves as one process after the other, or as one that
remembers.
"""

from __future__ import annotations

import hashlib
import json
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from resolver import shelf, sources
from resolver.channels import Channels
from resolver.errors import NoSolution
from resolver.formats import reasons, views
from resolver.index.transport import Response, Traffic
from resolver.model.names import normalise
from resolver.model.requirement import Origin, Requirement
from resolver.options import Options
from resolver.session import solve, why
from support.memory import requires_dist

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    import pytest

    from resolver.formats.answer import Progress
    from resolver.index.transport import Request
    from resolver.options import Options as Chosen

__all__ = ["LINUX", "URL", "Setting", "WorldIndex", "told"]

URL = "https://index.example/simple"
LINUX = Options(index_url=URL, python_version="3.12", python_platform="linux")

_JSON = "application/vnd.pypi.simple.v1+json"


class WorldIndex:
    """An index of ``packages``, as ``MemorySource`` takes them; a test may change them, and what is said.

    Pages come with ``cache_control`` and can be confirmed; they promise digests of metadata where
    ``promises`` is true.  With ``only_tag`` that is the entity tag of all pages, and none is ever confirmed.
    ``asked`` are the paths that were asked for; each page is below a folder of
    ``places``, by default that of ``URL``.
    """

    def __init__(self, packages: Mapping[str, Mapping[str, Any]]) -> None:
        self.places: dict[str, Mapping[str, Mapping[str, Any]]] = {"/simple/": packages}
        self.cache_control = "max-age=600"
        self.metadata_control = "max-age=600"
        self.promises = True
        self.only_tag = ""
        self.asked: list[str] = []
        self.traffic = Traffic()

    @property
    def pages(self) -> list[str]:
        """Return the pages that were asked for."""
        return [path for path in self.asked if path.endswith("/")]

    def stored(self, request: Request) -> Response | None:
        """Return nothing: this stands for the network."""
        del request
        return None

    async def fetch(self, request: Request) -> Response:
        """Answer as an index does."""
        host, _, rest = request.url.partition("//")[2].rpartition("@")[2].partition("/")
        path = f"/{rest}"
        self.asked.append(path)
        self.traffic.requests += 1
        folder, name = path.removeprefix("/files").rstrip("/").rsplit("/", 1)
        packages = self.places[f"{folder}/"]
        if path.endswith("/"):
            return self._page(request, packages, name, host)
        found = self._files(packages).get(name.removesuffix(".metadata"))
        if found is None:
            return Response(request.url, 404, {}, b"")
        return Response(request.url, 200, {"cache-control": self.metadata_control}, found[0])

    async def close(self) -> None:
        """Nothing to let go of."""

    def _page(
        self, request: Request, packages: Mapping[str, Mapping[str, Any]], name: str, host: str
    ) -> Response:
        headers = {"cache-control": self.cache_control, "content-type": _JSON}
        known = {normalise(each): versions for each, versions in packages.items()}
        if name not in known:
            return Response(request.url, 404, headers, b"")
        place = request.url.partition(host)[2].removesuffix(f"{name}/")
        files = [
            self._described(filename, metadata, facts, f"https://{host}/files{place}{filename}")
            for filename, (metadata, facts) in self._files({name: known[name]}).items()
        ]
        body = json.dumps({"meta": {"api-version": "1.1"}, "name": name, "files": files}).encode()
        headers["etag"] = self.only_tag or f'"{hashlib.sha256(body).hexdigest()}"'
        if not self.only_tag and request.headers.get("If-None-Match") == headers["etag"]:
            return Response(request.url, 304, headers, b"")
        return Response(request.url, 200, headers, body)

    def _described(
        self, filename: str, metadata: bytes, facts: Mapping[str, Any], url: str
    ) -> dict[str, object]:
        promise: object = {"sha256": hashlib.sha256(metadata).hexdigest()} if self.promises else True
        return {
            "filename": filename,
            "url": url,
            "hashes": {"sha256": hashlib.sha256(filename.encode()).hexdigest()},
            "requires-python": facts.get("requires_python"),
            "yanked": facts.get("yanked") or False,
            "upload-time": facts.get("upload_time"),
            "core-metadata": promise,
        }

    def _files(self, packages: Mapping[str, Mapping[str, Any]]) -> dict[str, tuple[bytes, Mapping[str, Any]]]:
        """Return the metadata and the facts of each file."""
        found: dict[str, tuple[bytes, Mapping[str, Any]]] = {}
        for name, versions in packages.items():
            for version, facts in versions.items():
                stem = f"{normalise(name).replace('-', '_')}-{version.replace('-', '_')}"
                made = (_metadata(name, version, facts), facts)
                if facts.get("wheel", True):
                    for tags in facts.get("wheel_tags") or ["py3-none-any"]:
                        found[f"{stem}-{tags}.whl"] = made
                if facts.get("sdist", False):
                    found[f"{stem}.tar.gz"] = made
        return found


def _metadata(name: str, version: str, facts: Mapping[str, Any]) -> bytes:
    lines = ["Metadata-Version: 2.1", f"Name: {normalise(name)}", f"Version: {version}"]
    if facts.get("requires_python"):
        lines.append(f"Requires-Python: {facts['requires_python']}")
    lines += [f"Provides-Extra: {extra}" for extra in facts.get("extras") or ()]
    lines += [f"Requires-Dist: {text}" for text in requires_dist(facts)]
    return "\n".join([*lines, ""]).encode()


class Setting:
    """Resolutions over ``index`` with the cache ``folder``, one after the other; ``clock`` stands still."""

    def __init__(
        self, folder: Path, monkeypatch: pytest.MonkeyPatch, packages: Mapping[str, Mapping[str, Any]]
    ) -> None:
        self.folder = folder
        self.index = WorldIndex(packages)
        self.clock = 1_000_000.0
        self.warnings: list[str] = []
        monkeypatch.setattr(sources, "_Network", lambda *_: self.index)
        monkeypatch.setattr(sources, "time", SimpleNamespace(time=lambda: self.clock))
        self.forget()

    def forget(self) -> None:
        """Let the process forget what it remembers, as if it ended."""
        shelf._remembered.clear()

    @property
    def notes(self) -> dict[str, Path]:
        """Return the notes on disk, by folder and package."""
        found = sorted(self.folder.glob("notes-v*/*/*"))
        return {f"{path.parent.name}/{path.name[1:]}": path for path in found}

    @property
    def records(self) -> list[Path]:
        """Return the records on disk."""
        return sorted(path for path in self.folder.glob("http-v*/*/*") if path.is_file())

    def told(  # noqa: PLR0913  # what a user may say
        self,
        requirements: Sequence[str],
        constraints: Sequence[str] = (),
        options: Chosen = LINUX,
        *,
        about: str | None = None,
        watch: Callable[[Progress], None] | None = None,
        remember: bool = False,
    ) -> str:
        """Return all that is told, as JSON, without what counts requests and seconds.

        With ``about`` it is what ``resolver why`` tells; ``watch`` is called as a progress bar would be.
        What was remembered before is forgotten first, if it is not to ``remember``.
        """
        if not remember:
            self.forget()
        options = options.replace(cache_dir=str(self.folder))
        if options.index_url is None:
            options = options.replace(index_url=URL)
        return told(requirements, constraints, options, about=about, watch=watch, warn=self.warnings.append)

    def pins(self, *requirements: str, options: Chosen = LINUX, **more: Any) -> dict[str, str] | None:
        """Return the pins by name, or None where there is no solution."""
        document = json.loads(self.told(requirements, options=options, **more))
        if document["status"] != "solved":
            return None
        return {pin["name"]: pin["version"] for pin in document["pins"]}


def told(  # noqa: PLR0913  # the same
    requirements: Sequence[str],
    constraints: Sequence[str],
    options: Chosen,
    *,
    about: str | None = None,
    watch: Callable[[Progress], None] | None = None,
    warn: Callable[[str], None] | None = None,
) -> str:
    """Return all that is told, as JSON, without what counts requests and seconds."""
    asked = [Requirement.parse(text, Origin("app.in", n)) for n, text in enumerate(requirements, 1)]
    limits = [Requirement.parse(text, Origin("limits.txt", n)) for n, text in enumerate(constraints, 1)]
    try:
        if about is None:
            answer = solve(asked, limits, options, Channels(progress=watch, warn=warn, files=True))
            found = views.solved(answer)
        else:
            found = reasons.to_json(why(about, asked, limits, options, Channels(progress=watch, warn=warn)))
    except NoSolution as error:
        found = views.unsatisfiable(error)
    document: dict[str, Any] = json.loads(found)
    for counted in ("requests", "bytes", "seconds"):
        document.get("statistics", {}).pop(counted, None)
    return json.dumps(document, indent=1)
