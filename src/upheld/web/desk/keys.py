"""The keys of the workspace, for the page that lists them. What they do stands in static/upheld/keys.js."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpResponse
from django.views.decorators.http import require_safe

from upheld.web.desk.asking import ask
from upheld.web.viewer import AgentRequest, for_agents


@dataclass(frozen=True, slots=True)
class Key:
    """`presses` are pressed one after the other, or are alternatives; the list says them side by side."""

    presses: str
    does: str

    @property
    def each(self) -> list[str]:
        return self.presses.split()


KEYS: dict[str, list[Key]] = {
    "Everywhere": [
        Key("/", "Search all tickets"),
        Key("c", "New ticket"),
        Key("g m", "My work"),
        Key("g u", "Unassigned"),
        Key("g l", "Late"),
        Key("g o", "All open"),
        Key("g w", "Waiting"),
        Key("g q", "Back to the queue"),
        Key("g n", "What waits for me"),
        Key("g c", "Accounts"),
        Key("g p", "People"),
        Key("g y", "Policy"),
        Key("?", "These keys"),
    ],
    "In the queue": [
        Key("j k", "Next and previous ticket"),
        Key("Enter", "Open it"),
        Key("x", "Select it"),
        Key("f", "Find in this view"),
        Key("Escape", "Clear the selection"),
    ],
    "On a ticket": [
        Key("r", "Reply"),
        Key("z", "Undo: take back the reply that waits"),
        Key("n", "Internal note"),
        Key("a", "Assign"),
        Key("i", "Take it"),
        Key("p", "Priority"),
        Key("e", "Resolve"),
        Key("w", "Wait on the customer, or go on"),
        Key("s", "Escalate"),
        Key("m", "Record what was done: a plan, a root cause …"),
        Key("d", "Why the tightest promise is due when it is"),
        Key("j k", "Next and previous ticket of the queue"),
        Key("Ctrl Enter", "Send"),
        Key("Escape", "Leave the field"),
    ],
}


@require_safe
@for_agents
def keys(request: AgentRequest) -> HttpResponse:
    return ask(request, "desk/ask/keys.html", {"keys": KEYS})
