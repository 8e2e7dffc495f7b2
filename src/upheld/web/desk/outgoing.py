"""What leaves: what waits, what could not be delivered and why, and having it tried again. For administrators."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from upheld.channels.mail.outgoing import outbox
from upheld.channels.models import OutgoingMail
from upheld.web.desk.workspace import show
from upheld.web.viewer import AgentRequest, for_administrators


@require_safe
@for_administrators
def outgoing(request: AgentRequest) -> HttpResponse:
    now = timezone.now()
    context = {
        "figures": outbox.figures(now),
        "waiting": outbox.waiting(),
        "undelivered": outbox.undelivered(),
        "late_before": now - outbox.LONG,
        "leaves_by": leaves_by(),
        "is_unset": settings.UPHELD_SMTP is None and settings.UPHELD_MAIL.provider is None,
    }
    return show(request, "desk/outgoing.html", context, here="mails")


def leaves_by() -> str:
    """Where mail is handed over, in words and without a password."""
    provider, server = settings.UPHELD_MAIL.provider, settings.UPHELD_SMTP
    if provider is not None:
        return str(provider.name).replace("_", " ").capitalize()
    return f"the server {server.host}:{server.port}" if server is not None else "no server"


@require_POST
@for_administrators
def try_again(request: AgentRequest, pk: int) -> HttpResponse:
    """For one recipient, or for everybody who did not get it."""
    mail = get_object_or_404(OutgoingMail.objects.defer("raw"), pk=pk)
    try:
        outbox.try_again(mail, by=request.agent.actor, at=timezone.now(), only=request.POST.get("only", ""))
        messages.success(request, "It is tried again now.")
    except outbox.NothingToSend as reason:
        messages.warning(request, str(reason))
    return redirect("desk:outgoing")


@require_POST
@for_administrators
def set_aside(request: AgentRequest, pk: int) -> HttpResponse:
    mail = get_object_or_404(OutgoingMail.objects.defer("raw"), pk=pk)
    try:
        outbox.set_aside(mail, by=request.agent.actor, at=timezone.now())
        messages.success(request, "Set aside. It stays on its ticket.")
    except outbox.NothingToSend as reason:
        messages.warning(request, str(reason))
    return redirect("desk:outgoing")
