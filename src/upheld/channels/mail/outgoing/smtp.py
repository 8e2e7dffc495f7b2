"""Handing one mail to the outgoing server, with each recipient's fate told apart."""

from __future__ import annotations

import smtplib
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from django.conf import settings

from upheld.channels.mail.outgoing.lines import LINES, Line
from upheld.channels.mail.servers import NoToken, Server

NO_SERVER: Final = "No server for outgoing mail is set. Set UPHELD_SMTP_URL."


@dataclass(slots=True)
class Outcome:
    """Who was taken, who was refused for good and why. Everybody else is tried again; `error` says what kept them waiting.

    `is_unsure`: the line broke after the mail was handed over and before the answer, so that the next try may be the second.
    """

    taken: list[str] = field(default_factory=list)
    refused: dict[str, str] = field(default_factory=dict)
    error: str = ""
    is_unsure: bool = False
    provider_id: str = ""


def deliver(raw: bytes, envelope_from: str, recipients: Sequence[str]) -> Outcome:
    """Never raises for what a server or a network does. A wrong password is our fault and not the mail's: it is tried again."""
    server: Server | None = settings.UPHELD_SMTP
    if server is None:
        return Outcome(error=NO_SERVER)
    outcome = Outcome()
    line: Line | None = None
    try:
        line = LINES.take(server)
        line.is_clean = False  # until the conversation has come to its end
        line.is_clean = _converse(line.connection, raw, envelope_from, recipients, outcome)
    except smtplib.SMTPResponseException as answer:
        outcome.is_unsure = False
        outcome.error = _words(answer.smtp_code, answer.smtp_error)
    except NoToken as reason:
        outcome.error = str(reason)
    except (OSError, smtplib.SMTPException, UnicodeError) as trouble:
        outcome.error = f"{type(trouble).__name__}: {trouble}"
    finally:
        if line is not None:
            LINES.give_back(line)
    return outcome


def _converse(
    connection: smtplib.SMTP, raw: bytes, envelope_from: str, recipients: Sequence[str], outcome: Outcome
) -> bool:
    """Whether the server took the mail to its end, so that the line may carry the next one as it is."""
    is_international = not all(address.isascii() for address in (envelope_from, *recipients))
    if is_international and not connection.has_extn("smtputf8"):
        for address in [one for one in recipients if not one.isascii()]:
            outcome.refused[address] = "the outgoing server takes no international addresses"
        recipients = [one for one in recipients if one.isascii()]
        is_international = False
        if not recipients:
            return True
    options = ["SMTPUTF8", "BODY=8BITMIME"] if is_international else []
    connection.command_encoding = "utf-8" if is_international else "ascii"
    if connection.has_extn("size"):
        options.append(f"SIZE={len(raw)}")
    code, answer = connection.mail(envelope_from, options)
    if not 200 <= code < 300:
        _sort(recipients, code, answer, outcome)
        return False
    accepted = []
    for address in recipients:
        code, answer = connection.rcpt(address)
        if code in (250, 251, 252):
            accepted.append(address)
        else:
            _sort([address], code, answer, outcome)
    if accepted:
        outcome.is_unsure = True
        code, answer = connection.data(raw)
        outcome.is_unsure = False
        if 200 <= code < 300:
            outcome.taken = accepted
            return True
        _sort(accepted, code, answer, outcome)
    return False


def _sort(recipients: Sequence[str], code: int, answer: bytes, outcome: Outcome) -> None:
    """5xx is for good, anything else is for now."""
    if 500 <= code < 600:
        outcome.refused.update(dict.fromkeys(recipients, _words(code, answer)))
    outcome.error = _words(code, answer)


def _words(code: int, answer: bytes | str) -> str:
    text = answer.decode("utf-8", "replace") if isinstance(answer, bytes) else answer
    return " ".join(f"{code} {text}".split())[:300]
