"""From options to the things that answer: the target environment and the stack of sources.

One stack a resolution: recording | replay or client | cache | HTTP.  What each layer does is in ``index``;
when they are asked is in ``session``.
"""

from __future__ import annotations

import os
import sys
import time

from resolver.channels import SILENT
from resolver.errors import InputError
from resolver.index.cache import CachingTransport, digest
from resolver.index.client import Client
from resolver.index.configuring import choose, netrc_file, origins
from resolver.index.store import RecordStore, default_cache_dir, refusal
from resolver.index.transport import Traffic
from resolver.limits import Limits
from resolver.model.environment import Environment, InvalidPythonVersion
from resolver.naming import split_host
from resolver.options import names_anew

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence
    from typing import Protocol

    from resolver.channels import Channels
    from resolver.index.aiohttp_transport import AiohttpTransport
    from resolver.index.carried import CarriedTransport
    from resolver.index.configuring import Chosen
    from resolver.index.direct import DirectSource
    from resolver.index.fetched import FetcherSource
    from resolver.index.flat import FindLinks
    from resolver.index.local import LocalTransport
    from resolver.index.logins import LoginTransport
    from resolver.index.notebook import Notebook
    from resolver.index.ports import Fetcher
    from resolver.index.proxies import Proxies
    from resolver.index.replay import RecordingSource
    from resolver.index.source import Builds, Source
    from resolver.index.transport import Request, Response, Transport
    from resolver.index.trust import Hosts, Trust
    from resolver.index.urls import Address
    from resolver.model.environment import Host
    from resolver.model.references import Reference
    from resolver.options import Options

    class _Counted(Protocol):
        """What knows how much went over the network."""

        @property
        def traffic(self) -> Traffic:
            """Return it."""

    Building = Callable[[Options, Client, RecordStore | None, Callable[[str], None]], Builds]

__all__ = ["OpenSource", "cache_directory", "environment_of", "open_source", "reaching", "trusted_directory"]


class OpenSource:
    """A source, what it took, and what to do about it when the resolution is over."""

    __slots__ = ("_addressed", "_direct", "_notebook", "_recording", "_transport", "builds", "source")

    def __init__(  # noqa: PLR0913  # one parameter a part
        self,
        source: Source,
        *,
        transport: _Counted | None = None,
        recording: RecordingSource | None = None,
        notebook: Callable[[str], Notebook] | None = None,
        builds: Builds | None = None,
        direct: Callable[[], DirectSource] | None = None,
    ) -> None:
        self.source = source
        self.builds = builds
        self._direct = direct
        self._addressed: tuple[Source, DirectSource | None] | None = None
        self._notebook = notebook
        self._transport = transport
        self._recording = recording

    @property
    def has_pages(self) -> bool:
        """Whether answers may be pages of an index."""
        return isinstance(self.source, Client)

    @property
    def requests(self) -> int:
        """Return how many requests were sent so far."""
        return 0 if self._transport is None else self._transport.traffic.requests

    @property
    def bytes(self) -> int:
        """Return how many bytes were received so far."""
        return 0 if self._transport is None else self._transport.traffic.bytes

    def about(self, references: Mapping[str, Reference]) -> Source:
        """Return the source for a question in which the packages of ``references`` come from there."""
        if not references:
            return self.source
        from resolver.index.direct import Addressed  # noqa: PLC0415  # lazy: most questions have none

        if self._addressed is None:
            # What is recorded has a source of addresses inside, and what is replayed needs none.
            direct = None if self._direct is None else self._direct()
            whole = self.source if direct is None or self._recording is not None else direct
            self._addressed = (whole, direct)
        source, direct = self._addressed
        addresses = {name: reference.of(name) for name, reference in references.items()}
        if direct is not None:
            for name, reference in references.items():
                direct.know(name, reference)
        return Addressed(source, addresses)

    def notebook(self, about: str) -> Notebook | None:
        """Return the notes that ``about`` tells from others; None where the source keeps none."""
        return None if self._notebook is None else self._notebook(about)

    def save(self, used: Callable[[], Mapping[str, Collection[str]]]) -> None:
        """Write the recording, if one was asked for, of what ``used`` returns.  Raises ``OutputError``."""
        if self._recording is not None:
            self._recording.save(used())


class _Network:
    """The transport over HTTP, which is loaded when something must be fetched."""

    __slots__ = ("_channels", "_chosen", "_made", "_options")

    def __init__(self, chosen: Chosen, channels: Channels) -> None:
        self._chosen = chosen
        self._options = chosen.options
        self._channels = channels
        self._made: AiohttpTransport | None = None

    @property
    def traffic(self) -> Traffic:
        """Return what went over the network so far."""
        return Traffic() if self._made is None else self._made.traffic

    def stored(self, request: Request) -> Response | None:  # noqa: ARG002  # the port's signature
        """Return ``None``: the network always needs waiting."""
        return None

    async def fetch(self, request: Request) -> Response:
        """Return the answer; see ``Transport.fetch`` for the contract."""
        if self._made is None:
            from resolver.index.aiohttp_transport import (  # noqa: PLC0415  # lazy: start-up time
                AiohttpTransport,
            )

            self._made = AiohttpTransport(
                timeout=self._options.timeout,
                retries=self._options.retries,
                concurrency=self._options.concurrency,
                proxies=self._proxies(),
                trust=self._trust(),
                warn=self._channels.warn,
                emit=self._channels.emit,
                limits=Limits(self._options.limits),
            )
        return await self._made.fetch(request)

    def _proxies(self) -> Proxies | None:
        if self._options.proxy is None:
            return None
        from resolver.index.proxies import Proxies  # noqa: PLC0415  # loaded by now

        return Proxies.named(self._options.proxy)

    def _trust(self) -> Trust:
        """Return which servers are believed; a certificate of the user's is shown to the indexes alone."""
        from resolver.index.trust import Trust  # noqa: PLC0415  # loaded by now

        options = self._options
        own = [] if options.client_cert is None else origins(self._chosen)
        insecure = _insecure(options)
        return Trust(options.cert, certificate=options.client_cert, shown_to=own, insecure=insecure)

    async def close(self) -> None:
        """Let go of all connections."""
        if self._made is not None:
            await self._made.close()


_environments: dict[tuple[object, ...], Environment] = {}
"""The last targets on the running interpreter, which are values and remember what they were asked."""

_MOST_ENVIRONMENTS = 16


def environment_of(options: Options) -> Environment:
    """Return the target that ``options`` name.  Raises ``InputError``; may start the named interpreter."""
    if options.python is not None:
        from resolver.index.interpreter import host_of  # noqa: PLC0415  # lazy: rarely wanted

        return _target(options, host_of(options.python))
    key = (
        options.python_version,
        options.python_platform,
        options.python_implementation,
        options.abis,
    )
    found = _environments.get(key)
    if found is None:
        if len(_environments) >= _MOST_ENVIRONMENTS:
            _environments.clear()
        found = _environments[key] = _target(options)
    return found


def _target(options: Options, host: Host | None = None) -> Environment:
    try:
        return Environment.target(
            options.python_version,
            options.python_platform,
            host,
            implementation=options.python_implementation,
            abis=options.abis,
        )
    except InvalidPythonVersion as error:
        raise InputError(f"--python-version: {error}") from None
    except ValueError as error:
        from resolver.model.targets import UnknownImplementation, UnknownPlatform  # noqa: PLC0415  # lazy: rare

        if isinstance(error, UnknownPlatform):
            raise InputError(f"--python-platform: {error}") from None
        if isinstance(error, UnknownImplementation):
            raise InputError(f"--python-implementation: {error}") from None
        raise


def cache_directory(options: Options) -> str | None:
    """Return where the cache is, or None where it is not to be used or no home is known."""
    if options.no_cache:
        return None
    return options.cache_dir or default_cache_dir(os.environ, sys.platform)


def trusted_directory(options: Options) -> str | None:
    """Return where the cache is, if what is kept there may decide who is asked."""
    directory = cache_directory(options)
    return None if directory is None or refusal(directory) else directory


def _opened_store(
    options: Options, directory: str | None, warn: Callable[[str], None], note: Callable[[str], None]
) -> RecordStore | None:
    if directory is not None:
        return RecordStore(directory, warn=warn, note=note)
    if not options.no_cache:
        warn("No home directory is known, so nothing is cached. A directory can be named with --cache-dir.")
    return None


def open_source(
    options: Options,
    *,
    asked: Sequence[str] = (),
    channels: Channels = SILENT,
    building: Building | None = None,
) -> OpenSource:
    """Stack what ``options`` ask for; warnings and notes go into ``channels``.

    ``asked`` says in a recording what it is of.  ``building`` makes who builds, None: nobody does.

    Nothing is fetched yet.  Raises ``InputError`` where no index is known, ``IndexUnavailable`` where the
    recording to replay cannot be read.
    """
    warn, note = channels.warn, channels.note
    if options.replay is not None:
        from resolver.index.replay import ReplaySource  # noqa: PLC0415  # lazy: rarely wanted

        note(f"replaying the recording {options.replay}")
        return _recorded(ReplaySource(options.replay), options, asked, None)
    if channels.fetcher is not None:
        return _by_fetcher(channels.fetcher, options, asked, channels, building)
    carried = channels.transport is not None
    directory = cache_directory(options)
    chosen = choose(options, os.environ, trusted_directory(options), warn=warn, note=note)
    transport = _carried(channels, chosen.options) if carried else _Network(chosen, channels)
    store = _store_of_carried(options, channels) if carried else _opened_store(options, directory, warn, note)
    caching = _cached(_watched(transport, channels), store, chosen.options, note)
    logins = None if carried else _logins(caching, chosen, warn)
    remote = caching if logins is None else logins
    reading = _with_local(remote) if chosen.is_local else remote
    client = Client(
        reading,
        chosen.indexes,
        strategy=options.index_strategy,
        links=_links(chosen),
        limits=Limits(options.limits),
        anew=names_anew(options),
    )
    builds = None if building is None else building(options, client, store, _beginning(channels))
    if options.record is not None:
        direct = _direct(options, client, remote, store, builds)
        return _recorded(direct, options, asked, transport, builds=builds, direct=direct)
    about = (chosen.indexes.said(), chosen.places, options.index_strategy, logins and logins.said)
    # What a keyring will say is not known before a server asks: notes would not tell logins apart.
    noting = chosen.options.keyring_provider == "disabled" and not carried
    notebook = None if store is None or not noting else _notebooks(about, store, reading, client)
    return OpenSource(
        client,
        transport=transport,
        notebook=notebook,
        builds=builds,
        direct=lambda: _direct(options, client, remote, store, builds),
    )


def reaching(options: Options, channels: Channels) -> CachingTransport | LoginTransport:
    """Return what fetches as a resolution with ``options`` does: by proxies, logins, limits and the cache."""
    warn, note = channels.warn, channels.note
    chosen = choose(options, os.environ, trusted_directory(options), warn=warn, note=note)
    store = _opened_store(options, cache_directory(options), warn, note)
    caching = _cached(_Network(chosen, channels), store, chosen.options, note)
    return _logins(caching, chosen, warn) or caching


def _by_fetcher(
    fetcher: Fetcher,
    options: Options,
    asked: Sequence[str],
    channels: Channels,
    building: Building | None,
) -> OpenSource:
    """Return the source of what a caller's fetcher brings; direct references need a transport besides."""
    from resolver.index.fetched import FetcherSource  # noqa: PLC0415  # lazy: rarely wanted

    if building is not None:
        raise InputError("build is allow, but nothing can be built of what a fetcher brings")
    source = FetcherSource(
        fetcher, limits=Limits(options.limits), concurrency=options.concurrency, emit=channels.emit
    )
    transport = _carried(channels, options)
    store = _store_of_carried(options, channels)
    caching = _cached(_watched(transport, channels), store, options, channels.note)

    def direct() -> DirectSource:
        return _direct(options, source, caching, store, None)

    if options.record is not None:
        return _recorded(direct(), options, asked, source, direct=direct())
    return OpenSource(source, transport=source, direct=direct)


def _carried(channels: Channels, options: Options) -> CarriedTransport:
    """Return what fetches by the transport of a caller, or refuses to where there is none."""
    from resolver.index.carried import CarriedTransport, NoTransport  # noqa: PLC0415  # lazy: rarely wanted

    return CarriedTransport(
        NoTransport() if channels.transport is None else channels.transport,
        retries=options.retries,
        concurrency=options.concurrency,
        insecure=_insecure(options),
        limits=Limits(options.limits),
        warn=channels.warn,
        emit=channels.emit,
    )


def _store_of_carried(options: Options, channels: Channels) -> RecordStore | None:
    """Return where answers of a caller's transport are kept: only where the caller names a place.

    Somebody else's transport, or none, may give other answers to the same requests.
    """
    if options.cache_dir is None or options.no_cache:
        return None
    return RecordStore(options.cache_dir, warn=channels.warn, note=channels.note)


def _beginning(channels: Channels) -> Callable[[str], None]:
    """Return who is told that a build begins."""

    def begun(text: str) -> None:
        channels.note(text)
        if channels.began is not None:
            channels.began(text)

    return begun


def _watched(transport: Transport, channels: Channels) -> Transport:
    """Return what fetches; with those who listen, it tells of it."""
    if channels.emit is None:
        return transport
    from resolver.index.watched import WatchedTransport  # noqa: PLC0415  # lazy: seldom wanted

    return WatchedTransport(transport, channels.emit)


def _cached(
    transport: Transport, store: RecordStore | None, options: Options, note: Callable[[str], None]
) -> CachingTransport:
    return CachingTransport(
        transport,
        store,
        now=time.time,
        refresh=options.refresh,
        offline=options.offline,
        plain_http=_plain_http(options),
        note=note,
    )


def _insecure(options: Options) -> Hosts:
    from resolver.index.trust import Hosts  # noqa: PLC0415  # lazy: start-up time

    return Hosts(map(split_host, options.trusted_hosts))


def _plain_http(options: Options) -> Callable[[Address], bool]:
    """Return which hosts may answer over plain http, and be remembered."""
    return _insecure(options).include if options.trusted_hosts else lambda _: False


def _logins(caching: CachingTransport, chosen: Chosen, warn: Callable[[str], None]) -> LoginTransport | None:
    """Return what looks for logins that no URL has; None where there is nowhere to look."""
    file = netrc_file(os.environ)
    asks_keyring = chosen.options.keyring_provider == "subprocess"
    if file is None and not asks_keyring:
        return None
    from resolver.index.credentials import Keyring, Netrc  # noqa: PLC0415  # lazy: rarely wanted
    from resolver.index.logins import LoginTransport  # noqa: PLC0415  # the same

    netrc = None if file is None else Netrc(file, warn)
    urls = [*(index.url for index in chosen.indexes.all), *chosen.places]
    return LoginTransport(caching, urls, netrc=netrc, keyring=Keyring(warn) if asks_keyring else None)


def _with_local(caching: CachingTransport | LoginTransport) -> LocalTransport:
    from resolver.index.local import LocalTransport  # noqa: PLC0415  # lazy: rarely wanted

    return LocalTransport(caching, time.time)


def _links(chosen: Chosen) -> FindLinks | None:
    if not chosen.places:
        return None
    from resolver.index.flat import FindLinks  # noqa: PLC0415  # lazy: rarely wanted

    return FindLinks(chosen.places)


def _direct(
    options: Options,
    source: Client | FetcherSource,
    transport: Transport,
    store: RecordStore | None,
    builds: Builds | None,
) -> DirectSource:
    """Return what answers also about what comes from an address."""
    from resolver.index.direct import Direct, DirectSource  # noqa: PLC0415  # lazy: rarely wanted

    direct = Direct(
        transport,
        store,
        builds=builds,
        hashing=options.generate_hashes,
        offline=options.offline,
        limits=Limits(options.limits),
        with_login=source.with_login if isinstance(source, Client) else str,
    )
    return DirectSource(source, direct)


def _notebooks(
    about_indexes: object,
    store: RecordStore,
    reading: CachingTransport | LocalTransport | LoginTransport,
    client: Client,
) -> Callable[[str], Notebook]:
    """Return what opens the notes about what indexes say, as ``about_indexes`` tells them from others."""

    def opened(about: str) -> Notebook:
        from resolver.index.notebook import Notebook  # noqa: PLC0415  # lazy: not everybody takes notes

        return Notebook(digest(repr((about_indexes, about)))[:32], store, reading, client)

    return opened


def _recorded(  # noqa: PLR0913  # one parameter a part
    source: Source,
    options: Options,
    asked: Sequence[str],
    transport: _Counted | None,
    *,
    builds: Builds | None = None,
    direct: DirectSource | None = None,
) -> OpenSource:
    if options.record is None:
        return OpenSource(source, transport=transport, builds=builds)
    from resolver.index.replay import RecordingSource  # noqa: PLC0415  # lazy: rarely wanted

    recording = RecordingSource(source, options.record, asked=asked)
    if builds is not None:
        from resolver.index.replay import RecordingBuilds  # noqa: PLC0415  # lazy: rarely wanted

        builds = RecordingBuilds(builds, recording)
    found = None if direct is None else lambda: direct
    return OpenSource(recording, transport=transport, recording=recording, builds=builds, direct=found)
