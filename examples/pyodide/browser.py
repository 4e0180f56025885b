"""Resolving in a browser: what Python in Emscripten is to install, by a fetcher of its own.

There are no sockets, threads, processes and extension modules there, only ``fetch``, which is asynchronous.
Some packages are built for that Python and listed in a lock file that was loaded at the start; those versions
are wanted if they will do, and pure wheels come from an index.  This is what micropip has to answer.

    python -m examples.pyodide.browser
"""

from __future__ import annotations

import asyncio
import io
import json
import zipfile
from collections.abc import Awaitable, Callable, Mapping
from typing import NamedTuple

from resolver import DistFile, NoSolution, Options, Resolution, resolve_async
from resolver.errors import IndexUnavailable, MetadataInvalid

Answer = tuple[int, Mapping[str, str], bytes]
Fetch = Callable[[str, Mapping[str, str]], Awaitable[Answer]]
"""What the browser gives: in Pyodide a few lines around ``pyodide.http.pyfetch``."""

TARGET = Options(python_version="3.13", python_platform="wasm32-pyodide2025", no_cache=True)
_ACCEPT = {"Accept": "application/vnd.pypi.simple.v1+json"}


class Locked(NamedTuple):
    """A package of the lock file, built for this Python."""

    version: str
    file: DistFile
    depends: list[str]


def read_lock(text: str, base: str) -> dict[str, Locked]:
    """Read a ``pyodide-lock.json``, whose files lie at ``base``."""
    found = {}
    for name, entry in json.loads(text)["packages"].items():
        filename = entry["file_name"]
        file = DistFile(filename, f"{base}{filename}", hashes={"sha256": entry["sha256"]})
        found[name] = Locked(entry["version"], file, entry["depends"])
    return found


class BrowserFetcher:
    """The files of packages from the lock and from ``index``, by ``fetch`` (``resolver.Fetcher``)."""

    def __init__(self, fetch: Fetch, lock: Mapping[str, Locked], index: str) -> None:
        self._fetch = fetch
        self._lock = lock
        self._index = index

    async def files(self, name: str) -> list[DistFile] | None:
        """Return what the lock and the index have; None where neither knows the package."""
        locked = [self._lock[name].file] if name in self._lock else []
        status, _, body = await self._fetch(f"{self._index}{name}/", _ACCEPT)
        if status == 404:
            return locked or None
        if status != 200:
            raise IndexUnavailable(f"{self._index}{name}/ answers with status {status}.", status=status)
        return [*locked, *(_file(entry) for entry in json.loads(body)["files"])]

    async def metadata(self, name: str, file: DistFile) -> bytes | str:
        """Return what the lock says, the index serves beside the file, or the wheel holds."""
        locked = self._lock.get(name)
        if locked is not None and file is locked.file:
            requires = "".join(f"Requires-Dist: {each}\n" for each in locked.depends)
            return f"Metadata-Version: 2.1\nName: {name}\nVersion: {locked.version}\n{requires}"
        if file.core_metadata:
            status, _, body = await self._fetch(f"{file.url}.metadata", {})
            if status == 200:
                return body
        status, _, body = await self._fetch(file.url, {})
        if status != 200:
            raise IndexUnavailable(f"{file.url} answers with status {status}.", status=status)
        return _in_wheel(body, file.filename)


def _file(entry: dict[str, object]) -> DistFile:
    """Return an entry of a page; what is of the wrong type is refused by the resolver."""
    return DistFile(
        entry["filename"],  # type: ignore[arg-type]  # the same
        entry["url"],  # type: ignore[arg-type]  # the same
        hashes=entry.get("hashes"),  # type: ignore[arg-type]  # the same
        requires_python=entry.get("requires-python"),  # type: ignore[arg-type]  # the same
        yanked=entry.get("yanked") or None,  # type: ignore[arg-type]  # the same
        core_metadata=bool(entry.get("core-metadata")),
    )


def _in_wheel(body: bytes, filename: str) -> bytes:
    """Return the METADATA in a wheel."""
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as wheel:
            path = next(each for each in wheel.namelist() if each.endswith(".dist-info/METADATA"))
            return wheel.read(path)
    except (zipfile.BadZipFile, StopIteration) as error:
        raise MetadataInvalid(f"{filename} is no wheel.") from error


class Install(NamedTuple):
    """A wheel to load: ``built`` says that it is one of the lock's."""

    name: str
    version: str
    url: str
    sha256: str
    built: bool


async def install_plan(
    requirements: list[str], fetch: Fetch, lock: Mapping[str, Locked], index: str
) -> list[Install]:
    """Return what to load, with the versions of the lock if they will do.

    Raises ``NoSolution``, whose text says why, where micropip would take the first version that fits and
    fail later.
    """
    fetcher = BrowserFetcher(fetch, lock, index)
    preferred = tuple(f"{name}=={locked.version}" for name, locked in lock.items())
    options = TARGET.replace(preferences=preferred)
    return _plan(await resolve_async(requirements, options, fetcher=fetcher), lock)


def _plan(found: Resolution, lock: Mapping[str, Locked]) -> list[Install]:
    plan = []
    for pin in found.pins.values():
        file = pin.files[0]
        built = pin.name in lock and lock[pin.name].file.url == file.url
        plan.append(Install(pin.name, str(pin.version), file.url, file.hashes.get("sha256", ""), built))
    return plan


# -- what this example shows --------------------------------------------------------------------------------

INDEX = "https://index.example/simple/"
CDN = "https://cdn.example/"
_BUILT = {
    "numpy": ("2.2.5", "numpy-2.2.5-cp313-cp313-pyodide_2025_0_wasm32.whl"),
    "colour": ("0.9", "colour-0.9-py3-none-any.whl"),
}
LOCK = json.dumps(
    {
        "info": {"platform": "emscripten_4_0_9", "python": "3.13.2"},
        "packages": {
            name: {"version": version, "file_name": file, "sha256": "ab", "depends": []}
            for name, (version, file) in _BUILT.items()
        },
    }
)


def _page(*names: str, **more: object) -> bytes:
    files = [
        {"filename": each, "url": f"https://files.example/{each}", "hashes": {"sha256": "cd"}, **more}
        for each in names
    ]
    return json.dumps({"meta": {"api-version": "1.0"}, "files": files}).encode()


def _wheel(name: str, version: str, *requires: str) -> bytes:
    body = io.BytesIO()
    with zipfile.ZipFile(body, "w") as wheel:
        lines = [f"Name: {name}", f"Version: {version}", *(f"Requires-Dist: {each}" for each in requires)]
        wheel.writestr(
            f"{name}-{version}.dist-info/METADATA", "\n".join(["Metadata-Version: 2.1", *lines, ""])
        )
    return body.getvalue()


SITE = {
    f"{INDEX}plot/": _page("plot-1.0-py3-none-any.whl", "plot-2.0-py3-none-any.whl"),
    f"{INDEX}numpy/": _page("numpy-2.3.0-cp313-cp313-manylinux_2_28_x86_64.whl", "numpy-2.3.0.tar.gz"),
    f"{INDEX}colour/": _page("colour-1.0-py3-none-any.whl", **{"core-metadata": True}),
    "https://files.example/plot-1.0-py3-none-any.whl": _wheel("plot", "1.0", "numpy<2"),
    "https://files.example/plot-2.0-py3-none-any.whl": _wheel("plot", "2.0", "numpy>=2", "colour"),
    "https://files.example/colour-1.0-py3-none-any.whl.metadata": (
        b"Metadata-Version: 2.1\nName: colour\nVersion: 1.0\n"
    ),
}


async def fetch(url: str, _: Mapping[str, str]) -> Answer:
    """Answer as a browser would, from ``SITE``."""
    await asyncio.sleep(0)
    return (200, {}, SITE[url]) if url in SITE else (404, {}, b"")


async def main() -> None:
    """Plan what to load for a pure package that needs one that is built."""
    lock = read_lock(LOCK, CDN)
    plan = await install_plan(["plot"], fetch, lock, INDEX)  # colour 1.0 is newer than that of the lock
    for step in plan:
        print(f"{step.name} {step.version} {'built' if step.built else 'pure'} {step.url}")
    assert [(step.name, step.version, step.built) for step in plan] == [
        ("colour", "0.9", True),
        ("numpy", "2.2.5", True),
        ("plot", "2.0", False),
    ]
    newer = await install_plan(["plot", "colour>=1"], fetch, lock, INDEX)
    assert ("colour", "1.0", False) in [(step.name, step.version, step.built) for step in newer]
    said = ""
    try:
        await install_plan(["plot<2"], fetch, lock, INDEX)
    except NoSolution as error:
        said = error.explanation
    print(said)
    assert "plot 1.0 depends on numpy<2" in said  # and that is built for nobody here


if __name__ == "__main__":
    asyncio.run(main())
