"""What somebody must know to try a demo: who can sign in, and where mail goes. Read without Django, by who supervises."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

FILE = "demo-card.json"


@dataclass(frozen=True, slots=True)
class SignIn:
    """Somebody of the demo's company or of its customers, and the page where they land."""

    role: str
    name: str
    email: str
    password: str
    path: str


@dataclass(frozen=True, slots=True)
class Card:
    """A mail from the customer's address to `mailbox` becomes a ticket."""

    company: str
    mailbox: str
    agent: SignIn
    customer: SignIn
    others: tuple[SignIn, ...]

    def write(self, data: Path) -> None:
        (data / FILE).write_text(json.dumps(asdict(self), indent=2, ensure_ascii=False))

    @classmethod
    def read(cls, data: Path) -> Card:
        raw = json.loads((data / FILE).read_text())
        return cls(
            company=raw["company"],
            mailbox=raw["mailbox"],
            agent=SignIn(**raw["agent"]),
            customer=SignIn(**raw["customer"]),
            others=tuple(SignIn(**one) for one in raw["others"]),
        )
