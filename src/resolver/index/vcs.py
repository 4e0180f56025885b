"""Source trees in git repositories, read by ``git`` in a subprocess: a commit, and files out of it.

Nothing is checked out to read a file, so no hook, filter or submodule of a repository ever runs.  Addresses
decide as little as can be: only the transport that an address names is allowed (also to redirects), addresses
and revisions stand behind ``--``, credentials are given to git by its environment, where other users cannot
see them, and of the variables ``GIT_*`` only those pass that are about ssh and certificates.  git never asks
a person.  Addresses were checked when they were read (``model.references``).

Spec: https://git-scm.com/docs/git-ls-remote, git-fetch, git-config (protocol.allow)
"""

from __future__ import annotations

import os
from contextlib import suppress

from resolver.errors import IndexUnavailable, InputError, MetadataInvalid
from resolver.index.urls import redacted

TYPE_CHECKING = False
if TYPE_CHECKING:
    import asyncio
    from collections.abc import Mapping, Sequence
    from typing import Self

    from resolver.model.references import Reference

__all__ = ["Repository", "is_commit"]

_TIMEOUT = 300.0  # seconds for one call of git
_MOST_OUTPUT = 64 << 20  # bytes of a list of revisions
_PREFIX = "resolver-git-"
_OLD = 86_400  # seconds
_SHOWN = 300  # characters of what git says
_KEPT = frozenset(
    {
        "GIT_CONFIG_GLOBAL",
        "GIT_CONFIG_NOSYSTEM",
        "GIT_CONFIG_SYSTEM",
        "GIT_SSH",
        "GIT_SSH_COMMAND",
        "GIT_SSH_VARIANT",
        "GIT_SSL_CAINFO",
        "GIT_SSL_CAPATH",
    }
)
_SETTINGS = {
    "core.hooksPath": os.devnull,
    "core.fsmonitor": "false",
    "core.askPass": "",
    "fetch.recurseSubmodules": "false",
    "submodule.recurse": "false",
    "transfer.bundleURI": "false",
    "gc.auto": "0",
    # So that it ends by itself, should nobody be left to end it.
    "http.lowSpeedLimit": "100",
    "http.lowSpeedTime": "30",
}


def is_commit(revision: str) -> bool:
    """Tell whether ``revision`` is the full name of a commit, which always means the same."""
    return len(revision) in (40, 64) and not revision.strip("0123456789abcdef")


class Repository:
    """What was fetched of the repository that ``reference`` leads to; to be used as ``async with``.

    ``commit`` is the full name of the commit that the revision means now.  A fetch takes one commit; with
    ``history`` all of it is fetched, as builds that count commits want it.  All methods raise
    ``IndexUnavailable`` where git fails, with what it said.
    """

    def __init__(self, reference: Reference, *, history: bool = False, timeout: float | None = None) -> None:
        self.commit = ""
        self._reference = reference
        self._history = history
        self._timeout = _TIMEOUT if timeout is None else timeout
        self._folder = ""
        self._url, self._environ = _without_login(reference.location, os.environ)

    async def __aenter__(self) -> Self:
        from tempfile import gettempdir, mkdtemp  # noqa: PLC0415  # lazy: rarely wanted

        _sweep(gettempdir())
        self._folder = mkdtemp(prefix=_PREFIX)
        try:
            await self._run("init", "--quiet", "--bare", "--template=")
            self.commit = await self._fetched()
        except BaseException:
            self._remove()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        self._remove()

    async def read(self, path: str, limit: int) -> bytes | None:
        """Return the file at ``path``, None where there is none; ``MetadataInvalid``: it has more bytes."""
        name = f"{self.commit}:{path}"
        try:
            size = await self._run("cat-file", "-s", name)
            kind = await self._run("cat-file", "-t", name)
        except IndexUnavailable:
            return None
        if kind.strip() != b"blob":
            return None
        if int(size) > limit:
            raise MetadataInvalid(f"{path} in {self._reference.url} is larger than {limit >> 20} MiB.")
        return await self._run("cat-file", "blob", name)

    async def unpack(self, folder: str) -> None:
        """Write the tree of the commit into ``folder``, with the repository beside it, for a build."""
        self_contained = os.path.join(folder, ".git")  # noqa: PTH118  # a word for git
        await self._run("config", "core.bare", "false")
        await self._run("--work-tree", folder, "checkout", "--quiet", "--detach", "--force", self.commit)
        os.rename(self._folder, self_contained)  # noqa: PTH104  # the same
        self._folder = self_contained

    async def _fetched(self) -> str:
        """Fetch what the revision means, and return the name of the commit."""
        revision = self._reference.revision
        if not is_commit(revision):
            found = _meant(await self._run("ls-remote", "--", self._url), revision)
            if found is not None:
                await self._fetch(found)
                return await self._parsed("FETCH_HEAD")
        elif not self._history:
            with suppress(IndexUnavailable):  # not every server gives out a commit that no name leads to
                await self._fetch(revision)
                return await self._parsed(revision)
        await self._fetch("+refs/heads/*:refs/heads/*", "+refs/tags/*:refs/tags/*", whole=True)
        return await self._parsed(revision)

    async def _fetch(self, *revisions: str, whole: bool = False) -> None:
        depth = [] if whole or self._history else ["--depth=1"]
        tags = ["--tags"] if self._history else ["--no-tags"]
        await self._run("fetch", "--quiet", *depth, *tags, "--", self._url, *revisions)

    async def _parsed(self, revision: str) -> str:
        """Return the full name of the commit that ``revision`` is in what was fetched."""
        try:
            found = await self._run("rev-parse", "--verify", "--end-of-options", f"{revision}^{{commit}}")
        except IndexUnavailable:
            found = b""
        commit = found.decode("ascii", "replace").strip()
        if not is_commit(commit) or (is_commit(revision) and commit != revision):
            raise IndexUnavailable(
                f"{self._reference.url} has no branch, tag or commit {revision!r}.", url=self._reference.url
            )
        return commit

    async def _run(self, *words: str) -> bytes:
        """Return what git writes; it is ended when it takes too long, or nobody waits for it any more."""
        import asyncio  # noqa: PLC0415  # loaded by now

        try:
            process = await asyncio.create_subprocess_exec(
                "git",
                *self._settings(),
                *words,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.PIPE,
                cwd=self._folder,
                env={**self._environ, "GIT_DIR": self._folder},
                start_new_session=True,
            )
        except FileNotFoundError:
            raise InputError(f"git is needed for {self._reference.url}, and is not there") from None
        try:
            async with asyncio.timeout(self._timeout):
                written, said = await asyncio.gather(_all_of(process.stdout), _all_of(process.stderr))
                await process.wait()
        except TimeoutError:
            raise IndexUnavailable(
                f"git did not finish within {self._timeout:g} seconds for {self._reference.url}.",
                url=self._reference.url,
            ) from None
        finally:
            if process.returncode is None:
                _end(process)
                await process.wait()
        if process.returncode:
            raise IndexUnavailable(
                f"git cannot read {self._reference.url}: {_sentence(said)}", url=self._reference.url
            )
        return written

    def _settings(self) -> Sequence[str]:
        scheme = self._reference.location.partition(":")[0]
        wanted = {**_SETTINGS, "protocol.allow": "never", f"protocol.{scheme}.allow": "always"}
        return [word for name, value in wanted.items() for word in ("-c", f"{name}={value}")]

    def _remove(self) -> None:
        from shutil import rmtree  # noqa: PLC0415  # lazy: rarely wanted

        rmtree(self._folder, ignore_errors=True)


def _sweep(place: str) -> None:
    """Remove what runs that were ended hard have left behind, a day later."""
    from shutil import rmtree  # noqa: PLC0415  # lazy: rarely wanted
    from time import time  # noqa: PLC0415  # loaded by now

    with suppress(OSError), os.scandir(place) as entries:
        for entry in entries:
            if not entry.name.startswith(_PREFIX) or not entry.is_dir(follow_symlinks=False):
                continue
            found = entry.stat(follow_symlinks=False)
            if found.st_mtime < time() - _OLD and found.st_uid == getattr(os, "getuid", lambda: 0)():
                rmtree(entry.path, ignore_errors=True)


def _without_login(location: str, environ: Mapping[str, str]) -> tuple[str, dict[str, str]]:
    """Return the address for git's command line, and the environment that holds the credentials."""
    from resolver.index.credentials import basic_authorization  # noqa: PLC0415  # lazy: rarely wanted

    kept = {name: value for name, value in environ.items() if _may_pass(name)}
    kept |= {"GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C"}
    if "GIT_SSH" not in kept:
        kept.setdefault("GIT_SSH_COMMAND", "ssh -oBatchMode=yes")
    scheme, _, rest = location.partition("://")
    authority, slash, path = rest.partition("/")
    login, _, host = authority.rpartition("@")
    if scheme == "file":
        return f"file:///{path}", kept
    if scheme == "ssh":
        user = login.partition(":")[0]
        return f"ssh://{user}{'@' if user else ''}{host}{slash}{path}", kept
    if login:
        kept |= {
            "GIT_CONFIG_COUNT": "1",
            "GIT_CONFIG_KEY_0": f"http.{scheme}://{host}/.extraHeader",
            "GIT_CONFIG_VALUE_0": f"Authorization: {basic_authorization(login)}",
        }
    return f"{scheme}://{host}{slash}{path}", kept


def _may_pass(name: str) -> bool:
    return name in _KEPT or not name.startswith(("GIT_", "RESOLVER_"))


def _meant(listed: bytes, revision: str) -> str | None:
    """Return the full name of what ``revision`` means: a branch before a tag; None where it is neither."""
    names = set()
    # By bytes: what else a reader could take for the end of a line may stand in a name.
    for line in listed.split(b"\n"):
        commit, _, name = line.partition(b"\t")
        if is_commit(commit.decode("ascii", "replace")):
            names.add(name.decode("utf-8", "surrogateescape"))
    if not revision:
        return "HEAD" if "HEAD" in names else None
    wanted = (f"refs/heads/{revision}", f"refs/tags/{revision}", revision)
    return next((name for name in wanted if name in names and name.startswith("refs/")), None)


async def _all_of(stream: asyncio.StreamReader | None) -> bytes:
    """Read to the end; what is beyond the limit is not kept."""
    assert stream is not None
    found = bytearray()
    while chunk := await stream.read(1 << 16):
        if len(found) < _MOST_OUTPUT:
            found += chunk
    return bytes(found)


def _end(process: asyncio.subprocess.Process) -> None:
    """End git with what it has started."""
    import signal  # noqa: PLC0415  # loaded by now

    with suppress(OSError):
        os.killpg(process.pid, signal.SIGKILL)


def _sentence(said: bytes) -> str:
    """Return the last line of what git said, without what it may show of an address."""
    lines = [line for line in said.decode("utf-8", "replace").splitlines() if line.strip()]
    line = next((each for each in lines if each.startswith("fatal:")), lines[-1] if lines else "it failed")
    words = [redacted(word) if "://" in word else word for word in line.removeprefix("fatal:").split()]
    shown = " ".join(words)[:_SHOWN]
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in shown)
