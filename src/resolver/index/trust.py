"""Which certificates are trusted: what the user named, or the operating system's, or OpenSSL's own.

Specification: https://docs.python.org/3/library/ssl.html#ssl.create_default_context
"""

from __future__ import annotations

from resolver.errors import IndexUnavailable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ssl import SSLContext

__all__ = ["trust"]


def trust(certificates: str | None = None) -> SSLContext:
    """Return the operating system's trust, where it can be had; OpenSSL's own if the user named a file.

    OpenSSL reads SSL_CERT_FILE and SSL_CERT_DIR itself, and trusts nobody if they lead nowhere.  They win
    over ``certificates``, for which ``IndexUnavailable`` is raised if they cannot be read.  Cost: 20 ms.
    """
    context = _context(certificates)
    context.set_alpn_protocols(["http/1.1"])
    return context


def _context(certificates: str | None) -> SSLContext:
    import os  # noqa: PLC0415  # lazy: start-up time
    import ssl  # noqa: PLC0415  # lazy: start-up time
    from importlib import import_module  # noqa: PLC0415  # lazy: start-up time

    if "SSL_CERT_FILE" in os.environ or "SSL_CERT_DIR" in os.environ:
        return ssl.create_default_context()
    if certificates is not None:
        folder = os.path.isdir(certificates)  # noqa: PTH112  # pathlib costs 5 ms
        try:
            return ssl.create_default_context(
                cafile=None if folder else certificates, capath=certificates if folder else None
            )
        except OSError as error:
            raise IndexUnavailable(
                f"The certificates in {certificates}, which pip's configuration names, cannot be read:"
                f" {error}."
            ) from error
    try:
        truststore = import_module("truststore")
    except ImportError:
        return ssl.create_default_context()
    context: SSLContext = truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    return context
