"""Asking the names system, with a limit on time, and once for each question of a mail."""

from __future__ import annotations

import time
from typing import ClassVar, Final

import dns.exception
import dns.resolver

from upheld.channels.mail.trust.domains import organisation

PATIENCE: Final = 5.0  # seconds for one question
PAUSE: Final = 30.0  # seconds without questions to whom gave no answer
MOST_SECONDS: Final = 15.0  # for all questions of a mail
MOST_SILENT: Final = 3  # so many who do not answer, and we look whether anybody does
MOST_QUESTIONS: Final = 60  # for one mail; whoever needs more is not worth it


class NamesAway(Exception):
    """The names system did not answer: nothing is known either way, and it may be asked again later."""


class Names:
    """Answers as text by name and kind of record; an empty list where there is none. Raises NamesAway."""

    silent: ClassVar[dict[str, float]] = {}
    """Of the process: until when an organisation whose servers gave no answer is not asked, so that mail does not wait for each.

    Its mails are undecided meanwhile and nobody else's; under `""` stands until when nobody is asked.
    """

    def __init__(self) -> None:
        self._known: dict[tuple[str, str], list[str]] = {}
        self._ends_at = time.monotonic() + MOST_SECONDS

    def look_up(self, name: str, kind: str = "TXT") -> list[str]:
        """Texts of a TXT record joined, addresses, names without the last dot; of MX records the hosts, the nearest first."""
        question = (name.rstrip(".").lower(), kind)
        if question not in self._known:
            if len(self._known) >= MOST_QUESTIONS:
                raise NamesAway("A mail that asks for more names than any honest one.")
            now, whose = time.monotonic(), organisation(question[0])
            if now > self._ends_at:
                raise NamesAway("A mail whose names take too long to ask for.")
            if now < max(Names.silent.get(whose, 0), Names.silent.get("", 0)):
                raise NamesAway("There was no answer a moment ago.")
            self._known[question] = self._asked(*question, whose=whose)
        return self._known[question]

    def _asked(self, name: str, kind: str, *, whose: str) -> list[str]:
        try:
            return self.ask(name, kind)
        except NamesAway:
            until = time.monotonic() + PAUSE
            Names.silent = {one: then for one, then in Names.silent.items() if then > until - PAUSE} | {whose: until}
            if len(Names.silent) >= MOST_SILENT and not self._does_root_answer():
                Names.silent[""] = until
            raise

    def _does_root_answer(self) -> bool:
        """Whether it is those who are asked that are silent, and not our own way to the names system."""
        try:
            return bool(self.ask(".", "NS"))
        except NamesAway:
            return False

    def ask(self, name: str, kind: str) -> list[str]:
        """One question over the net. For tests to replace."""
        try:
            answer = dns.resolver.resolve(name, kind, lifetime=PATIENCE)
        except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer, dns.name.LabelTooLong, dns.name.EmptyLabel):
            return []
        except dns.exception.DNSException as trouble:
            raise NamesAway(type(trouble).__name__) from trouble
        if kind == "MX":
            rows = sorted(answer, key=lambda row: row.preference)
            return [row.exchange.to_text(omit_final_dot=True) for row in rows]
        if kind == "TXT":
            return [b"".join(row.strings).decode("latin-1") for row in answer]
        return [row.to_text().rstrip(".") for row in answer]
