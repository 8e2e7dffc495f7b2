"""A mail as it came, one click from what we show of it; and its pictures from outside, when somebody asks for them."""

from __future__ import annotations

import re
from typing import Final

from django.contrib import messages
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.html import escape
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_POST, require_safe

from upheld.channels.mail.parsing import parse
from upheld.channels.models import ReceivedMail
from upheld.tickets.models import Message, OutsidePicture
from upheld.tickets.picturing import fetch_pictures
from upheld.web.attachments import picture_response, visible_messages
from upheld.web.desk.inbox import steps_of
from upheld.web.desk.workspace import show
from upheld.web.viewer import AgentRequest, for_agents

SEALED: Final = (
    "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none';"
    " frame-ancestors 'self'"
)
LONGEST: Final = 1_000_000
LONGEST_HEAD: Final = 20_000
_REACHING_OUT: Final = re.compile(r"<(?:link|meta|base|frame|frameset|object|embed)\b[^>]*>?", re.IGNORECASE)


@require_safe
@for_agents
def original(request: AgentRequest, pk: int) -> HttpResponse:
    """What the sender's program made of it, in a frame that can do nothing; what we decided about it; its fields as they came."""
    message = _message(request, pk)
    mail = _mail(message)
    head = re.split(rb"\r?\n\r?\n", bytes(mail.raw)[:LONGEST_HEAD], maxsplit=1)[0].decode("utf-8", "replace")
    return show(
        request,
        "desk/original.html",
        {"message": message, "mail": mail, "head": head, "steps": steps_of(mail)},
        here="queue",
    )


@require_safe
@xframe_options_sameorigin
@for_agents
def frame(request: AgentRequest, pk: int) -> HttpResponse:
    """The HTML, or the text, of the mail as it came. No script runs, nothing is fetched, no form is sent."""
    mail = _mail(_message(request, pk))
    parsed = parse(bytes(mail.raw), envelope_from=mail.envelope_from)
    page = _REACHING_OUT.sub(" ", parsed.html[:LONGEST]) or f"<pre>{escape(parsed.text)}</pre>"
    response = HttpResponse(f'<!doctype html><meta charset="utf-8"><title>Original</title>{page}')
    response["Content-Security-Policy"] = SEALED
    response["X-Content-Type-Options"] = "nosniff"
    response["X-DNS-Prefetch-Control"] = "off"
    response["Referrer-Policy"] = "no-referrer"
    response["Cache-Control"] = "private, no-store"
    return response


@require_safe
@for_agents
def source(request: AgentRequest, pk: int) -> HttpResponse:
    """The bytes as they reached us, as a download."""
    mail = _mail(_message(request, pk))
    response = HttpResponse(bytes(mail.raw), content_type="application/octet-stream")
    response["Content-Disposition"] = f'attachment; filename="mail-{mail.pk}.eml"'
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


@require_POST
@for_agents
def pictures(request: AgentRequest, pk: int) -> HttpResponse:
    """Fetch the pictures that the message points to. From then on they stand in it, for everybody who works here."""
    message = _message(request, pk)
    if not fetch_pictures(message, by=request.agent.actor, at=timezone.now()):
        messages.info(request, "None of the pictures could be fetched. Each says why in its place.")
    answer = redirect("desk:ticket", message.ticket_id)
    answer["Location"] += f"#m{message.pk}"
    return answer


@require_safe
@for_agents
def picture(request: AgentRequest, pk: int) -> FileResponse:
    found = OutsidePicture.objects.select_related("file").filter(message__in=visible_messages(request.person))
    one = get_object_or_404(found, pk=pk)
    if one.file is None:
        raise Http404
    return picture_response(one.file)


def _message(request: AgentRequest, pk: int) -> Message:
    return get_object_or_404(visible_messages(request.person).select_related("ticket"), pk=pk)


def _mail(message: Message) -> ReceivedMail:
    if message.received is None:
        raise Http404
    return message.received
