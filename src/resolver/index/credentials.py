"""Credentials: where they are looked for, and the Authorization header that is made of them.

They travel as the userinfo of a request's URL, are sent to that URL's origin only, and are taken off again
before anything is stored or shown (``urls``).  Here they are looked up: in a netrc file, and by the command
``keyring``, which is a program of its own and never a module of this process.  When that is done, and for
whom, is in ``logins``.

Specification: https://www.rfc-editor.org/rfc/rfc7617 (Basic authentication); for netrc there is
https://www.gnu.org/software/inetutils/manual/html_node/The-_002enetrc-file.html
"""

from __future__ import annotations

from resolver.index.urls import with_userinfo

TYPE_CHECKING = False
if TYPE_CHECKING:
    from asyncio import StreamReader
    from asyncio.subprocess import Process
    from collections.abc import Callable
    from netrc import netrc

    from resolver.index.urls import Address

__all__ = ["Keyring", "Netrc", "basic_authorization", "userinfo"]

_KEYRING_TIMEOUT = 5.0  # seconds for all that is asked about one login
_MOMENT = 0.2  # seconds for it to end, once it is told to
_LONGEST = 1 << 16  # bytes of an answer of keyring


def basic_authorization(userinfo: str) -> str:
    """Return the value of the Authorization header for the userinfo of a URL, ``user:password`` quoted.

    >>> basic_authorization("me:p%40ss")
    'Basic bWU6cEBzcw=='
    """
    from base64 import b64encode  # noqa: PLC0415  # lazy: start-up time
    from urllib.parse import unquote  # noqa: PLC0415  # lazy: start-up time

    user, _, password = userinfo.partition(":")
    return "Basic " + b64encode(f"{unquote(user)}:{unquote(password)}".encode()).decode()


def userinfo(user: str, password: str) -> str:
    """Return both as they are written in a URL.

    >>> userinfo("me", "p@ss")
    'me:p%40ss'
    """
    from urllib.parse import quote  # noqa: PLC0415  # lazy: start-up time

    return f"{quote(user, safe='')}:{quote(password, safe='')}"


class Netrc:
    """The logins of a netrc ``file``, which is read when first asked; ``warn`` is told if it cannot be."""

    __slots__ = ("_file", "_read", "_warn")

    def __init__(self, file: str, warn: Callable[[str], None]) -> None:
        self._file = file
        self._warn = warn
        self._read: netrc | None = None

    def login(self, address: Address, user: str) -> str | None:
        """Return the userinfo for the host of ``address`` and this quoted ``user`` ("": any); None: none.

        netrc knows no ports: for whom to ask is for the caller to say.
        """
        from urllib.parse import unquote  # noqa: PLC0415  # lazy: start-up time

        found = self._entries().authenticators(address.host.strip("[]"))
        if found is None or (user and found[0] != unquote(user)):
            return None
        return userinfo(found[0] or "", found[2] or "")

    def _entries(self) -> netrc:
        from netrc import NetrcParseError, netrc  # noqa: PLC0415  # lazy: few have the file
        from os import devnull  # noqa: PLC0415  # loaded by the interpreter anyway

        if self._read is None:
            try:
                self._read = netrc(self._file)
            except (OSError, NetrcParseError, UnicodeDecodeError) as error:
                # Of the message of a parser nothing is shown: it repeats what it could not read.
                line = f", line {error.lineno}" if isinstance(error, NetrcParseError) and error.lineno else ""
                self._warn(f"The netrc file {self._file} cannot be read{line}: no login is taken from it.")
                self._read = netrc(devnull)
        return self._read


class Keyring:
    """The command ``keyring``: what it says is asked for once an index and user.

    Once it is not there, fails or does not answer, ``warn`` is told, and it is not asked again.
    """

    __slots__ = ("_broken", "_warn")

    def __init__(self, warn: Callable[[str], None]) -> None:
        self._warn = warn
        self._broken = False

    async def login(self, index: str, address: Address, user: str) -> str | None:
        """Return the userinfo for ``index`` (a URL), or for its host, and this quoted ``user`` ("": any)."""
        import asyncio  # noqa: PLC0415  # loaded by now

        try:
            async with asyncio.timeout(_KEYRING_TIMEOUT):
                for service in (with_userinfo(index, ""), _place(address)):
                    found = None if self._broken else await self._ask(service, user)
                    if found is not None:
                        return found
        except TimeoutError:
            self._fail(f"did not answer within {_KEYRING_TIMEOUT:g} seconds")
        return None

    async def _ask(self, service: str, user: str) -> str | None:
        """Ask for one service: the password of a user, or both."""
        from urllib.parse import quote, unquote  # noqa: PLC0415  # lazy: start-up time

        words = ("get", service, unquote(user)) if user else ("get", "--mode", "creds", service)
        written = await self._output(words)
        lines = [] if written is None else written.splitlines()
        if user:
            return f"{user}:{quote(lines[0], safe='')}" if lines and lines[0] else None
        return userinfo(*lines[:2]) if len(lines) > 1 else None

    async def _output(self, words: tuple[str, ...]) -> str | None:
        """Return what keyring writes, None where it knows nothing or fails."""
        import asyncio  # noqa: PLC0415  # loaded by now
        from contextlib import suppress  # noqa: PLC0415  # the same

        try:
            process = await asyncio.create_subprocess_exec(
                "keyring",
                *words,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.PIPE,
                env=_without_settings(),
                start_new_session=True,  # so that it has no terminal to ask at
            )
        except OSError:
            self._fail("cannot be run")
            return None
        assert process.stdout is not None
        assert process.stderr is not None
        try:
            written, said = await asyncio.gather(_all_of(process.stdout), _all_of(process.stderr))
            status = await process.wait()
        except BaseException:  # it took too long, or nobody waits for it any more
            _end(process)
            with suppress(TimeoutError):  # what has left its group may hold its pipes open
                async with asyncio.timeout(_MOMENT):
                    await asyncio.gather(process.wait(), process.stdout.read(), process.stderr.read())
            raise
        text = written.decode("utf-8", "replace")
        if (status and said.strip()) or status not in (0, 1) or not all(map(_is_text, text.splitlines())):
            self._fail(f"failed (exit status {status})")
            return None
        return None if status else text

    def _fail(self, what: str) -> None:
        if not self._broken:
            self._broken = True
            self._warn(f"The command keyring {what}: no login is taken from it.")


async def _all_of(stream: StreamReader) -> bytes:
    """Return what comes until the end, or what is long enough to be no login."""
    found = b""
    while len(found) < _LONGEST and (more := await stream.read(_LONGEST)):
        found += more
    return found


def _is_text(line: str) -> bool:
    return line.isprintable() and "\N{REPLACEMENT CHARACTER}" not in line


def _without_settings() -> dict[str, str]:
    """Return the variables without those that may hold logins of indexes."""
    from os import environ  # noqa: PLC0415  # loaded by the interpreter anyway

    return {name: text for name, text in environ.items() if not name.startswith(("RESOLVER_", "PIP_"))}


def _end(process: Process) -> None:
    """End keyring with all that it has started."""
    import os  # noqa: PLC0415  # loaded by the interpreter anyway
    import signal  # noqa: PLC0415  # loaded by now
    from contextlib import suppress  # noqa: PLC0415  # the same

    with suppress(OSError):
        os.killpg(process.pid, signal.SIGKILL)


def _place(address: Address) -> str:
    """Return host, and port if it is not the usual one: the other name under which logins are kept."""
    host = address.url.partition("://")[2]
    return host.partition("/")[0]
