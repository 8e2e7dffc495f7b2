"""What the customer wrote last, as it stands below an answer when its author wants that."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape

from upheld.channels.mail.parsing.quoting import folded
from upheld.statements import Asked, Given
from upheld.tickets.models import Message, Ticket
from upheld.tickets.wording import day_in_words, sentence

LONGEST = 20_000  # characters; more is cut, since it can be read in the portal
LAST_OF_CUSTOMER = Asked(
    lambda: (
        Message.objects.public()
        .filter(ticket=Given("ticket"), by=Message.By.CUSTOMER)
        .exclude(pk=Given("but"))
        .order_by("-at", "-id")
        .values_list("text", "at", "author__name", "author__email")[:1]
    )
)


@dataclass(frozen=True, slots=True)
class Quotation:
    text: str
    html: str


def quotation_below(ticket: Ticket, message: Message) -> Quotation | None:
    """The newest part of the customer's last message; what they quoted themselves is left out. One query."""
    found = LAST_OF_CUSTOMER.first(ticket=ticket.pk, but=message.pk)
    if found is None or not found[0].strip():
        return None
    text, at, name, email = found
    newest = folded(text, ticket.title).newest.strip()[:LONGEST]
    language = ticket.requester.person.language
    head = sentence("wrote", language).format(name=name or email, date=day_in_words(at.date(), language))
    lines = "\n".join(f"> {line}".rstrip() for line in newest.splitlines())
    body = "<br>".join(escape(line) for line in newest.splitlines())
    return Quotation(f"{head}\n{lines}\n", f"<p>{escape(head)}</p><blockquote>{body}</blockquote>")
