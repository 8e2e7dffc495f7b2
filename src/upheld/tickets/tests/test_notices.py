"""What people of ours are told. A notice names the ticket and never quotes a message."""

from __future__ import annotations

from django.conf import settings

from upheld.channels.models import OutgoingMail
from upheld.conftest import Cast
from upheld.events.models import Event
from upheld.tickets.notices import mail_notice, notice_text
from upheld.tickets.recording import policy_for
from upheld.tickets.tests.scenes import opened


def test_it_names_ticket_and_title(cast: Cast) -> None:
    ticket = opened(cast)
    assert notice_text(Event(kind="ticket.opened"), ticket) == f"#{ticket.pk} New: Nothing loads"


def test_it_says_which_promise_is_late(cast: Cast) -> None:
    ticket = opened(cast)
    clause = policy_for(ticket).clauses["first-response"]
    text = notice_text(Event(kind="commitment.breached"), ticket, clause)
    assert text == f"#{ticket.pk} First response is late: Nothing loads"


def test_a_title_with_braces_is_no_template(cast: Cast) -> None:
    ticket = opened(cast, title="{clause} {0} {__class__}")
    assert notice_text(Event(kind="ticket.opened"), ticket).endswith("New: {clause} {0} {__class__}")


def test_something_without_a_sentence_is_still_told(cast: Cast) -> None:
    ticket = opened(cast)
    assert notice_text(Event(kind="ticket.linked"), ticket) == f"#{ticket.pk} Nothing loads"


def test_the_mail_leads_to_the_page_and_quotes_nothing(cast: Cast) -> None:
    ticket = opened(cast)
    mail_notice(ticket, cast.agent.person, "#1 New", key="notice:1")
    mail_notice(ticket, cast.neighbour.person, "#1 New", key="notice:2")
    staff, customer = (bytes(mail.raw).decode() for mail in OutgoingMail.objects.order_by("id"))
    assert f"{settings.UPHELD_URL}/desk/tickets/{ticket.pk}/" in staff
    assert f"{settings.UPHELD_URL}/requests/{ticket.pk}/" in customer
    for mail in (staff, customer):
        assert "Since nine" not in mail
        assert "Auto-Submitted: auto-generated" in mail


def test_a_key_is_one_mail(cast: Cast) -> None:
    ticket = opened(cast)
    for _ in range(2):
        mail_notice(ticket, cast.agent.person, "#1 New", key="notice:1")
    assert OutgoingMail.objects.count() == 1
