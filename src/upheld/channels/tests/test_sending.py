"""The outbox: written with the act, sent once, retried, given up and shown."""

from __future__ import annotations

import email
import email.policy
import socket
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from typing import Any

import pytest
from django.conf import LazySettings
from django.db import transaction

from upheld.channels.files import open_stored, store
from upheld.channels.mail.outgoing import outbox, sending
from upheld.channels.mail.outgoing.composing import Letter, compose
from upheld.channels.mail.parsing import parse
from upheld.channels.mail.threading import reply_address, subject_of, subject_of_thread
from upheld.channels.models import OutgoingMail, ReceivedMail
from upheld.channels.tests.post import OutgoingServer, Sink
from upheld.events.actors import MAIL
from upheld.events.models import Event

SENDER = ("TechFlow Solutions", "support@techflowsolutions.com")
CUSTOMER = ("Customer Reed", "customer@harbour.example")


def queued(key: str = "message:1", **changes: Any) -> OutgoingMail:
    given: dict[str, Any] = {
        "subject_key": "ticket:42", "to": [CUSTOMER], "title": "Re: The pump", "text": "It starts again.", "sender": SENDER,
    }  # fmt: skip
    return sending.queue(key=key, **(given | changes))


def read(raw: bytes) -> EmailMessage:
    mail = email.message_from_bytes(raw, policy=email.policy.default)
    assert isinstance(mail, EmailMessage)
    return mail


def job_count(mail: OutgoingMail) -> int:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'channels.send_mail' AND args->>'outgoing_id' = %s",
            [str(mail.pk)],
        )
        return int(cursor.fetchone()[0])


# -- what is written -------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_mail_is_complete_threaded_and_answered_to_a_signed_address() -> None:
    file = store(b"%PDF pump")
    mail = queued(
        cc=[("Neighbour", "neighbour@harbour.example"), CUSTOMER],
        in_reply_to="<b@harbour.example>",
        references=["<a@harbour.example>", "<b@harbour.example>"],
        files=[("Anleitung für Pumpe.pdf", "application/pdf", file)],
        text="Grüße",
    )
    wire = read(bytes(mail.raw))

    assert wire["From"] == "TechFlow Solutions <support@techflowsolutions.com>"
    assert wire["To"] == "Customer Reed <customer@harbour.example>"
    assert wire["Cc"] == "Neighbour <neighbour@harbour.example>"
    assert wire["Message-ID"] == mail.message_id
    assert wire["In-Reply-To"] == "<b@harbour.example>"
    assert wire["References"] == "<a@harbour.example> <b@harbour.example>"
    assert wire["Auto-Submitted"] is None
    assert subject_of(wire["Reply-To"].addresses[0].addr_spec) == "ticket:42"
    assert subject_of(mail.envelope_from) == "ticket:42"
    assert mail.recipients == ["customer@harbour.example", "neighbour@harbour.example"]
    ours = parse(bytes(mail.raw))
    assert (ours.text, [(one.name, one.data) for one in ours.files]) == (
        "Grüße",
        [("Anleitung für Pumpe.pdf", b"%PDF pump")],
    )
    assert "<p>Grüße</p>" in ours.html
    assert bytes(mail.raw).isascii()
    assert max(map(len, bytes(mail.raw).split(b"\r\n"))) < 998


@pytest.mark.django_db
def test_queueing_the_same_key_again_is_queueing_once() -> None:
    first = queued()
    assert queued(text="Something else").pk == first.pk
    assert OutgoingMail.objects.count() == 1
    assert job_count(first) == 1


@pytest.mark.django_db(transaction=True)
def test_what_is_rolled_back_is_not_sent() -> None:
    with transaction.atomic():
        mail = queued()
        transaction.set_rollback(True)
    assert OutgoingMail.objects.count() == 0
    assert job_count(mail) == 0


def test_nothing_in_the_head_can_be_smuggled_in() -> None:
    raw = compose(
        Letter(
            message_id="<1@x.example>",
            sender=('A" <evil@x.example>\r\nBcc: b@x.example', "support@x.example"),
            to=[("B\r\nBcc: c@x.example", "customer@harbour.example\r\nBcc: d@x.example")],
            title="Hi\r\nBcc: e@x.example\r\n\r\nbody" + "ü" * 300,
            text="Text\n.\n..\n",
            date=datetime(2026, 3, 2, tzinfo=UTC),
            in_reply_to="<x@y>\r\nBcc: f@x.example",
            references=["<ok@x.example>", "<bad\r\nBcc: g@x.example>", "<" + "l" * 800 + "@x.example>"],
        )
    )
    wire = read(raw)
    assert wire["Bcc"] is None
    assert wire["In-Reply-To"] is None
    assert wire["References"].split()[0] == "<ok@x.example>"
    assert "l" * 800 in wire["References"]
    assert wire["Subject"].startswith("Hi Bcc: e@x.example body")


def test_a_signed_address_survives_case_and_no_change_of_it_is_believed(settings: LazySettings) -> None:
    address = reply_address("ticket:42", "Support+old@desk.example")
    assert address.startswith("Support+ticket-42.")
    assert subject_of(address) == subject_of(address.upper()) == subject_of(address.lower()) == "ticket:42"
    assert subject_of(address.replace("ticket-42", "ticket-43")) is None
    assert subject_of(address.replace("ticket-42.", "ticket-42.a")) is None
    assert subject_of("support@desk.example") is None
    assert subject_of(f"<{address}>") is None
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another secret that is long enough"
    assert subject_of(address) == "ticket:42"


# -- sending ---------------------------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_it_leaves_once_and_what_arrives_is_what_was_written(other_server: Sink) -> None:
    mail = queued(text="First line\n.\n..dots\n\nend")
    sending.send(mail.pk)
    sending.send(mail.pk)

    mail.refresh_from_db()
    assert mail.state == "sent"
    assert mail.sent_at is not None
    assert (mail.attempts, mail.perhaps_twice, mail.in_flight_at) == (1, 0, None)
    [arrived] = other_server.delivered
    assert arrived.raw == bytes(mail.raw)
    assert (arrived.sender, arrived.recipients) == (mail.envelope_from, ["customer@harbour.example"])


@pytest.mark.django_db(transaction=True)
def test_a_refused_recipient_alone_is_refused_and_a_busy_one_alone_is_tried_again(other_server: Sink) -> None:
    other_server.answers = {
        "gone@harbour.example": "550 5.1.1 No such person",
        "full@harbour.example": "452 4.2.2 Mailbox full",
    }
    mail = queued(to=[CUSTOMER, ("", "gone@harbour.example"), ("", "full@harbour.example")])
    sending.send(mail.pk)

    mail.refresh_from_db()
    assert mail.state == "queued"
    assert mail.delivered == ["customer@harbour.example"]
    assert mail.refused == {"gone@harbour.example": "550 5.1.1 No such person"}
    assert mail.untried == ["full@harbour.example"]
    assert mail.next_try_at > datetime.now(UTC) + timedelta(seconds=20)
    assert Event.objects.get(kind="message.failed").data == {"mail": mail.pk, "refused": 1, "of": 3, "failed": False}

    other_server.answers = {}
    OutgoingMail.objects.update(next_try_at=datetime.now(UTC))
    sending.send(mail.pk)
    mail.refresh_from_db()
    assert mail.state == "sent"
    assert [one.recipients for one in other_server.delivered] == [
        ["customer@harbour.example"],
        ["full@harbour.example"],
    ]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("answer", "state"), [("451 4.3.0 Later", "queued"), ("554 5.7.1 Spam", "failed")])
def test_the_answer_to_the_end_of_data_decides(other_server: Sink, answer: str, state: str) -> None:
    other_server.at_end = answer
    mail = queued()
    sending.send(mail.pk)
    mail.refresh_from_db()
    assert (mail.state, mail.error) == (state, answer)
    assert Event.objects.filter(kind="message.failed", subject="ticket:42").count() == (state == "failed")


@pytest.mark.django_db(transaction=True)
def test_nobody_there_is_tried_again_and_given_up_after_days_and_said_so(settings: LazySettings) -> None:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    settings.UPHELD_SMTP = OutgoingServer("127.0.0.1", port)
    mail = queued()
    sending.send(mail.pk)
    mail.refresh_from_db()
    assert mail.state == "queued"
    assert "ConnectionRefusedError" in mail.error
    assert job_count(mail) == 2  # the first one, and that of the next try

    OutgoingMail.objects.update(next_try_at=datetime.now(UTC), queued_at=datetime.now(UTC) - timedelta(days=5))
    sending.send(mail.pk)
    mail.refresh_from_db()
    assert mail.state == "failed"
    assert "given up after 4 days" in mail.refused["customer@harbour.example"]
    assert Event.objects.get(kind="message.failed").data["failed"] is True

    outbox.try_again(mail, by=MAIL, at=datetime.now(UTC))
    mail.refresh_from_db()
    assert (mail.state, mail.refused, mail.attempts) == ("queued", {}, 0)


@pytest.mark.django_db(transaction=True)
def test_without_a_server_it_waits_and_says_why(settings: LazySettings) -> None:
    settings.UPHELD_SMTP = None
    mail = queued()
    sending.send(mail.pk)
    mail.refresh_from_db()
    assert (mail.state, mail.error) == ("queued", "No server for outgoing mail is set. Set UPHELD_SMTP_URL.")


@pytest.mark.django_db(transaction=True)
def test_a_try_that_was_cut_off_is_made_again_and_counted(other_server: Sink) -> None:
    mail = queued()
    assert sending._begin(mail.pk) == 1  # and the process dies here
    sending.send(mail.pk)
    mail.refresh_from_db()
    assert (mail.state, mail.attempts, mail.perhaps_twice) == ("sent", 2, 1)


@pytest.mark.django_db(transaction=True)
def test_a_lost_job_is_found_by_the_sweep_and_no_pile_grows() -> None:
    mail = queued()
    later = datetime.now(UTC) + timedelta(minutes=5)
    assert sending.sweep(datetime.now(UTC)) == 0
    assert [sending.sweep(later), sending.sweep(later)] == [1, 0]
    assert job_count(mail) == 2


@pytest.mark.django_db(transaction=True)
def test_a_clock_that_was_put_back_keeps_no_mail(other_server: Sink) -> None:
    """Put off by a quarter of an hour at a time that is three hours from now: nobody waits for that."""
    mail, now = queued(), datetime.now(UTC)
    OutgoingMail.objects.update(next_try_at=now + timedelta(minutes=50))
    assert sending.sweep(now) == 0  # a pause as it may be
    OutgoingMail.objects.update(next_try_at=now + timedelta(hours=3, minutes=15))
    assert sending.sweep(now) == 1
    sending.send(mail.pk)
    mail.refresh_from_db()
    assert mail.state == "sent"


# -- files and threads -----------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_the_same_bytes_are_kept_once(settings: LazySettings) -> None:
    first, second, other = store(b"same"), store(b"same"), store(b"other")
    assert first.pk == second.pk != other.pk
    with open_stored(first) as opened:
        assert opened.read() == b"same"
    kept = [path for path in settings.MEDIA_ROOT.rglob("*") if path.is_file()]
    assert len(kept) == 2
    assert all(path.stat().st_mode & 0o077 == 0 for path in kept)


@pytest.mark.django_db
def test_the_nearest_known_mail_says_what_a_mail_belongs_to() -> None:
    mail = queued(subject_key="ticket:7")
    ReceivedMail.objects.create(sha256="a", raw=b"", size=0, message_id="<old@x.example>", outcome="ticket:3")
    late = ReceivedMail.objects.create(sha256="b", raw=b"", size=0, message_id="<late@x.example>", outcome="ticket:5")
    late.references.create(message_id="<never-came@x.example>")

    assert subject_of_thread([mail.message_id, "<old@x.example>"]) == "ticket:7"
    assert subject_of_thread(["<unknown@x.example>", "<old@x.example>"]) == "ticket:3"
    assert subject_of_thread(["<never-came@x.example>"]) == "ticket:5"
    assert subject_of_thread([], "<never-came@x.example>") == "ticket:5"
    assert subject_of_thread(["<unknown@x.example>"]) is None
    assert subject_of_thread([]) is None
