"""Lines to the outgoing server: kept for the next mail, never used again once they broke, signed in by token if that is set."""

from __future__ import annotations

import base64
import smtplib
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from aiosmtpd.smtp import SMTP, AuthResult

from upheld.channels.mail.outgoing import lines, smtp
from upheld.channels.tests.post import Sink
from upheld.channels.tests.serving import serving
from upheld.config.environment import Environment
from upheld.config.values import Grant, SmtpServer

RAW = b"Subject: Hi\r\n\r\nText\r\n"
US, ANA, BEN = "us@desk.example", "ana@harbour.example", "ben@harbour.example"


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[smtplib.SMTP]:
    """The connections that were made."""
    found: list[smtplib.SMTP] = []
    connect = lines._connected

    def count(server: Any) -> smtplib.SMTP:
        found.append(connect(server))
        return found[-1]

    monkeypatch.setattr(lines, "_connected", count)
    return found


def test_the_next_mail_uses_the_same_line(other_server: Sink, made: list[smtplib.SMTP]) -> None:
    for _ in range(3):
        assert smtp.deliver(RAW, US, [ANA]).taken == [ANA]
    assert (len(made), len(other_server.delivered)) == (1, 3)


def test_a_line_that_broke_is_not_used_again(other_server: Sink, made: list[smtplib.SMTP]) -> None:
    smtp.deliver(RAW, US, [ANA])
    assert made[0].sock is not None
    made[0].sock.shutdown(2)
    outcome = smtp.deliver(RAW, US, [ANA])
    assert (outcome.taken, outcome.error, outcome.is_unsure) == ([ANA], "", False)
    assert len(made) == 2


@pytest.mark.parametrize("answer", ["550 5.1.1 No such person", "452 4.2.2 Full", "421 4.3.2 Going away"])
def test_after_a_refusal_the_line_is_closed(other_server: Sink, made: list[smtplib.SMTP], answer: str) -> None:
    other_server.answers = {ANA: answer}
    assert smtp.deliver(RAW, US, [ANA]).error == answer
    assert smtp.deliver(RAW, US, [BEN]).taken == [BEN]
    assert len(made) == 2


def test_of_several_recipients_each_has_its_own_fate_over_one_line(
    other_server: Sink, made: list[smtplib.SMTP]
) -> None:
    other_server.answers = {ANA: "550 5.1.1 No such person"}
    outcome = smtp.deliver(RAW, US, [ANA, BEN])
    assert (outcome.taken, outcome.refused) == ([BEN], {ANA: "550 5.1.1 No such person"})
    smtp.deliver(RAW, US, [BEN])
    assert len(made) == 1
    assert [one.recipients for one in other_server.delivered] == [[BEN], [BEN]]


def test_a_line_is_closed_when_it_is_idle_or_has_carried_enough(
    other_server: Sink, made: list[smtplib.SMTP], monkeypatch: pytest.MonkeyPatch
) -> None:
    smtp.deliver(RAW, US, [ANA])
    lines.LINES.close_idle(0)
    assert made[0].sock is None
    monkeypatch.setattr(lines, "MOST_MAILS", 2)
    for _ in range(3):
        smtp.deliver(RAW, US, [ANA])
    assert len(made) == 3


class Provider(Sink):
    """Takes mail of whoever shows the right token."""

    async def auth_XOAUTH2(self, server: SMTP, args: list[str]) -> AuthResult:  # noqa: N802
        if base64.b64decode(args[1]) == b"user=desk@us.example\x01auth=Bearer good\x01\x01":
            return AuthResult(success=True)
        await server.challenge_auth(b'{"status":"401"}')
        return AuthResult(success=False, handled=False)


@pytest.fixture
def provider() -> Iterator[int]:
    with serving(Provider(), auth_require_tls=False, auth_required=True) as port:
        yield port
        lines.LINES.close_idle(0)


@pytest.mark.parametrize(("given", "is_taken"), [("good", True), ("stale", False)])
def test_one_signs_in_by_token(
    provider: int, settings: Any, monkeypatch: pytest.MonkeyPatch, given: str, is_taken: bool
) -> None:
    asked: list[Grant] = []

    def token(grant: Grant) -> str:
        asked.append(grant)
        return given

    monkeypatch.setattr(lines, "token", token)
    monkeypatch.setattr(lines, "TOKENS", lines.Tokens())
    grant = Grant("https://provider.example/token", "id", "secret", "refresh")
    settings.UPHELD_SMTP = SmtpServer("127.0.0.1", provider, "desk@us.example", "", "none", grant)
    for _ in range(2):
        outcome = smtp.deliver(RAW, US, [ANA])
        assert bool(outcome.taken) is is_taken
        assert (outcome.refused, bool(outcome.error)) == ({}, not is_taken)  # our fault and not the mail's: tried again
    assert len(asked) == (1 if is_taken else 2)


def test_the_grant_is_read_from_the_environment() -> None:
    variables = {
        "UPHELD_SMTP_URL": "smtp+starttls://desk%40us.example@smtp.gmail.com", "UPHELD_SMTP_OAUTH": "google:id:secret:refresh",
    }  # fmt: skip
    server = Environment.read(variables).smtp
    assert server is not None
    assert server.grant == Grant("https://oauth2.googleapis.com/token", "id", "secret", "refresh")
    assert replace(server, grant=None) == SmtpServer("smtp.gmail.com", 587, "desk@us.example", "", "starttls")
