"""How mail stands as a whole, in five figures; and deciding about several held mails at once. For administrators."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.contrib import messages
from django.db.models import Count, Min
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from upheld.channels.mail.holding import HELD, NotHeld, drop, release, run_again
from upheld.channels.models import OutgoingMail, ReceivedMail
from upheld.web.viewer import AgentRequest, for_administrators

MOST_AT_ONCE: Final = 100
SAID: Final = {"release": "let through", "run-again": "looked at again", "drop": "dropped"}


@dataclass(frozen=True, slots=True)
class Figures:
    """`unread` is mail that we have and have not looked into, the oldest since `oldest`; `held` waits for somebody to decide."""

    unread: int
    oldest: datetime | None
    held: int
    leaving: int
    undelivered: int


def figures() -> Figures:
    """Four queries, three of them by an index of what is counted."""
    unread = ReceivedMail.objects.waiting().aggregate(number=Count("pk"), oldest=Min("received_at"))
    return Figures(
        unread=unread["number"],
        oldest=unread["oldest"],
        held=ReceivedMail.objects.filter(state__in=HELD).count(),
        leaving=OutgoingMail.objects.filter(state=OutgoingMail.State.QUEUED).count(),
        undelivered=OutgoingMail.objects.filter(needs_a_look=True).count(),
    )


def steps_of(mail: ReceivedMail) -> list[tuple[datetime, str]]:
    """Its way, as it was noted: when, and what was decided and why."""
    return [(datetime.fromisoformat(at), words) for at, words in mail.steps]


@require_POST
@for_administrators
def decide_several(request: AgentRequest) -> HttpResponse:
    """Release, run again or drop every mail that was ticked; each is decided by itself, and who was faster is said."""
    decision, reason = request.POST.get("decision", ""), request.POST.get("reason", "")[:200]
    numbers = [int(one) for one in request.POST.getlist("mail")[:MOST_AT_ONCE] if one.isdecimal() and len(one) < 19]
    if decision not in SAID or not numbers:
        messages.warning(request, "Tick the mails first, then choose what becomes of them.")
        return redirect("desk:mails")
    done = sum(
        _decide(one, decision, request, reason) for one in ReceivedMail.objects.defer("raw").filter(pk__in=numbers)
    )
    if done:
        messages.success(request, f"{done} mail{'' if done == 1 else 's'} {SAID[decision]}.")
    if done < len(numbers):
        messages.warning(request, f"{len(numbers) - done} had been decided already.")
    return redirect("desk:mails")


def _decide(mail: ReceivedMail, decision: str, request: AgentRequest, reason: str) -> bool:
    by, now = request.agent.actor, timezone.now()
    try:
        if decision == "release":
            release(mail, by=by, at=now)
        elif decision == "run-again":
            run_again(mail, by=by, at=now)
        else:
            drop(mail, by=by, at=now, reason=reason)
    except NotHeld:
        return False
    return True
