"""Asking the names system, with a limit on time, and once for each question of a mail."""

from __future__ import annotations

import time
from typing import ClassVar, Final

import dns.exception
import dns.resolver

PATIENCE: Final = 5.0  # seconds for one question
PAUSE: Final = 30.0  # seconds without questions after one that was not answered
MOST_QUESTIONS: Final = 60  # for one mail; whoever needs more is not worth it


class NamesAway(Exception):
    """The names system did not answer: nothing is known either way, and it may be asked again later."""


class Names:
    """Answers as text by name and kind of record; an empty list where there is none. Raises NamesAway."""

    away_until: ClassVar[float] = 0.0
    """Of the process: after a question without an answer none is asked for a while, so that mail does not wait for each."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str], list[str]] = {}

    def look_up(self, name: str, kind: str = "TXT") -> list[str]:
        """Texts of a TXT record joined, addresses, names without the last dot; of MX records the hosts, the nearest first."""
        question = (name.rstrip(".").lower(), kind)
        if question not in self._known:
            if len(self._known) >= MOST_QUESTIONS:
                raise NamesAway("A mail that asks for more names than any honest one.")
            if time.monotonic() < Names.away_until:
                raise NamesAway("The names system did not answer a moment ago.")
            self._known[question] = self.ask(*question)
        return self._known[question]

    def ask(self, name: str, kind: str) -> list[str]:
        """One question over the net. For tests to replace."""
        try:
            answer = dns.resolver.resolve(name, kind, lifetime=PATIENCE)
        except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer, dns.name.LabelTooLong, dns.name.EmptyLabel):
            return []
        except dns.exception.DNSException as trouble:
            Names.away_until = time.monotonic() + PAUSE
            raise NamesAway(type(trouble).__name__) from trouble
        if kind == "MX":
            rows = sorted(answer, key=lambda row: row.preference)
            return [row.exchange.to_text(omit_final_dot=True) for row in rows]
        if kind == "TXT":
            return [b"".join(row.strings).decode("latin-1") for row in answer]
        return [row.to_text().rstrip(".") for row in answer]
