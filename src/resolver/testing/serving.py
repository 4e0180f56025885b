"""A site on loopback: for tools that speak HTTP, such as pip, and for tests of the way through the network.

Served by threads of the standard library; nothing of it is for anybody but tests.
"""

from __future__ import annotations

import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Self

    from resolver.testing.sites import Site

__all__ = ["Server"]


class Server:
    """Serves a site as long as its context lasts; ``asked`` lists the paths that were asked for."""

    def __init__(self, site: Site) -> None:
        self.asked: list[str] = []
        self._http = _Http(("127.0.0.1", 0), _handler(site, self.asked))
        self._http.daemon_threads = True
        self._thread = Thread(target=self._http.serve_forever, args=(0.01,), daemon=True)

    @property
    def url(self) -> str:
        """The address of the first index, as ``Options.index_url`` and pip's ``--index-url`` want it."""
        return self.url_of("")

    def url_of(self, index: str) -> str:
        """Return the address of the index that has this name."""
        root = f"http://127.0.0.1:{self._http.server_address[1]}"
        return f"{root}/{index}/simple/" if index else f"{root}/simple/"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._http.shutdown()
        self._thread.join()
        self._http.server_close()


class _Http(ThreadingHTTPServer):
    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing of a client that went away: resolvers do so when they know enough."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)  # type: ignore[arg-type]  # passed on as given


def _handler(site: Site, asked: list[str]) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:  # the name that the base class wants
            asked.append(self.path)
            status, headers, body = site.answer(self.path, self.headers.get("Accept", ""))
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *_: object) -> None:  # noqa: A002  # the base class's name
            """Say nothing."""

    return Handler
