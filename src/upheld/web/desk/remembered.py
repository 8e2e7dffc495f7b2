"""Parts of pages that are the same for many requests: drawn once, with gaps for what differs from one to the next.

A part is a pure function of what it shows, so it may be remembered. The gaps are marks that nobody can guess, since they are made
anew in each process: nothing that somebody wrote can be taken for one.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from django.http import HttpRequest
from django.middleware.csrf import get_token
from django.template.loader import get_template
from django.utils.html import escape
from django.utils.safestring import SafeString

from upheld.people.models import Agent
from upheld.tickets.queries import Opened

Choices = tuple[tuple[Any, str], ...]
BASE: Final = f"gap-{secrets.token_hex(16)}"
KEPT: Final = "upheld.token_of_forms"  # in META of the request
TOKEN: Final = f"gap-{secrets.token_hex(16)}"


@dataclass(frozen=True, slots=True)
class Property:
    """A form of one field, which sends itself when it is changed. Without choices it is a field to write in."""

    name: str
    label: str
    value: object
    choices: Choices | None
    nothing: str = ""  # what no choice is called, where none is allowed
    address: str = "properties/"
    field: str = ""  # where it differs from the name

    @property
    def sent_as(self) -> str:
        return self.field or self.name


@dataclass(frozen=True, slots=True)
class Me:
    """Who looks, as the menu shows them."""

    name: str
    role: str
    team: str
    level: int
    presence: str
    presence_said: str


def properties(request: HttpRequest, ticket: Opened, choices: dict[str, Choices], *, base: str) -> SafeString:
    """What the ticket is and who deals with it, each a small form. `base` is the address of the ticket."""
    forms = [
        Property("assignee", "Assignee", ticket.assignee, choices["agents"], "Nobody", "assignment/"),
        Property("team", "Team", ticket.team, choices["teams"], "None", "team/"),
        Property("priority", "Priority", ticket.priority, choices["priorities"]),
        Property("category", "Category", ticket.category, choices["categories"], "None"),
        Property("department", "Department", ticket.department, choices["departments"], "None"),
        Property("area", "Product area", ticket.product_area, choices["product_areas"], "None", field="product_area"),
        Property("brand", "Brand", ticket.brand, choices["brands"], "The company"),
        Property("level", "Level", ticket.level, choices["levels"]),
        Property("tags", "Tags", ", ".join(ticket.tags), None),
    ]
    drawn = (_draw_property(one) for one in forms if one.choices is None or one.choices or one.name in ALWAYS)
    return _filled(drawn, request, base)


ALWAYS: Final = ("assignee", "team", "priority", "category", "department")


def menu(request: HttpRequest, agent: Agent) -> SafeString:
    """The menu of whoever looks: their presence, settings, the way out."""
    team = str(agent.team) if agent.team is not None else ""
    me = Me(
        str(agent.person), agent.get_role_display(), team, agent.level, agent.presence, agent.get_presence_display()
    )
    return _filled([_draw_menu(me)], request, "")


def _filled(drawn: Iterable[str], request: HttpRequest, base: str) -> SafeString:
    return SafeString("".join(drawn).replace(BASE, escape(base)).replace(TOKEN, escape(_token(request))))


def _token(request: HttpRequest) -> str:
    """The token of this request's forms. One for all its parts: to mask it is half of what they cost."""
    kept: dict[str, str] = request.META
    if KEPT not in kept:
        kept[KEPT] = get_token(request)
    return kept[KEPT]


@lru_cache(maxsize=1024)
def _draw_property(one: Property) -> str:
    return get_template("desk/parts/property.html").render({"one": one, "base": BASE, "csrf_token": TOKEN})


@lru_cache(maxsize=256)
def _draw_menu(me: Me) -> str:
    context = {"me": me, "presences": Agent.Presence.choices, "csrf_token": TOKEN}
    return get_template("desk/parts/menu.html").render(context)
