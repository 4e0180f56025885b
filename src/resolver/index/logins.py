"""Logins that nobody wrote into a URL: asked for when a server wants one, and only for indexes of the user's.

A request goes out without a login first, or with the user name that its URL has.  If the server answers that
it wants one (401), the netrc file is looked at, then the command ``keyring`` asked; what is found goes along
with all further requests to that origin.  Origins are those that the user named as indexes, with their ports;
where a redirect leads no login is looked for.  How logins are come by is in ``credentials``.

Specification: https://www.rfc-editor.org/rfc/rfc9110#section-11.4
"""

from __future__ import annotations

from resolver.errors import IndexUnavailable
from resolver.index.once import Once
from resolver.index.urls import InvalidUrl, split_url, with_userinfo

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from resolver.index.cache import CachingTransport, Evidence
    from resolver.index.credentials import Keyring, Netrc
    from resolver.index.store import Stamp
    from resolver.index.transport import Request, Response
    from resolver.index.urls import Address

__all__ = ["LoginTransport"]

_UNAUTHORIZED = 401


class LoginTransport:
    """A transport around ``inner``, with logins for the origins of ``indexes`` (URLs)."""

    __slots__ = ("_indexes", "_inner", "_keyring", "_known", "_netrc", "_said")

    def __init__(
        self,
        inner: CachingTransport,
        indexes: Iterable[str],
        *,
        netrc: Netrc | None = None,
        keyring: Keyring | None = None,
    ) -> None:
        self._inner = inner
        self._netrc = netrc
        self._keyring = keyring
        self._indexes = _by_origin(indexes)
        self._known: dict[tuple[str, str], str] = {}  # by origin and the user of the URL
        self._said: Once[str] = Once()

    @property
    def said(self) -> object:
        """All that answers may depend on, as far as it is known before a server is asked."""
        if self._netrc is None:
            return ()
        return [(origin, self._from_netrc(split_url(url))) for origin, url in self._indexes.items()]

    def stored(self, request: Request) -> Response | None:
        """Return an answer that needs no waiting, also one that was given to a login of the netrc file."""
        found = self._inner.stored(self._dressed(request))
        address = self._wanting(request)
        if found is not None or address is None or (address.origin, address.userinfo) in self._known:
            return found
        login = self._from_netrc(address)
        found = None if login is None else self._inner.stored(_with(request, login))
        if found is not None and login is not None:
            self._known[address.origin, address.userinfo] = login
        return found

    async def fetch(self, request: Request) -> Response:
        """Return the answer, to a login if the server wants one; see ``Transport.fetch`` for the contract."""
        address = self._wanting(request)
        if address is None:
            return await self._inner.fetch(request)
        slot = (address.origin, address.userinfo)
        tried = [self._known.get(slot, address.userinfo)]
        while True:
            try:
                response = await self._inner.fetch(_with(request, tried[-1]))
            except IndexUnavailable as refused:
                if not _wants_login(refused, address):
                    raise
                login = await self._another(address, tried)
                if login is None:
                    raise
                tried.append(login)
            else:
                if len(tried) > 1:
                    self._known[slot] = tried[-1]
                return response

    async def close(self) -> None:
        """Stop what is under way, and close ``inner``."""
        await self._said.close()
        await self._inner.close()

    def evidence(self, request: Request) -> Evidence | None:
        """Return by what to know later that the last answer to ``request`` still holds."""
        return self._inner.evidence(self._dressed(request))

    def confirmed(self, request: Request) -> Stamp | None:
        """Return the stamp of the record that the server has called current, if it did so last."""
        return self._inner.confirmed(self._dressed(request))

    def holds(self, evidence: Evidence) -> bool:
        """Tell whether the record is still there, and may be used as it is."""
        return self._inner.holds(evidence)

    def _wanting(self, request: Request) -> Address | None:
        """Return the address of a request for which a login may be looked for, None for all others."""
        try:
            address = split_url(request.url)
        except InvalidUrl:
            return None  # who fetches it says so
        return None if ":" in address.userinfo or address.origin not in self._indexes else address

    def _dressed(self, request: Request) -> Request:
        """Return ``request`` with the login that its origin has been seen to want."""
        address = self._wanting(request)
        login = None if address is None else self._known.get((address.origin, address.userinfo))
        return request if login is None else _with(request, login)

    async def _another(self, address: Address, tried: list[str]) -> str | None:
        """Return a login that was not tried yet, from the nearest place."""
        known = self._known.get((address.origin, address.userinfo))
        if known is not None and known not in tried:  # somebody else has found it meanwhile
            return known
        login = self._from_netrc(address)
        if login is not None and login not in tried:
            return login
        login = await self._from_keyring(address)
        return None if login in tried else login

    def _from_netrc(self, address: Address) -> str | None:
        return None if self._netrc is None else self._netrc.login(address, address.userinfo)

    async def _from_keyring(self, address: Address) -> str | None:
        keyring = self._keyring
        if keyring is None:
            return None

        async def asked() -> str:
            return await keyring.login(self._indexes[address.origin], address, address.userinfo) or ""

        return await self._said.get(f"{address.origin} {address.userinfo}", asked) or None


def _by_origin(indexes: Iterable[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for url in indexes:
        try:
            found.setdefault(split_url(url).origin, url)
        except InvalidUrl:
            continue  # a folder of this machine
    return found


def _with(request: Request, login: str) -> Request:
    return request.at(with_userinfo(request.url, login))


def _wants_login(refused: IndexUnavailable, address: Address) -> bool:
    """Tell whether the server itself wants a login, and not one that it has redirected to."""
    try:
        return refused.status == _UNAUTHORIZED and split_url(refused.url or "").origin == address.origin
    except InvalidUrl:
        return False
