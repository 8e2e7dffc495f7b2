"""What stands around every page of the workspace: the views with their counts, what waits for me, my presence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import render
from django.template.loader import get_template
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString

from upheld.commitments.policies import in_force
from upheld.drafting.waiting import UNREAD, to_read
from upheld.tickets import queues
from upheld.web.desk.remembered import menu
from upheld.web.viewer import AgentRequest

ICONS = {
    "mine": "inbox", "unassigned": "circle-dashed", "late": "alarm-clock", "open": "layers", "waiting": "hourglass",
    "resolved": "circle-check", "all": "search",
}  # fmt: skip
KEYS = {"mine": "g m", "unassigned": "g u", "late": "g l", "open": "g o", "waiting": "g w", "resolved": "g r"}


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the navigation."""

    name: str
    label: str
    href: str
    icon: str
    count: int | None = None
    keys: str = ""

    @property
    def said(self) -> str:
        """The count as it is shown: nothing for none, `999+` beyond what is counted."""
        if not self.count:
            return ""
        return str(self.count) if self.count < queues.COUNTED_UP_TO else f"{queues.COUNTED_UP_TO - 1}+"


def view_named(name: str) -> queues.View | None:
    """A view of the queue by its name in the address; departments are those of the policy in force."""
    if name.startswith("department/"):
        department = in_force().departments.get(name.partition("/")[2])
        return queues.department_view(department.name, str(department.label)) if department else None
    return queues.VIEWS.get(name)


def surroundings(request: AgentRequest, *, here: str = "") -> dict[str, Any]:
    """The context of `desk/base.html`. One query."""
    departments = in_force().departments
    unread: dict[str, queues.Counted] = {"to_read": (UNREAD, [request.agent.pk])}
    counts = queues.counts(agent=request.agent, departments=departments, now=timezone.now(), also=unread)
    views = tuple(_entry(view, counts) for view in queues.VIEWS.values() if view is not queues.ALL)
    teams = tuple(_entry(queues.department_view(one.name, str(one.label)), counts) for one in departments.values())
    return {
        "here": here,
        "here_count": next((entry.said for entry in views + teams if entry.name == here), ""),
        "navigation": _drawn(views, teams, _places(request.agent.is_administrator, counts.get("outgoing", 0)), here),
        "waiting_for_me": counts["notifications"],
        "counts": counts,
        "is_folded": request.COOKIES.get("views") == "folded",
        "menu": menu(request, request.agent),
        "company": in_force().company,
    }


def show(
    request: AgentRequest, template: str, context: Mapping[str, Any], *, here: str = "", status: int = 200
) -> HttpResponse:
    """A whole page of the workspace, above it the version of the policy that they have not read. One query, or two."""
    around = surroundings(request, here=here)
    if around["counts"]["to_read"]:
        around["to_read"] = to_read(request.agent)
    return render(request, template, {**around, **context}, status=status)


@lru_cache(maxsize=256)
def _drawn(
    views: tuple[Entry, ...], departments: tuple[Entry, ...], places: tuple[Entry, ...], here: str
) -> SafeString:
    """The navigation as HTML, remembered for as long as it says the same."""
    context = {"views": views, "departments": departments, "places": places, "here": here}
    return SafeString(get_template("desk/parts/navigation.html").render(context))


@lru_cache(maxsize=256)
def _address(view: str) -> str:
    return reverse("desk:queue", args=[view])


def _entry(view: queues.View, counts: Mapping[str, int]) -> Entry:
    return Entry(
        view.name,
        view.label,
        _address(view.name),
        ICONS.get(view.name, "hash"),
        counts.get(view.name) if view.is_counted else None,
        KEYS.get(view.name, ""),
    )


@lru_cache(maxsize=64)
def _places(is_administrator: bool, undelivered: int) -> tuple[Entry, ...]:
    places = [
        Entry("accounts", "Accounts", reverse("desk:accounts"), "building-2", keys="g c"),
        Entry("people", "People", reverse("desk:people"), "users", keys="g p"),
        Entry("policy", "Policy", reverse("policy:in-force"), "scroll-text", keys="g y"),
    ]
    if is_administrator:
        places.append(Entry("mails", "Mail trace", reverse("desk:mails"), "mailbox", undelivered))
    if settings.UPHELD_DEMO:
        places.append(Entry("demo", "Sent mails", reverse("demo:mails"), "send"))
    return tuple(places)
