"""A line between two programs on which things go wrong: it waits, breaks, or falls silent, by a seed."""

from __future__ import annotations

import contextlib
import random
import socket
import threading
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

PIECE = 4096
USUAL = 1 << 40


@dataclass
class FaultyLine:
    """Listens on `port` and hands on to `target`, a port or the path of a socket. None of its connections has a fault once it
    `is_healed`; before, `share` of them have one, `after` so many bytes.
    """

    target: int | str
    seed: int
    share: float = 0.3
    after: Sequence[int] = (1, 40, 120, 300, 1000, 5000, 20_000)
    port: int = 0
    is_healed: bool = False
    faults: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self.dice = random.Random(self.seed)
        self.listening = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.port = self.listening.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def close(self) -> None:
        self.listening.close()

    def _serve(self) -> None:
        while True:
            try:
                ours, _ = self.listening.accept()
            except OSError:
                return
            try:
                theirs = self._beyond()
            except OSError:
                ours.close()
                continue
            there, back, kind = self._fault()
            threading.Thread(target=_pump, args=[ours, theirs, there, kind], daemon=True).start()
            threading.Thread(target=_pump, args=[theirs, ours, back, kind], daemon=True).start()

    def _beyond(self) -> socket.socket:
        if isinstance(self.target, int):
            line = socket.create_connection(("127.0.0.1", self.target), 5)
        else:
            line = socket.socket(socket.AF_UNIX)
            line.connect(self.target)
        line.settimeout(None)
        return line

    def _fault(self) -> tuple[int, int, str]:
        """After how many bytes it happens, on the way there and on the way back, and what."""
        if self.is_healed or self.dice.random() > self.share:
            return USUAL, USUAL, "none"
        kind, way = self.dice.choice(("cut", "reset", "slow", "half closed")), self.dice.choice(("there", "back"))
        after = self.dice.choice(self.after)
        self.faults[f"{kind} on the way {way}"] += 1
        return (after, USUAL, kind) if way == "there" else (USUAL, after, kind)


def _pump(source: socket.socket, target: socket.socket, count: int, kind: str) -> None:
    """Hand on so many bytes, then do what the fault says."""
    try:
        while count > 0 and (data := source.recv(min(PIECE, count))):
            target.sendall(data)
            count -= len(data)
            if kind == "slow":
                time.sleep(0.02)
                count = max(count, 1)
    except OSError:
        pass
    with contextlib.suppress(OSError):
        if kind == "half closed" and count <= 0:
            target.shutdown(socket.SHUT_WR)
            return
        if kind == "reset" and count <= 0:
            for one in (source, target):
                one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        for one in (source, target):
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
