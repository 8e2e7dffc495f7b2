"""What a customer reads right after writing to us."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from upheld.channels.mail.threading import subject_of
from upheld.channels.models import OutgoingMail
from upheld.channels.tests.post import letter
from upheld.commitments.models import Commitment
from upheld.conftest import Cast
from upheld.events.jobs import react
from upheld.events.models import Event
from upheld.tickets.tests.mailbox import acknowledgement, take, text_of, ticket_of
from upheld.tickets.wording import moment_in_words

pytestmark = pytest.mark.usefixtures("own_files")


def test_it_names_the_ticket_and_the_time_of_the_first_answer_in_the_customers_zone(cast: Cast) -> None:
    ticket = ticket_of(take(letter(message_id="<first@harbour.example>")))
    mail = acknowledgement(ticket)
    assert mail is not None
    answers = Commitment.objects.filter(subject=ticket.key, clause__in=["first-response", "mail-answer"])
    due = min(row.due_at for row in answers if row.due_at is not None)

    text = text_of(mail)
    assert f"#{ticket.pk}" in text
    assert moment_in_words(due, ZoneInfo("America/New_York")) in text
    assert "New York time" in text
    assert mail["Auto-Submitted"] == "auto-replied"
    assert mail["In-Reply-To"] == mail["References"] == "<first@harbour.example>"
    assert mail["To"] == "customer@harbour.example"
    assert subject_of(mail["Reply-To"].addresses[0].addr_spec) == ticket.key
    assert f"/requests/{ticket.pk}/" in text
    html = mail.get_body(("html",))
    assert html is not None
    assert f"<strong>#{ticket.pk}</strong>" in html.get_content()


def test_office_hours_are_said_where_they_count(cast: Cast) -> None:
    enterprise = text_of(acknowledgement(ticket_of(take(letter()))))
    standard = text_of(acknowledgement(ticket_of(take(letter(sender="stranger@quarry.example")))))
    assert "office hours" not in enterprise
    assert "office hours are already counted in" in standard
    assert "Berlin time" in standard


def test_nothing_of_the_senders_own_text_is_in_it(cast: Cast) -> None:
    spam = letter(
        "cheap-pills.example", title="Buy cheap-pills.example", sender="Cheap-Pills.example <victim@gmail.com>"
    )
    mail = acknowledgement(ticket_of(take(spam)))
    assert mail is not None
    assert "pills" not in mail.as_string().lower()


@pytest.mark.parametrize(
    "fields",
    [
        {"auto_submitted": "auto-generated"},
        {"precedence": "bulk"},
        {"list_id": "<a.example>"},
        {"x_auto_response_suppress": "All"},
        {"sender": "noreply@harbour.example"},
    ],
)
def test_no_machine_and_nobody_who_asked_for_silence_is_answered(cast: Cast, fields: dict[str, Any]) -> None:
    assert acknowledgement(ticket_of(take(letter(**fields)))) is None


def test_an_empty_envelope_sender_is_not_answered(cast: Cast) -> None:
    assert acknowledgement(ticket_of(take(letter(), envelope_from="<>"))) is None


def test_an_address_gets_three_an_hour_whatever_it_sends(cast: Cast) -> None:
    tickets = [ticket_of(take(letter(f"Number {number}"))) for number in range(6)]
    assert [acknowledgement(ticket) is not None for ticket in tickets] == [True] * 3 + [False] * 3


def test_an_address_gets_twenty_a_day_however_they_are_spread(cast: Cast) -> None:
    for number in range(22):
        take(letter(f"Number {number}"))
        OutgoingMail.objects.update(queued_at=datetime.now(UTC) - timedelta(hours=2 + number % 20))
    assert OutgoingMail.objects.filter(key__startswith="acknowledge:").count() == 20


def test_it_is_sent_once_however_often_the_handler_runs(cast: Cast) -> None:
    ticket = ticket_of(take(letter()))
    event = Event.objects.get(kind="ticket.opened", subject=ticket.key)
    react(event.pk)
    react(event.pk)
    assert OutgoingMail.objects.filter(key__startswith="acknowledge:").count() == 1


def test_an_answer_to_a_ticket_is_not_acknowledged(cast: Cast) -> None:
    take(letter(message_id="<first@harbour.example>"))
    take(letter("More", references="<first@harbour.example>"))
    assert OutgoingMail.objects.filter(recipients__contains=["customer@harbour.example"]).count() == 1


def test_who_writes_again_is_written_to_again_though_a_mail_to_them_came_back(cast: Cast) -> None:
    cast.customer.bounced_at = datetime.now(UTC)
    cast.customer.save()
    assert acknowledgement(ticket_of(take(letter()))) is not None
    cast.customer.refresh_from_db()
    assert cast.customer.bounced_at is None


def test_times_are_said_moment_in_words() -> None:
    moment = datetime(2026, 3, 9, 14, 15, tzinfo=UTC)  # the day after the clocks went forward in New York
    assert moment_in_words(moment, ZoneInfo("America/New_York")) == "Monday, March 9, 2026 at 10:15 AM (New York time)"
    assert moment_in_words(moment, ZoneInfo("Asia/Kolkata")) == "Monday, March 9, 2026 at 7:45 PM (Kolkata time)"
    assert moment_in_words(moment, ZoneInfo("UTC")) == "Monday, March 9, 2026 at 2:15 PM (UTC)"
