"""What administrators decide about mail that is held: one from its page, or those that were ticked in the list."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from upheld.channels.mail.holding import NotHeld, drop, release, run_again
from upheld.channels.models import ReceivedMail
from upheld.web.viewer import AgentRequest, for_administrators

MOST_AT_ONCE: Final = 100
DECISIONS: Final[dict[str, tuple[Callable[..., None], str, str]]] = {
    "release": (release, "Let through. It is taken in within moments.", "let through"),
    "run-again": (run_again, "It is looked at again within moments.", "looked at again"),
    "drop": (drop, "Dropped. Its source stays here.", "dropped"),
}
"""By name: the action, and what is said of one mail and of several."""


@require_POST
@for_administrators
def decide(request: AgentRequest, pk: int, decision: str) -> HttpResponse:
    """Release, run again or drop a mail; what was decided already is said and left as it is."""
    mail = get_object_or_404(ReceivedMail.objects.defer("raw"), pk=pk)
    try:
        _act(mail, decision, request)
        messages.success(request, DECISIONS[decision][1])
    except NotHeld as reason:
        messages.warning(request, str(reason))
    return redirect("desk:mail", pk)


@require_POST
@for_administrators
def decide_several(request: AgentRequest) -> HttpResponse:
    """Release, run again or drop every mail that was ticked; each is decided by itself, and who was faster is said."""
    decision = request.POST.get("decision", "")
    numbers = [int(one) for one in request.POST.getlist("mail")[:MOST_AT_ONCE] if one.isdecimal() and len(one) < 19]
    if decision not in DECISIONS or not numbers:
        messages.warning(request, "Tick the mails first, then choose what becomes of them.")
        return redirect("desk:mails")
    done = 0
    for mail in ReceivedMail.objects.defer("raw").filter(pk__in=numbers):
        try:
            _act(mail, decision, request)
            done += 1
        except NotHeld:
            continue
    if done:
        messages.success(request, f"{done} mail{'' if done == 1 else 's'} {DECISIONS[decision][2]}.")
    if done < len(numbers):
        messages.warning(request, f"{len(numbers) - done} had been decided already.")
    return redirect("desk:mails")


def _act(mail: ReceivedMail, decision: str, request: AgentRequest) -> None:
    act = DECISIONS[decision][0]
    why = {"reason": request.POST.get("reason", "")[:200]} if act is drop else {}
    act(mail, by=request.agent.actor, at=timezone.now(), **why)
