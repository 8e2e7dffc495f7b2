"""A provider's interface, played by a server on loopback over real HTTP: what was asked, and what is answered."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Asked:
    method: str
    path: str
    fields: dict[str, str]
    body: bytes

    @property
    def told(self) -> Any:
        return json.loads(self.body)

    @property
    def form(self) -> dict[str, list[bytes]]:
        """The parts of a form by name, byte for byte."""
        boundary = b"\r\n--" + self.fields["content-type"].partition("boundary=")[2].encode()
        found: dict[str, list[bytes]] = {}
        for part in (b"\r\n" + self.body).split(boundary)[1:-1]:
            head, _, value = part.partition(b"\r\n\r\n")
            name = head.partition(b'name="')[2].partition(b'"')[0].decode()
            found.setdefault(name, []).append(value)
        return found


@dataclass
class Api:
    """`answer` is said as JSON, `raw` as it is. `cut`: the answer ends half way; `hangs_up`: there is none."""

    url: str = ""
    code: int = 200
    answer: Any = None
    raw: bytes | None = None
    fields: dict[str, str] = field(default_factory=dict)
    cut: bool = False
    hangs_up: bool = False
    asked: list[Asked] = field(default_factory=list)
    then: Callable[[Asked], None] = lambda _: None
    """Is called before the answer."""


class _Handler(BaseHTTPRequestHandler):
    api: Api

    def _answer(self) -> None:
        api = self.api
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        asked = Asked(self.command, self.path, {name.lower(): value for name, value in self.headers.items()}, body)
        api.asked.append(asked)
        api.then(asked)
        if api.hangs_up:
            self.connection.close()
            return
        said = json.dumps(api.answer).encode() if api.raw is None else api.raw
        self.send_response(api.code)
        for name, value in ({"Content-Type": "application/json"} | api.fields).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(said)))
        self.end_headers()
        self.wfile.write(said[: len(said) // 2] if api.cut else said)
        self.close_connection = self.close_connection or api.cut

    def do_GET(self) -> None:
        self._answer()

    def do_POST(self) -> None:
        self._answer()

    def log_message(self, *_: Any) -> None:
        pass


@contextmanager
def api_server() -> Iterator[Api]:
    api = Api()
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"api": api}))
    server.daemon_threads = True
    api.url = f"http://127.0.0.1:{server.server_port}/"
    serving = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    serving.start()
    try:
        yield api
    finally:
        server.shutdown()
        server.server_close()
        serving.join(5)
