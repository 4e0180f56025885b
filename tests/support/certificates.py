"""Certificates for tests of TLS on loopback: by ``trustme``, or by the command openssl; skipped without."""

from __future__ import annotations

import ssl
import subprocess
from datetime import UTC, datetime
from shutil import which
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["FLAWS", "Certificates", "make_certificate"]

FLAWS = ("self-signed", "expired", "of another host", "of an unknown authority")
"""What can be wrong with the certificate of a server."""


def make_certificate(folder: Path) -> Path:
    """Return a certificate for 127.0.0.1 that nobody has signed, with its key in the same file."""
    openssl = which("openssl")
    if openssl is None:
        pytest.skip("needs the openssl command")
    file = folder / "both.pem"
    subject = ("-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1")
    command = (openssl, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", *subject)
    subprocess.run([*command, "-keyout", file, "-out", f"{file}.crt"], check=True, capture_output=True)
    file.write_bytes(file.read_bytes() + file.with_name("both.pem.crt").read_bytes())
    return file


class Certificates:
    """An authority, in a file, and those that it vouches for; all files are in ``folder``."""

    def __init__(self, folder: Path) -> None:
        # No import, for then types would be missed where it is not installed.
        trustme = pytest.importorskip("trustme")
        self._folder = folder
        self._authority = trustme.CA()
        self._unknown = trustme.CA()
        self.authority = folder / "authority.pem"
        self._authority.cert_pem.write_to_path(str(self.authority))
        self.client = folder / "client.pem"
        mine = self._authority.issue_cert("me@client.example")
        mine.private_key_and_cert_chain_pem.write_to_path(str(self.client))

    def server(self, flaw: str = "", *, asks: bool = False) -> ssl.SSLContext:
        """Return what a server at 127.0.0.1 needs; ``asks``: it wants to see the client's certificate."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        if flaw == "self-signed":
            context.load_cert_chain(make_certificate(self._folder))
            return context
        authority = self._unknown if flaw == "of an unknown authority" else self._authority
        name = "other.example" if flaw == "of another host" else "127.0.0.1"
        names = (name,) if flaw == "of another host" else (name, "::1", "localhost")
        past = datetime(2020, 1, 1, tzinfo=UTC)
        until = datetime(2021, 1, 1, tzinfo=UTC) if flaw == "expired" else None
        authority.issue_cert(*names, not_before=past, not_after=until).configure_cert(context)
        if asks:
            self._authority.configure_trust(context)
            context.verify_mode = ssl.CERT_REQUIRED
        return context
