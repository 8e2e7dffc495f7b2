"""What the portal's pages show of requests, read in a fixed number of queries and never beyond what the reader may see."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.db.models import Q

from upheld.commitments.models import Clock, Commitment
from upheld.commitments.policies import in_force, policy_of
from upheld.kernel.keys import number_of
from upheld.people.models import Person
from upheld.policy import Policy
from upheld.tickets.models import Merge, Message, Ticket
from upheld.tickets.models.ticket import TicketQuerySet
from upheld.web.desk.quoting import without_quote
from upheld.web.pictures import pictured

SIZE = 25
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Letter:
    """A message as the customer reads it."""

    message: Message
    text: str
    quote: str
    html: str


@dataclass(frozen=True, slots=True)
class Merging:
    """`into` is what the request is read in, where the reader may see that too; `parts` are those read in it."""

    is_merged: bool
    into: Ticket | None
    parts: Sequence[Ticket]


def own_requests(person: Person) -> TicketQuerySet:
    """What this person may see, merged ones included, spam never."""
    return Ticket.objects.visible_to(person).filter(is_spam=False)


def newest_first(requests: TicketQuerySet, *, after: str = "", size: int = SIZE) -> tuple[list[Ticket], str]:
    """The requests that changed last, from the key `after` on, and the key of the last one if more follow. One query."""
    changed, number = _place(after)
    if changed is not None:
        requests = requests.filter(Q(changed_at__lt=changed) | Q(changed_at=changed, pk__lt=number))
    found = list(requests.for_rows().order_by("-changed_at", "-pk")[: size + 1])
    shown = found[:size]
    more = f"{(shown[-1].changed_at - EPOCH) // MICROSECOND}-{shown[-1].pk}" if len(found) > size else ""
    return shown, more


def awaited(requests: Iterable[Ticket]) -> Mapping[int, list[Commitment]]:
    """The awaited commitments of each, tightest first. One query."""
    found: dict[int, list[Commitment]] = {one.pk: [] for one in requests}
    for row in Commitment.objects.awaited().of(*(f"ticket:{number}" for number in found)).tightest_first():
        found[number_of(row.subject)].append(row)
    return found


def merging(request: Ticket, person: Person) -> Merging:
    """Two queries."""
    rows = list(Merge.objects.filter(Q(ticket=request) | Q(into=request), undone_at=None))
    others = {row.into_id if row.ticket_id == request.pk else row.ticket_id for row in rows}
    seen = {one.pk: one for one in own_requests(person).filter(pk__in=others)} if others else {}
    into = next((row.into_id for row in rows if row.ticket_id == request.pk), None)
    parts = [seen[row.ticket_id] for row in rows if row.into_id == request.pk and row.ticket_id in seen]
    return Merging(into is not None, seen.get(into) if into is not None else None, parts)


def letters(request: Ticket, parts: Sequence[Ticket], person: Person) -> list[Letter]:
    """What was said, oldest first, without what is internal. Two queries."""
    messages = Message.objects.visible_to(person).filter(ticket__in=[request, *parts]).select_related("author")
    return [_letter(message) for message in messages.order_by("at", "pk").prefetch_related("attachments__file")]


def _letter(message: Message) -> Letter:
    files = [{"pk": one.pk, "name": one.name, "content_id": one.content_id} for one in message.attachments.all()]
    return Letter(message, *without_quote(message.text), pictured(message.html, files).html)


def policy_for(request: Ticket) -> Policy:
    """The policy version that the request was opened under; nothing is locked. One query."""
    clock = Clock.objects.filter(pk=request.key).only("version_id").first()
    return policy_of(clock.version_id) if clock is not None else in_force()


def _place(key: str) -> tuple[datetime | None, int]:
    moment, _, number = key.partition("-")
    try:
        return EPOCH + timedelta(microseconds=int(moment)), int(number)
    except (ValueError, OverflowError):
        return None, 0
