"""A world as its indexes would serve it: pages and files by path, for a server, a transport or a folder.

The first index lies at ``/simple/``, one that has a name at ``/NAME/simple/``.  Pages come as JSON where that
is wanted, else as HTML; beside each file lies its metadata.

Specification: https://packaging.python.org/en/latest/specifications/simple-repository-api/
"""

from __future__ import annotations

import hashlib
import json
from html import escape
from urllib.parse import quote, unquote

from resolver.model.names import normalise
from resolver.testing.archives import archive, metadata_text
from resolver.testing.facts import PLACE, Release

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from resolver.model.distfile import DistFile

    Packages = Mapping[str, Mapping[str, object]]
    Reply = tuple[int, dict[str, str], bytes]

__all__ = ["MEMORY", "Site", "SiteTransport"]

MEMORY = "https://index.example"
"""Where indexes in memory are; RFC 2606: nothing else is ever there."""

_JSON = "application/vnd.pypi.simple.v1+json"
_HTML = "text/html; charset=utf-8"


class Site:
    """Answers to paths; ``indexes`` are packages by the name of the index, "" for the first one."""

    __slots__ = ("_files", "_packages", "_states")

    def __init__(self, indexes: Mapping[str, Packages], states: Mapping[str, tuple[str, str]]) -> None:
        self._states = states
        self._packages: dict[str, list[Release]] = {}
        self._files: dict[str, tuple[Release, DistFile]] = {}
        for index, packages in indexes.items():
            for name, versions in packages.items():
                releases = [_release(normalise(name), *each) for each in versions.items()]
                self._packages[f"{_root(index)}simple/{normalise(name)}/"] = releases
                for release in releases:
                    for file in release.files:
                        self._files[f"{_root(index)}files/{file.filename}"] = (release, file)

    def answer(self, path: str, accept: str = "") -> Reply:
        """Return status, headers and body of what lies at ``path``, in the form that ``accept`` wants."""
        path = unquote(path)
        if path in self._packages:
            as_json = _JSON in accept
            body = self._json(path) if as_json else self._html(path)
            return 200, {"content-type": _JSON if as_json else _HTML}, body
        content = self._content(path)
        if content is None:
            return 404, {"content-type": "text/plain"}, b"there is nothing here\n"
        return 200, {"content-type": "application/octet-stream"}, content

    def write(self, folder: Path) -> None:
        """Write all pages and files below ``folder``, pages as ``index.html``."""
        for path in self._packages:
            _write(folder / path.lstrip("/") / "index.html", self._html(path))
        for path, (_, file) in self._files.items():
            for each in (path, f"{path}.metadata") if file.core_metadata else (path,):
                content = self._content(each)
                assert content is not None
                _write(folder / each.lstrip("/"), content)

    def _content(self, path: str) -> bytes | None:
        release, file = self._files.get(path, (None, None))
        if release is not None and file is not None:
            return archive(release, file)
        release, file = self._files.get(path.removesuffix(".metadata"), (None, None))
        return None if release is None else metadata_text(release).encode()

    def _listed(self, path: str) -> Iterator[tuple[Release, DistFile, Mapping[str, str], int]]:
        """Yield the files of a page, with hashes and sizes: real ones where the world does not say others."""
        for release in [] if self._state(path)[0] == "quarantined" else self._packages[path]:
            for file in release.files:
                content = archive(release, file)
                hashes = file.hashes or {"sha256": hashlib.sha256(content).hexdigest()}
                yield release, file, hashes, len(content) if file.size is None else file.size

    def _state(self, path: str) -> tuple[str, str]:
        return self._states.get(path.rstrip("/").rpartition("/")[2], ("active", ""))

    def _json(self, path: str) -> bytes:
        status, reason = self._state(path)
        files = [
            {
                "filename": file.filename,
                "url": _link(file),
                "hashes": dict(hashes),
                "size": size,
                "requires-python": file.requires_python,
                "upload-time": file.upload_time,
                "yanked": file.yanked or False,
                "core-metadata": {"sha256": hashlib.sha256(metadata_text(release).encode()).hexdigest()},
            }
            for release, file, hashes, size in self._listed(path)
        ]
        return json.dumps(
            {
                "meta": {"api-version": "1.4"},
                "name": path.rstrip("/").rpartition("/")[2],
                "versions": list(dict.fromkeys(release.version for release in self._packages[path])),
                "project-status": {"status": status, **({"reason": reason} if reason else {})},
                "files": [{key: each[key] for key in each if each[key] is not None} for each in files],
            }
        ).encode()

    def _html(self, path: str) -> bytes:
        status, reason = self._state(path)
        lines = ["<!DOCTYPE html>", '<meta name="pypi:repository-version" content="1.4">']
        lines.append(f'<meta name="pypi:project-status" content="{escape(status)}">')
        if reason:
            lines.append(f'<meta name="pypi:project-status-reason" content="{escape(reason)}">')
        for _, file, hashes, _ in self._listed(path):
            kind, digest = next(iter(hashes.items()))
            attributes = [
                f'href="{_link(file)}#{kind}={digest}"',
                'data-core-metadata="true"',
            ]
            if file.requires_python:
                attributes.append(f'data-requires-python="{escape(file.requires_python)}"')
            if file.yanked:
                attributes.append(f'data-yanked="{escape("" if file.yanked is True else file.yanked)}"')
            lines.append(f"<a {' '.join(attributes)}>{file.filename}</a><br>")
        return "\n".join([*lines, ""]).encode()


class SiteTransport:
    """The site at ``MEMORY`` as a ``resolver.Transport``; ``asked`` lists the paths that were fetched."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self.asked: list[str] = []

    def fetch(self, url: str, headers: Mapping[str, str]) -> Reply:
        """Return what lies at ``url``."""
        self.asked.append(url.removeprefix(MEMORY))
        return self._site.answer(self.asked[-1], headers.get("Accept", ""))


def _release(name: str, version: str, facts: object) -> Release:
    return Release.read(name, version, facts, f"packages.{name}.{version!r}")


def _link(file: DistFile) -> str:
    return f"../../files/{quote(file.filename)}" if file.url.startswith(PLACE) else file.url


def _root(index: str) -> str:
    return f"/{index}/" if index else "/"


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
