"""Which servers are believed: by their certificate, or because the user said so; and what they are shown.

The authorities are those that an option names; else those of SSL_CERT_FILE and SSL_CERT_DIR; else the
operating system's; else OpenSSL's own.  Whatever is named replaces all others, and where nothing is found
there nobody is trusted: that is an error and never a step down.

Specification: https://docs.python.org/3/library/ssl.html#ssl.create_default_context
"""

from __future__ import annotations

from resolver.errors import IndexUnavailable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from ssl import SSLContext

    from resolver.index.urls import Address

__all__ = ["Hosts", "Trust"]

_SUFFIXES = (".pem", ".crt", ".cer")


class Hosts:
    """Hosts that the user trusts without a certificate, each as (host, port); port None: at every port."""

    __slots__ = ("_hosts",)

    def __init__(self, hosts: Iterable[tuple[str, int | None]] = ()) -> None:
        self._hosts = frozenset(hosts)

    def include(self, address: Address) -> bool:
        """Tell whether the host of ``address`` is one of them."""
        return bool(self._hosts) and not self._hosts.isdisjoint(
            {(address.host, None), (address.host, address.port)}
        )


class Trust:
    """Gives the contexts of TLS, each made when it is first needed, which takes 20 ms.

    ``authorities`` is a file or folder, ``certificate`` a file with a certificate and its key, which is shown
    to servers at the origins ``shown_to`` that ask.  Of the ``insecure`` hosts no certificate is checked.
    """

    __slots__ = ("_authorities", "_certificate", "_contexts", "_environ", "_shown_to", "insecure")

    def __init__(
        self,
        authorities: str | None = None,
        *,
        certificate: str | None = None,
        shown_to: Collection[str] = (),
        insecure: Hosts | None = None,
        environ: Mapping[str, str] | None = None,
    ) -> None:
        self.insecure = insecure or Hosts()
        self._authorities = authorities
        self._certificate = certificate
        self._shown_to = frozenset(shown_to)
        self._environ = environ
        self._contexts: dict[tuple[bool, bool], SSLContext] = {}

    def context(self, address: Address) -> SSLContext:
        """Return what decides about the server at ``address``.

        Raises ``IndexUnavailable`` where a file that was named is not what it should be.
        """
        shows = self._certificate is not None and address.origin in self._shown_to
        sort = (self.insecure.include(address), shows)
        context = self._contexts.get(sort)
        if context is None:
            context = self._contexts[sort] = self._made(*sort)
        return context

    def _made(self, insecure: bool, shows: bool) -> SSLContext:  # noqa: FBT001  # the key of ``_contexts``
        context = _unchecking() if insecure else self._checking()
        context.set_alpn_protocols(["http/1.1"])
        if shows and self._certificate is not None:
            _show(context, self._certificate)
        return context

    def _checking(self) -> SSLContext:
        from os import environ, pathsep  # noqa: PLC0415  # loaded by the interpreter anyway

        if self._authorities is not None:
            return _trusting([self._authorities], f"{self._authorities} (--cert)")
        variables = environ if self._environ is None else self._environ
        file, folders = variables.get("SSL_CERT_FILE"), variables.get("SSL_CERT_DIR")
        if file or folders:
            places = [*([file] if file else []), *(each for each in (folders or "").split(pathsep) if each)]
            names = [name for name in ("SSL_CERT_FILE", "SSL_CERT_DIR") if variables.get(name)]
            return _trusting(places, f"{', '.join(places)} ({', '.join(names)})")
        return _usual()


def _unchecking() -> SSLContext:
    import ssl  # noqa: PLC0415  # lazy: start-up time

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE  # the user said so of this host
    return context


def _usual() -> SSLContext:
    """Return the operating system's trust where it can be had, else OpenSSL's own."""
    import ssl  # noqa: PLC0415  # lazy: start-up time
    from importlib import import_module  # noqa: PLC0415  # lazy: start-up time

    try:
        truststore = import_module("truststore")
    except ImportError:
        return ssl.create_default_context()
    context: SSLContext = truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    return context


def _trusting(places: Sequence[str], said: str) -> SSLContext:
    """Return what trusts the authorities in ``places``, and no others."""
    import ssl  # noqa: PLC0415  # lazy: start-up time

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    found, reasons = False, []
    for place in places:
        try:
            found = _add(context, place) or found
        except (OSError, ValueError) as error:  # an SSLError is an OSError
            reasons.append(_reason(error))
    if not found:
        why = f": {'; '.join(dict.fromkeys(reasons))}" if reasons else ""
        raise IndexUnavailable(
            f"There are no certificates of authorities in {said}{why}. No server can be trusted, so nothing "
            "is fetched over https. Name a PEM file of such certificates, or a folder."
        )
    return context


def _add(context: SSLContext, place: str) -> bool:
    """Have ``context`` trust the authorities in a file or folder; tell whether there are any."""
    import os  # noqa: PLC0415  # loaded by the interpreter anyway

    if not os.path.isdir(place):  # noqa: PTH112  # pathlib costs 5 ms
        context.load_verify_locations(cafile=place)
        return context.cert_store_stats()["x509"] > 0
    names = sorted(os.listdir(place))  # noqa: PTH208  # the same
    if any(map(_is_hash, names)):  # OpenSSL looks for these itself, when it needs one
        context.load_verify_locations(capath=place)
        return True
    for name in names:
        if name.lower().endswith(_SUFFIXES):
            context.load_verify_locations(cafile=os.path.join(place, name))  # noqa: PTH118  # the same
    return context.cert_store_stats()["x509"] > 0


def _is_hash(name: str) -> bool:
    """Tell whether OpenSSL would look for a certificate under this name, as in ``1a2b3c4d.0``."""
    stem, dot, number = name.partition(".")
    return (
        bool(dot) and len(stem) == 8 and number.isdigit() and not set(stem.lower()) - set("0123456789abcdef")
    )


def _show(context: SSLContext, file: str) -> None:
    def refuse() -> str:
        raise ValueError("its key is encrypted, and nobody is asked for the password")

    try:
        context.load_cert_chain(file, password=refuse)
    except (OSError, ValueError) as error:
        raise IndexUnavailable(
            f"The certificate to be shown, {file} (--client-cert), cannot be used: {_reason(error)}. It must "
            "be a PEM file with the certificate and its key."
        ) from error


def _reason(error: Exception) -> str:
    import ssl  # noqa: PLC0415  # loaded by now

    if isinstance(error, ssl.SSLError):
        return (error.reason or "it is no PEM file").replace("_", " ").lower()
    return (error.strerror or str(error)) if isinstance(error, OSError) else str(error)
