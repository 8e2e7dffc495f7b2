"""The queue: its views, how many tickets each holds, and its pages, found by key and never by counting off.

Every read here follows an index that `Ticket` declares, so that a desk with a million tickets answers like one with a thousand.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any

from django.contrib.postgres.search import SearchQuery, SearchVector
from django.db import connection
from django.db.models import OuterRef, Q, QuerySet, Subquery

from upheld.accounts.models import Account, Contact
from upheld.people.models import Agent, Person
from upheld.statements import Asked, Given
from upheld.tickets.models import Reading, Ticket
from upheld.tickets.models.ticket import TicketQuerySet

COUNTED_UP_TO = 1000
PAGE = 50
SEARCHED = 500  # people and accounts of a name that a search looks through
FOUND = 1000  # the newest tickets of each part of a search; who looks for more adds a word
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class View:
    """A named part of the queue. `is_tightest_first`: by due time, else by the last change, newest first."""

    name: str
    label: str
    about: str
    is_tightest_first: bool = True
    is_counted: bool = True


MINE = View("mine", "My work", "Everything assigned to you that is not settled.")
UNASSIGNED = View("unassigned", "Unassigned", "Nobody has taken these yet.")
LATE = View("late", "Late", "A promised time has passed and the promise is still open.")
OPEN = View("open", "All open", "Everything that is not settled.")
WAITING = View("waiting", "Waiting", "Waiting on the customer, or on hold.")
RESOLVED = View("resolved", "Resolved", "Settled, and not closed yet.", is_tightest_first=False, is_counted=False)
ALL = View("all", "All tickets", "Every ticket there is.", is_tightest_first=False, is_counted=False)
VIEWS = {view.name: view for view in (MINE, UNASSIGNED, LATE, OPEN, WAITING, RESOLVED, ALL)}

SETTLED_STATUSES = (Ticket.Status.RESOLVED, Ticket.Status.CLOSED)
WAITING_STATUSES = (Ticket.Status.WAITING, Ticket.Status.ON_HOLD)


def department_view(name: str, label: str) -> View:
    return View(f"department/{name}", label, f"Everything of {label} that is not settled.")


def tickets_in(view: View, *, person: Person, agent: Agent, now: datetime) -> TicketQuerySet:
    """The tickets of a view that the person may see, not ordered yet."""
    return chosen(Ticket.objects.visible_to(person), view, agent=agent, now=now)


def chosen(tickets: TicketQuerySet, view: View, *, agent: Agent | Given, now: datetime | Given) -> TicketQuerySet:
    """Those that belong to the view."""
    match view.name:
        case "mine":
            return tickets.unsettled().filter(assignee=agent)
        case "unassigned":
            return tickets.unsettled().unassigned()
        case "late":
            return tickets.unsettled().filter(due_at__lt=now)
        case "waiting":
            return tickets.unsettled().filter(status__in=WAITING_STATUSES)
        case "resolved":
            return tickets.filter(status=Ticket.Status.RESOLVED)
        case "all":
            return tickets
    if view.name.startswith("department/"):
        return tickets.unsettled().filter(department=view.name.partition("/")[2])
    return tickets.unsettled()


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


# -- counts ---------------------------------------------------------------------------------------------------------------

UNDELIVERED = (
    "FROM (SELECT 1 FROM channels_outgoingmail WHERE needs_a_look UNION ALL"
    " SELECT 1 FROM channels_outgoingmail WHERE state = 'queued' AND queued_at < %s) undelivered"
)
UNSETTLED = "FROM tickets_ticket WHERE NOT is_settled"


Counted = tuple[str, Sequence[int | str | datetime]]  # what stands after SELECT 1 in SQL, and its values


def counts(
    *, agent: Agent, departments: Iterable[str], now: datetime, also: Mapping[str, Counted] | None = None
) -> dict[str, int]:
    """How many tickets each counted view holds, up to COUNTED_UP_TO, and `notifications` that wait. One query.

    For administrators also `outgoing`: mails that somebody did not get, or that have been waiting for an hour.

    `latest` is the newest event, so that the live view can say what came after it. `also` is what higher rooms count.
    """
    parts: dict[str, Counted] = {
        "mine": (f"{UNSETTLED} AND assignee_id = %s", [agent.pk]),
        "unassigned": (f"{UNSETTLED} AND assignee_id IS NULL", []),
        "late": (f"{UNSETTLED} AND due_at < %s", [now]),
        "open": (UNSETTLED, []),
        "waiting": (f"{UNSETTLED} AND status IN (%s, %s)", [str(status) for status in WAITING_STATUSES]),
        "notifications": ("FROM people_notification WHERE read_at IS NULL AND person_id = %s", [agent.person_id]),
    }
    if agent.is_administrator:
        parts["outgoing"] = (UNDELIVERED, [now - timedelta(hours=1)])
    for name in departments:
        parts[f"department/{name}"] = (f"{UNSETTLED} AND department = %s", [name])
    parts |= also or {}
    count = "(SELECT count(*) FROM (SELECT 1 {} LIMIT {}) counted)"
    columns = ", ".join(count.format(sql, COUNTED_UP_TO) for sql, _ in parts.values())
    sql = f"SELECT {columns}, (SELECT coalesce(max(id), 0) FROM events_event)"  # noqa: S608 - our own words
    with connection.cursor() as cursor:
        cursor.execute(sql, [value for _, values in parts.values() for value in values])
        row = cursor.fetchone()
    assert row is not None
    return dict(zip([*parts, "latest"], row, strict=True))


# -- pages ----------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Line:
    """A ticket as a line of the queue shows it: plain values, since a page of model objects costs more than its query."""

    pk: int
    title: str
    preview: str
    priority: str
    plan: str
    status: str
    channel: str
    last_message_by: str
    last_message_at: datetime | None
    changed_at: datetime
    due_at: datetime | None
    requester_name: str
    requester_email: str
    account: str | None
    assignee: int | None
    assignee_name: str | None
    assignee_email: str | None
    read_at: datetime | None

    @property
    def key(self) -> str:
        return f"ticket:{self.pk}"

    @property
    def is_unread(self) -> bool:
        """Somebody wrote since the reader looked: the customer, or a colleague. What is over calls nobody."""
        if self.status in SETTLED_STATUSES:
            return False
        return self.last_message_at is not None and (self.read_at is None or self.read_at < self.last_message_at)


TIGHTEST = ("due_at", "id")  # PostgreSQL puts those without a due time last
LATEST = ("-changed_at", "-id")
COLUMNS = (
    "pk",
    "title",
    "preview",
    "priority",
    "plan",
    "status",
    "channel",
    "last_message_by",
    "last_message_at",
    "changed_at",
    "due_at",
    "requester__person__name",
    "requester__person__email",
    "account__name",
    "assignee",
    "assignee__person__name",
    "assignee__person__email",
)


def lines(tickets: TicketQuerySet, reader: Person, size: int, *, order: tuple[str, ...] = TIGHTEST) -> list[Line]:
    """The first `size` of the tickets in that order, as lines. One query."""
    return [Line(*row) for row in _rows(tickets, reader, size, order)]


def _rows(
    tickets: TicketQuerySet, reader: Person | Given, size: int, order: tuple[str, ...]
) -> QuerySet[Ticket, tuple[Any, ...]]:
    """The columns of lines. The tickets are chosen first, by their index alone, and only those are joined with people and
    accounts.
    """
    chosen = tickets.order_by(*order).values("pk")[:size]
    readings = Reading.objects.filter(ticket=OuterRef("pk"), person=reader).values("read_at")
    rows = Ticket.objects.filter(pk__in=chosen).order_by(*order).annotate(my_read_at=Subquery(readings[:1]))
    return rows.values_list(*COLUMNS, "my_read_at")


@dataclass(frozen=True, slots=True)
class Page:
    """Some lines in order; `after` is the key of the last one when more follow."""

    lines: list[Line]
    after: str


def first_page(view: View, *, agent: Agent, now: datetime) -> Page:
    """What `page` shows first of a whole view, to somebody who works here. The questions are made once for each view."""
    given = {"agent": agent.pk, "now": now, "reader": agent.person_id}
    found = [Line(*row) for row in _first_of(view, is_timed=view.is_tightest_first)(**given)]
    if view.is_tightest_first and len(found) <= PAGE:
        found += [Line(*row) for row in _first_of(view, is_timed=False)(**given)]
    return _paged(found[: PAGE + 1], view)


@lru_cache(maxsize=128)
def _first_of(view: View, *, is_timed: bool) -> Asked[tuple[Any, ...]]:
    order = TIGHTEST if view.is_tightest_first else LATEST

    def ask() -> QuerySet[Ticket, tuple[Any, ...]]:
        tickets = chosen(Ticket.objects.all(), view, agent=Given("agent"), now=Given("now"))
        if view.is_tightest_first:
            tickets = tickets.filter(due_at__isnull=not is_timed)
        return _rows(tickets, Given("reader"), PAGE + 1, order)

    return Asked(ask)


def page(tickets: TicketQuerySet, view: View, *, reader: Person, after: str = "") -> Page:
    """The tickets that follow the key `after`. A key that is none gives the first page. At most two queries."""
    if view.is_tightest_first:
        found = _tightest(tickets, reader, after, PAGE + 1)
    else:
        found = lines(_after_change(tickets, after), reader, PAGE + 1, order=LATEST)
    return _paged(found, view)


def _paged(found: list[Line], view: View) -> Page:
    shown = found[:PAGE]
    return Page(shown, _key(shown[-1], view) if len(found) > PAGE else "")


def _tightest(tickets: TicketQuerySet, reader: Person, after: str, wanted: int) -> list[Line]:
    """Those with a due time come first, then those without, by number: two ranges of one index."""
    due, number = _parsed(after)
    found: list[Line] = []
    if number is None or due is not None:
        timed = tickets.filter(due_at__isnull=False)
        if due is not None and number is not None:
            timed = timed.filter(due_at__gte=due).exclude(due_at=due, id__lte=number)
        found = lines(timed, reader, wanted)
    if len(found) < wanted:
        untimed = tickets.filter(due_at=None)
        if number is not None and due is None:
            untimed = untimed.filter(id__gt=number)
        found += lines(untimed, reader, wanted - len(found))
    return found


def _after_change(tickets: TicketQuerySet, after: str) -> TicketQuerySet:
    changed, number = _parsed(after)
    if changed is None or number is None:
        return tickets
    return tickets.filter(changed_at__lte=changed).exclude(changed_at=changed, id__gte=number)


def _key(line: Line, view: View) -> str:
    moment = line.due_at if view.is_tightest_first else line.changed_at
    return f"{'n' if moment is None else (moment - EPOCH) // timedelta(microseconds=1)}-{line.pk}"


def _parsed(key: str) -> tuple[datetime | None, int | None]:
    moment, _, number = key.partition("-")
    try:
        return (None if moment == "n" else EPOCH + timedelta(microseconds=int(moment))), int(number)
    except (ValueError, OverflowError):
        return None, None


@dataclass(frozen=True, slots=True)
class Awaited:
    """The tightest awaited commitment of a ticket, as far as a chip shows it, and how many more there are."""

    version_id: int
    clause: str
    state: str
    due_at: datetime | None
    ended_at: datetime | None
    since_at: datetime
    target: int
    used: int
    calendar: str
    more: int


TIGHTEST_OF_EACH = """
SELECT DISTINCT ON (subject) subject, version_id, clause, state, due_at, ended_at, since_at, target, used, calendar,
       count(*) OVER (PARTITION BY subject) - 1
  FROM commitments_commitment
 WHERE subject = ANY(%s) AND ended_at IS NULL AND state <> 'void'
 ORDER BY subject, due_at NULLS LAST, id
"""


def awaited(keys: Sequence[str]) -> Mapping[str, Awaited]:
    """By subject key, for those that await anything. One query."""
    with connection.cursor() as cursor:
        cursor.execute(TIGHTEST_OF_EACH, [list(keys)])
        return {subject: Awaited(*rest) for subject, *rest in cursor.fetchall()}
