"""Who looks at a page, and whether they may. Every view of ours is wrapped by one of these four.

A visitor without a session is asked to sign in. Whoever is signed in and may not see the page gets 404, the same as for a page
that does not exist.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.utils import timezone, translation
from django_htmx.middleware import HtmxDetails

from upheld.people.models import Agent, Person

P = ParamSpec("P")
PAGES_ARE_IN = "en"  # the workspace is written in English so far; Django's own words have to match


class PersonRequest(HttpRequest):
    """A request of somebody who is signed in."""

    person: Person
    htmx: HtmxDetails


class AgentRequest(PersonRequest):
    """A request of somebody who works here."""

    agent: Agent


PersonView = Callable[Concatenate[PersonRequest, P], HttpResponseBase]
AgentView = Callable[Concatenate[AgentRequest, P], HttpResponseBase]
View = Callable[Concatenate[HttpRequest, P], HttpResponseBase]


def for_people(view: PersonView[P]) -> View[P]:
    """Anybody who is signed in, in their own time zone."""

    @wraps(view)
    def respond(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return _sign_in(request)
        viewer: Any = request
        viewer.person = request.user
        with timezone.override(viewer.person.zoneinfo), translation.override(PAGES_ARE_IN):
            return view(viewer, *args, **kwargs)

    return respond


def for_agents(view: AgentView[P], *, may: Callable[[Agent], bool] | None = None) -> View[P]:
    """People who work here. No query: the agent and the team came with the person."""

    @wraps(view)
    def respond(request: PersonRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        agent: Agent | None = getattr(request.person, "agent", None)
        if agent is None or (may is not None and not may(agent)):
            raise Http404
        viewer: Any = request
        viewer.agent = agent
        return view(viewer, *args, **kwargs)

    return for_people(respond)


def for_leads(view: AgentView[P]) -> View[P]:
    """Team leads and everybody above them."""
    return for_agents(view, may=lambda agent: agent.is_lead)


def for_administrators(view: AgentView[P]) -> View[P]:
    return for_agents(view, may=lambda agent: agent.is_administrator)


def _sign_in(request: HttpRequest) -> HttpResponse:
    answer = redirect_to_login(request.get_full_path() if request.method == "GET" else "/")
    if not request.headers.get("HX-Request"):
        return answer
    told = HttpResponse(status=204)
    told["HX-Redirect"] = answer["Location"]
    return told
