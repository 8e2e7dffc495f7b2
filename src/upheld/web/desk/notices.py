"""What waits for me: everything I was told and have not read, then what I have."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from upheld.drafting.waiting import waiting_for
from upheld.people.actions import mark_read
from upheld.people.models import Notification
from upheld.web.desk.workspace import show
from upheld.web.viewer import AgentRequest, for_agents

SHOWN = 100
ICONS = {
    "ticket.opened": "circle-plus",
    "ticket.customer_replied": "message-square",
    "ticket.replied": "corner-up-left",
    "ticket.noted": "sticky-note",
    "ticket.assigned": "user-round",
    "ticket.raised": "chevrons-up",
    "ticket.escalation_requested": "flag",
    "ticket.reopened": "rotate-ccw",
    "ticket.resolved": "circle-check",
    "commitment.warned": "clock-alert",
    "commitment.breached": "circle-alert",
    "message.failed": "mail-x",
    "message.bounced": "mail-x",
    "message.delayed": "hourglass",
    "ticket.reply_refused": "circle-alert",
    "draft.questioned": "message-circle-question-mark",
    "draft.answered": "message-circle",
    "draft.sent_to_review": "eye",
    "draft.approved": "circle-check",
    "draft.sent_back": "undo-2",
    "policy.published": "book-open",
}
PAGES = {
    "ticket": "desk:ticket",
    "account": "desk:account",
    "agent": "desk:agent",
    "draft": "drafts:draft",
    "policy": "drafts:version",
}


@require_safe
@for_agents
def notices(request: AgentRequest) -> HttpResponse:
    mine = list(Notification.objects.filter(person=request.person).order_by("-at", "-id")[:SHOWN])
    told = [(notice, ICONS.get(notice.kind, "bell")) for notice in mine]
    context = {
        "unread": [one for one in told if one[0].read_at is None],
        "read": [one for one in told if one[0].read_at is not None],
        "waiting": waiting_for(request.agent),
    }
    return show(request, "desk/notices.html", context, here="notices")


@require_POST
@for_agents
def read_all(request: AgentRequest) -> HttpResponse:
    count = mark_read(request.person, at=timezone.now())
    messages.success(request, f"{count} marked as read." if count else "There was nothing left to read.")
    return redirect("desk:notifications")


@require_safe
@for_agents
def open_notice(request: AgentRequest, pk: int) -> HttpResponse:
    """To what it speaks of; the page there marks it read."""
    notice = get_object_or_404(Notification, pk=pk, person=request.person)
    kind, _, number = notice.subject.partition(":")
    return redirect(PAGES[kind], number) if kind in PAGES else redirect("desk:notifications")
