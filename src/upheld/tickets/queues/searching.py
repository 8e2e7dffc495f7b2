"""Tickets by what somebody remembers of them: a number, a name, some words."""

from __future__ import annotations

from django.contrib.postgres.search import SearchQuery, SearchVector
from django.db.models import Q

from upheld.accounts.models import Account, Contact
from upheld.tickets.models import Ticket
from upheld.tickets.models.ticket import TicketQuerySet

SEARCHED = 500  # people and accounts of a name that a search looks through
FOUND = 1000  # the newest tickets of each part of a search; who looks for more adds a word


def search(tickets: TicketQuerySet, text: str) -> TicketQuerySet:
    """Tickets whose number, subject, requester or account says `text`. Words may be cut short at the end (`invo`).

    The parts are gathered by ids, each from its own index, since one condition over all of them could use none; of each the
    newest FOUND.
    """
    number = text.strip().removeprefix("#")
    if number.isdecimal() and len(number) < 19:
        return tickets.filter(pk=int(number))
    people = Contact.objects.filter(Q(person__name__icontains=text) | Q(person__email__icontains=text))
    accounts = Account.objects.filter(name__icontains=text)
    parts = [
        tickets.filter(requester__in=list(people.values_list("pk", flat=True)[:SEARCHED])),
        tickets.filter(account__in=list(accounts.values_list("pk", flat=True)[:SEARCHED])),
    ]
    words = ["".join(letter for letter in word if letter.isalnum()) for word in text.split()]
    if any(words):
        query = SearchQuery(" & ".join(f"{word}:*" for word in words if word), config="simple", search_type="raw")
        parts.append(tickets.annotate(words=SearchVector("title", config="simple")).filter(words=query))
    first, *others = [part.order_by("-pk").values("pk")[:FOUND] for part in parts]
    return Ticket.objects.filter(pk__in=first.union(*others))
