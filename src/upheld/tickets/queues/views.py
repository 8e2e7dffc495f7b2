"""The named parts of the queue, and which tickets belong to each."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from upheld.people.models import Agent, Person
from upheld.statements import Given
from upheld.tickets.models import Ticket
from upheld.tickets.models.ticket import TicketQuerySet

WAITING_STATUSES = (Ticket.Status.WAITING, Ticket.Status.ON_HOLD)


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
