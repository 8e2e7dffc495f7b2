"""Codes for signing in do not stay in the database."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.policy import SMTP

import pytest

from upheld.channels.mail.outgoing.codes import EXPIRED_AFTER, blank_codes
from upheld.channels.mail.outgoing.sending import queue
from upheld.channels.models import OutgoingMail

State = OutgoingMail.State
NOW = datetime(2026, 3, 2, 15, tzinfo=UTC)
CODE = "K7Q2-XM4P"


def mail(key: str, state: str, ago: timedelta = timedelta(0)) -> OutgoingMail:
    one = queue(
        key=key, subject_key="", to=[("Anna", "anna@desk.example")], title="Your code", text=f"{CODE}\n",
        html=f"<p>{CODE}</p>", sender=("Desk", "desk@desk.example"), automatic=True,
    )  # fmt: skip
    OutgoingMail.objects.filter(pk=one.pk).update(state=state, queued_at=NOW - ago)
    return one


def has_code(one: OutgoingMail) -> bool:
    return CODE.encode() in bytes(OutgoingMail.objects.get(pk=one.pk).raw)


@pytest.mark.parametrize(
    ("state", "ago", "keep_sent", "is_kept"),
    [
        (State.SENT, timedelta(0), False, False),
        (State.FAILED, timedelta(0), False, False),
        (State.QUEUED, timedelta(minutes=5), False, True),
        (State.QUEUED, EXPIRED_AFTER + timedelta(seconds=1), False, False),
        (State.SENT, timedelta(minutes=5), True, True),
        (State.SENT, EXPIRED_AFTER + timedelta(seconds=1), True, False),
    ],
)
def test_a_code_stays_for_as_long_as_it_may_help(
    db: None, state: str, ago: timedelta, keep_sent: bool, is_kept: bool
) -> None:
    one = mail("signin:1", state, ago)
    blank_codes(NOW, keep_sent=keep_sent)
    assert has_code(one) is is_kept


def test_the_head_stays_and_what_waited_too_long_is_given_up(db: None) -> None:
    one = mail("signin:1", State.QUEUED, 2 * EXPIRED_AFTER)
    assert (blank_codes(NOW), blank_codes(NOW)) == (1, 0)
    found = OutgoingMail.objects.get()
    assert (found.state, found.message_id) == (State.FAILED, one.message_id)
    read = message_from_bytes(bytes(found.raw), policy=SMTP)
    assert (read["Subject"], read["To"], read["Message-ID"]) == (
        "Your code",
        "Anna <anna@desk.example>",
        one.message_id,
    )
    assert read.get_content_type() == "text/plain"
    assert "taken out" in read.get_content()


def test_other_mails_are_left_alone(db: None) -> None:
    one = mail("message:7", State.SENT, 2 * EXPIRED_AFTER)
    assert blank_codes(NOW) == 0
    assert has_code(one)
