"""Who works here: by team and level, with who is there and what they have on their desk."""

from __future__ import annotations

from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.decorators.http import require_safe

from upheld.commitments.policies import in_force
from upheld.people.actions import mark_read
from upheld.people.models import Agent
from upheld.tickets.models import Ticket
from upheld.web.desk.promises import AGENT, promises
from upheld.web.desk.rows import drawn_from
from upheld.web.desk.workspace import show
from upheld.web.times import clock
from upheld.web.viewer import AgentRequest, for_agents

SHOWN = 30


@require_safe
@for_agents
def people(request: AgentRequest) -> HttpResponse:
    agents = list(
        Agent.objects.working().select_related("person", "team__lead").order_by("team__name", "level", "person__name")
    )
    load = dict(
        Ticket.objects.unsettled().exclude(assignee=None).values_list("assignee").annotate(Count("pk")).order_by()
    )
    now = timezone.now()
    table = [(one, load.get(one.pk, 0), clock(timezone.localtime(now, one.person.zoneinfo))) for one in agents]
    return show(request, "desk/people.html", {"table": table, "levels": in_force().levels}, here="people")


@require_safe
@for_agents
def agent(request: AgentRequest, pk: int) -> HttpResponse:
    one = get_object_or_404(Agent.objects.select_related("person", "team"), pk=pk)
    now = timezone.now()
    tickets = Ticket.objects.visible_to(request.person).unsettled().assigned_to(one)
    context = {
        "one": one,
        "rows": drawn_from(tickets, request.agent, now, size=SHOWN),
        "level": in_force().levels.get(one.level),
        "their_now": clock(timezone.localtime(now, one.person.zoneinfo)),
    } | promises(one, AGENT, may_record=request.agent.is_lead and one.person.is_active)
    mark_read(request.person, at=now, subject=one.key)
    return show(request, "desk/agent.html", context, here="people")
