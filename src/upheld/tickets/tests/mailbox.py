"""Mail for tests of tickets: taken in on the spot, with all that follows from it."""

from __future__ import annotations

from collections.abc import Sequence
from email import message_from_bytes, policy
from email.message import EmailMessage

from upheld.channels.mail.receiving import accept
from upheld.channels.models import OutgoingMail, ReceivedMail
from upheld.channels.tests.post import SUPPORT
from upheld.events.jobs import react
from upheld.events.models import Event
from upheld.tickets.models import Ticket


def take(
    raw: bytes, *, to: Sequence[str] = (SUPPORT,), envelope_from: str = "customer@harbour.example"
) -> ReceivedMail:
    """Accept a mail and do every job that comes of it. Returns its row as it is then."""
    last = Event.objects.order_by("-id").values_list("id", flat=True).first() or 0
    mail = accept(raw, envelope_from=envelope_from, envelope_to=to, peer="127.0.0.1")
    react_after(last)
    mail.refresh_from_db()
    return mail


def react_after(last: int) -> None:
    """Let the handlers hear of everything since, and of what they do themselves."""
    while (event := Event.objects.filter(pk__gt=last).order_by("id").first()) is not None:
        last = event.pk
        react(event.pk)


def ticket_of(mail: ReceivedMail) -> Ticket:
    assert mail.state == ReceivedMail.State.MESSAGE, (mail.state, mail.reason)
    return Ticket.objects.get(pk=mail.outcome.partition(":")[2])


def acknowledgement(ticket: Ticket) -> EmailMessage | None:
    return wire(OutgoingMail.objects.filter(key=f"acknowledge:{ticket.pk}").first())


def wire(mail: OutgoingMail | None) -> EmailMessage | None:
    """The mail as another program reads it."""
    if mail is None:
        return None
    read = message_from_bytes(bytes(mail.raw), policy=policy.default)
    assert isinstance(read, EmailMessage)
    return read


def text_of(mail: EmailMessage | None) -> str:
    assert mail is not None
    body = mail.get_body(("plain",))
    assert body is not None
    return str(body.get_content())
