"""Proxies: which one, if any, stands between us and a host.

One that an option names is for all addresses.  Else the choice is the environment's (HTTP_PROXY, HTTPS_PROXY,
ALL_PROXY, NO_PROXY, the lower-case spelling first) or the operating system's.  A proxy's credentials are
given to the proxy only.

Nobody has specified the variables; this follows curl, and takes networks (10.0.0.0/8) in NO_PROXY besides:
https://everything.curl.dev/usingcurl/proxies/env.html
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

__all__ = ["Proxies", "Proxy", "is_exempt"]

#: Platforms where proxies are not set by variables alone.
_WITH_SETTINGS = ("darwin", "win32")

_VARIABLES = ("http", "https", "all")


class Proxy:
    """A proxy's URL, without credentials, and the header value that carries them, if it has any."""

    __slots__ = ("authorization", "url")

    def __init__(self, url: str, authorization: str | None) -> None:
        self.url = url
        self.authorization = authorization


class Proxies:
    """The proxies by scheme (``all`` stands for every scheme), and the rule for hosts that need none.

    ``origin`` says where they are set.
    """

    __slots__ = ("_by_scheme", "_bypasses", "_origin")

    def __init__(
        self,
        by_scheme: Mapping[str, str],
        bypasses: Callable[[str], object],
        origin: str = "the *_PROXY variables",
    ) -> None:
        self._by_scheme = by_scheme
        self._bypasses = bypasses
        self._origin = origin

    @classmethod
    def named(cls, url: str) -> Proxies:
        """Return the proxy that an option names."""
        return cls({"all": url}, lambda _: False, "--proxy")

    @classmethod
    def of_this_machine(cls) -> Proxies:
        """Read the environment, or the system's settings where that has none."""
        by_scheme = _by_variables(os.environ)
        if by_scheme or sys.platform not in _WITH_SETTINGS:
            exempt = os.environ.get("no_proxy", os.environ.get("NO_PROXY", ""))
            return cls(by_scheme, lambda place: is_exempt(place, exempt))
        from urllib.request import getproxies, proxy_bypass  # noqa: PLC0415  # lazy: 13 ms

        return cls(getproxies(), proxy_bypass, "the settings of the system")

    def between(self, address: Address) -> Proxy | None:
        """Return the proxy to use for ``address``.

        Raises ``IndexUnavailable`` if the proxy is of a kind that cannot be used.
        """
        chosen = self._by_scheme.get(address.scheme) or self._by_scheme.get("all")
        if not chosen or self._bypasses(f"{address.host}:{address.port}"):
            return None
        whole = chosen if "://" in chosen else f"http://{chosen}"
        try:
            proxy = split_url(whole)
        except InvalidUrl as error:
            raise IndexUnavailable(
                f"The proxy {redacted(whole)} that is set for {address.scheme} addresses cannot be used: "
                f"{error}. Correct {self._origin}, or name {address.host} in NO_PROXY.",
                url=address.url,
            ) from error
        return Proxy(proxy.url, basic_authorization(proxy.userinfo) if proxy.userinfo else None)


def _by_variables(environ: Mapping[str, str]) -> dict[str, str]:
    """Return the proxies by scheme; of two spellings the lower-case one counts, also if it is empty.

    HTTP_PROXY means nothing in a CGI script, where a header ``Proxy`` of the request would set it.
    """
    found = {}
    for scheme in _VARIABLES:
        upper = (
            "" if scheme == "http" and "REQUEST_METHOD" in environ else environ.get(f"{scheme}_PROXY".upper())
        )
        value = environ.get(f"{scheme}_proxy", upper)
        if value:
            found[scheme] = value
    return found


def is_exempt(place: str, exempt: str) -> bool:
    """Tell whether ``place`` (host:port) is one of those that NO_PROXY lists, and so needs no proxy.

    Each is a host, which stands for all below it too, with a port or without; a network of addresses; or
    ``*`` for all.  No name is looked up: a network exempts what is written as an address.

    >>> [is_exempt("a.example:443", text) for text in ("example", ".example", "a.example:80", "b.example, *")]
    [True, True, False, True]
    >>> is_exempt("10.1.2.3:80", "10.0.0.0/8"), is_exempt("[::1]:80", "::1")
    (True, True)
    """
    host, _, port = place.rpartition(":")
    host = host.strip("[]").rstrip(".").lower()
    return any(_matches(host, port, each.lower()) for each in exempt.replace(",", " ").split())


def _matches(host: str, port: str, pattern: str) -> bool:
    if pattern == "*":
        return True
    if "/" in pattern:
        return _is_within(host, pattern)
    if pattern.count(":") == 1 or "]:" in pattern:  # else it is an IPv6 address, or has no port
        pattern, _, wanted = pattern.rpartition(":")
        if wanted != port:
            return False
    name = pattern.strip("[]").removeprefix("*").strip(".")
    return bool(name) and (host == name or host.endswith(f".{name}"))


def _is_within(host: str, network: str) -> bool:
    if not (":" in host or host.replace(".", "").isdigit()):
        return False
    from ipaddress import ip_address, ip_network  # noqa: PLC0415  # lazy: few name networks

    try:
        return ip_address(host) in ip_network(network.replace("[", "").replace("]", ""), strict=False)
    except ValueError:
        return False
