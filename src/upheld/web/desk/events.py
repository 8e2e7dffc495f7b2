"""The whole time line of a ticket: every event, as it was recorded."""

from __future__ import annotations

from django.http import HttpResponse
from django.views.decorators.http import require_safe

from upheld.commitments.policies import in_force
from upheld.events.models import Event
from upheld.tickets import queries
from upheld.web.desk.asking import ask, ticket_of
from upheld.web.desk.lines import Names, lines
from upheld.web.viewer import AgentRequest, for_agents

MOST = 1000


@require_safe
@for_agents
def events(request: AgentRequest, pk: int) -> HttpResponse:
    ticket = ticket_of(request, pk)
    rows = list(Event.objects.about(ticket.key)[:MOST])
    agents, teams = queries.people_here()
    told = lines(rows, Names(rows, agents=agents, teams=teams), in_force())
    return ask(request, "desk/ask/events.html", {"ticket": ticket, "lines": told})
