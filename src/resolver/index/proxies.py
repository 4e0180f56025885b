"""Proxies: which one, if any, stands between us and a host.

The choice is the environment's (HTTP_PROXY, HTTPS_PROXY, ALL_PROXY, NO_PROXY) or the operating system's, read
once by the standard library.  A proxy's credentials are given to the proxy only.

Specification: https://docs.python.org/3/library/urllib.request.html#urllib.request.getproxies
"""

from __future__ import annotations

import os
import sys

from resolver.errors import IndexUnavailable
from resolver.index.credentials import basic_authorization
from resolver.index.urls import Address, InvalidUrl, redacted, split_url

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

__all__ = ["Proxies", "Proxy"]

#: Platforms where proxies are not set by variables alone.
_WITH_SETTINGS = ("darwin", "win32")


class Proxy:
    """A proxy's URL, without credentials, and the header value that carries them, if it has any."""

    __slots__ = ("authorization", "url")

    def __init__(self, url: str, authorization: str | None) -> None:
        self.url = url
        self.authorization = authorization


class Proxies:
    """The proxies by scheme (``all`` stands for every scheme), and the rule for hosts that need none."""

    __slots__ = ("_by_scheme", "_bypasses")

    def __init__(self, by_scheme: Mapping[str, str], bypasses: Callable[[str], object]) -> None:
        self._by_scheme = by_scheme
        self._bypasses = bypasses

    @classmethod
    def of_this_machine(cls) -> Proxies:
        """Read the environment and the system's settings; imports urllib.request unless there can be none."""
        if sys.platform not in _WITH_SETTINGS and not any(map(_names_proxy, os.environ)):
            return cls({}, lambda _: True)
        from urllib.request import getproxies, proxy_bypass  # noqa: PLC0415  # lazy: 13 ms

        return cls(getproxies(), proxy_bypass)

    def between(self, address: Address) -> Proxy | None:
        """Return the proxy to use for ``address``.

        Raises ``IndexUnavailable`` if the proxy is of a kind that cannot be used.
        """
        chosen = self._by_scheme.get(address.scheme) or self._by_scheme.get("all")
        if not chosen or self._bypasses(f"{address.host}:{address.port}"):
            return None
        try:
            proxy = split_url(chosen if "://" in chosen else f"http://{chosen}")
        except InvalidUrl as error:
            raise IndexUnavailable(
                f"The proxy {redacted(chosen)} that is set for {address.scheme} addresses cannot be used: "
                f"{error}. Correct the *_PROXY variables, or name {address.host} in NO_PROXY.",
                url=address.url,
            ) from error
        return Proxy(proxy.url, basic_authorization(proxy.userinfo) if proxy.userinfo else None)


def _names_proxy(variable: str) -> bool:
    return variable.lower().endswith("_proxy")
