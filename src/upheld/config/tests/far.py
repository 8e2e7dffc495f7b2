"""The server to which mail of ours leaves, in a thread: it takes, or says later, never, or nothing any more."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass, field
from email import message_from_bytes

from aiosmtpd.smtp import SMTP, Envelope, Session

MOODS = ("well", "later", "hangs up", "never", "dies with the mail")
WEIGHTS = (78, 12, 5, 2, 3)


@dataclass
class FarServer:
    """Notes every delivery. By `seed` it says later, hangs up after it has taken a mail or before, or refuses one for good."""

    seed: int
    taken: list[tuple[str, str]] = field(default_factory=list)
    refused: set[tuple[str, str]] = field(default_factory=set)
    is_healed: bool = False
    weights: tuple[int, ...] = WEIGHTS
    moods: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self.dice = random.Random(self.seed)

    async def handle_DATA(self, server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        mood = "well" if self.is_healed else self.dice.choices(MOODS, self.weights)[0]
        self.moods[mood] += 1
        assert isinstance(envelope.content, bytes)
        message_id = str(message_from_bytes(envelope.content)["Message-ID"]).strip()
        named = [(message_id, address) for address in envelope.rcpt_tos]
        if mood == "later":
            return "451 4.3.2 Later, please"
        if mood == "never":
            self.refused.update(named)
            return "554 5.7.1 Never"
        if mood != "dies with the mail":
            self.taken += named
        if mood in ("hangs up", "dies with the mail"):
            assert server.transport is not None
            server.transport.abort()  # type: ignore[attr-defined]
        return "250 Taken"
