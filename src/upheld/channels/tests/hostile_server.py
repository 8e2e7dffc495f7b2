"""An IMAP server that says what a test tells it to say: to see what a hostile or poor one can do to us."""

from __future__ import annotations

import re
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

Answer = Callable[[str], bytes | None]
SELECTED = b"* 1 EXISTS\r\n* OK [UIDVALIDITY 7] x\r\n* OK [UIDNEXT 2] x\r\n* OK [PERMANENTFLAGS (\\Seen \\*)] x\r\n"


@dataclass
class Server:
    """`answers` by the beginning of a command: what is said before `OK`; an answer that ends in a tagged line stands alone."""

    port: int = 0
    answers: dict[str, bytes] = field(default_factory=dict)
    heard: list[str] = field(default_factory=list)
    capability: bytes = b"IMAP4rev1 MOVE UIDPLUS"

    def say(self, client: socket.socket) -> None:
        client.sendall(b"* OK [CAPABILITY " + self.capability + b"] ready\r\n")
        for line in client.makefile("rb"):
            tag, _, command = line.decode("latin-1").rstrip("\r\n").partition(" ")
            self.heard.append(command)
            said = next((text for begin, text in self.answers.items() if re.match(begin, command)), None)
            if said is None:
                said = {"SELECT": SELECTED, "CAPABILITY": b"* CAPABILITY " + self.capability + b"\r\n"}.get(
                    command.partition(" ")[0], b""
                )
            if not said.startswith((b"NO ", b"BAD ")):
                client.sendall(said + tag.encode() + b" OK done\r\n")
            else:
                client.sendall(tag.encode() + b" " + said + b"\r\n")


@contextmanager
def server(**answers: bytes) -> Iterator[Server]:
    """Serves until the block ends; each connection in a thread."""
    told = Server(answers={name.replace("_", " "): text for name, text in answers.items()})
    listening = socket.create_server(("127.0.0.1", 0))
    told.port = listening.getsockname()[1]

    def one(client: socket.socket) -> None:
        with client, suppress(OSError):
            told.say(client)

    def serve() -> None:
        with suppress(OSError):
            while True:
                threading.Thread(target=one, args=[listening.accept()[0]], daemon=True).start()

    threading.Thread(target=serve, daemon=True).start()
    try:
        yield told
    finally:
        listening.shutdown(socket.SHUT_RDWR)
        listening.close()
