"""Asking clamd whether bytes are harmful (its INSTREAM command), before anybody can open them.

Where a scanner is set, nothing passes unseen: while it is away, whoever asks is told so and asks again later.
"""

from __future__ import annotations

import socket
import struct
from collections.abc import Iterable, Iterator
from typing import Any, BinaryIO, Final

from django.conf import settings

CHUNK: Final = 256 * 1024
SECONDS: Final = 30.0
LONGEST_ANSWER: Final = 4_096


class ScannerAway(OSError):
    """It did not answer, or could not scan. Try again later."""


class Infected(Exception):
    """The text is what was found, as the scanner names it."""


def is_scanning() -> bool:
    return settings.UPHELD_CLAMD is not None


def scan(data: bytes | BinaryIO) -> None:
    """Return where nothing was found, or where no scanner is set. Raises Infected or ScannerAway."""
    if not is_scanning():
        return
    answer = _ask(_chunks(data))
    if answer.endswith("OK"):
        return
    if answer.endswith("FOUND"):
        raise Infected(answer.partition(":")[2].removesuffix("FOUND").strip()[:120] or "something harmful")
    raise ScannerAway(f"The virus scanner says: {answer[:160] or 'nothing'}")


def _ask(chunks: Iterable[bytes]) -> str:
    try:
        with _connected() as connection:
            connection.sendall(b"zINSTREAM\0")
            try:
                for chunk in chunks:
                    connection.sendall(struct.pack(">L", len(chunk)) + chunk)
                connection.sendall(struct.pack(">L", 0))
            except (BrokenPipeError, ConnectionResetError):
                pass  # it ends the conversation where the stream is too long for it, and says so
            return _answer(connection)
    except OSError as away:
        raise ScannerAway(f"The virus scanner does not answer ({type(away).__name__}).") from away


def _connected() -> socket.socket:
    at: Any = settings.UPHELD_CLAMD
    if not at.socket:
        return socket.create_connection((at.host, at.port), timeout=SECONDS)
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    connection.settimeout(SECONDS)
    try:
        connection.connect(at.socket)
    except OSError:
        connection.close()
        raise
    return connection


def _answer(connection: socket.socket) -> str:
    said = b""
    while len(said) < LONGEST_ANSWER and b"\0" not in said:
        more = connection.recv(1024)
        if not more:
            break
        said += more
    return said.partition(b"\0")[0].decode("utf-8", "replace").strip()


def _chunks(data: bytes | BinaryIO) -> Iterator[bytes]:
    if isinstance(data, bytes):
        for at in range(0, len(data), CHUNK):
            yield data[at : at + CHUNK]
        return
    data.seek(0)
    while chunk := data.read(CHUNK):
        yield chunk
    data.seek(0)
