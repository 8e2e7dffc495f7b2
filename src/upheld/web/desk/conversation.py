"""Replying, noting, and keeping what is not sent yet."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from upheld.tickets.actions import conversation
from upheld.tickets.actions.conversation import NewFile
from upheld.tickets.actions.errors import Refused
from upheld.tickets.actions.reading import drop_draft, keep_draft, mark_read
from upheld.tickets.actions.scheduling import leave_composer, schedule_reply
from upheld.tickets.models import ScheduledReply, Ticket
from upheld.web import times
from upheld.web.desk.forms import NoteForm, ReplyForm
from upheld.web.desk.meanwhile import Meanwhile, since
from upheld.web.desk.ticket import after, opened, ticket_context, ticket_for
from upheld.web.desk.workspace import show, surroundings
from upheld.web.uploads import new_files
from upheld.web.viewer import AgentRequest, for_agents

SAID = {
    "": "Sent.",
    "waiting_on_customer": "Sent. The ticket waits on the customer.",
    "resolved": "Sent, and resolved.",
}


@require_POST
@for_agents
def reply(request: AgentRequest, pk: int) -> HttpResponseBase:
    ticket = ticket_for(request, pk)
    form = ReplyForm(request.POST, request.FILES, theirs=ticket.requester.person.zoneinfo)
    if not form.is_valid():
        return _again(request, pk, form, "reply")
    asked, now = form.cleaned_data, timezone.now()
    if news := since(ticket, asked["mark"], me=request.person):
        return _again(request, pk, form, "reply", news)
    taken_back = _taken_back(request, ticket, asked["put_back"])
    try:
        _write(request, ticket, asked, taken_back, at=now)
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return _again(request, pk, form, "reply")
    if taken_back is not None:
        leave_composer(taken_back)
    mark_read(ticket, request.person, at=now)
    return after(request, pk, is_sent=True)


def _write(
    request: AgentRequest, ticket: Ticket, asked: dict[str, Any], taken_back: ScheduledReply | None, *, at: datetime
) -> None:
    """Send it, or let it wait: until the hour that was chosen, else for the seconds in which its author may take it back."""
    pause = timedelta(seconds=request.agent.undo_seconds)
    leaves_at = asked["leaves_at"] or (at + pause if pause else None)
    said: dict[str, Any] = {
        "text": _signed(request, asked["text"]), "by": request.agent.actor, "at": at, "author": request.person,
        "cc": list(dict.fromkeys([*asked["suggested"], *asked["cc"]])), "bcc": asked["bcc"], "then": asked["then"],
        "quotes": asked["quotes"], "without": asked["without"],
        "files": new_files(asked["attachments"]) + _kept(taken_back, asked["kept"]),
    }  # fmt: skip
    if leaves_at is None:
        conversation.reply(ticket, **said)
        messages.success(request, SAID[asked["then"]])
        return
    schedule_reply(ticket, send_at=leaves_at, **said)
    if asked["leaves_at"] is None:
        messages.success(request, f"Leaves in {request.agent.undo_seconds} seconds. Until then you can undo it.")
    else:
        leaves = times.said(timezone.localtime(leaves_at), timezone.localtime(at), "full")
        messages.success(request, f"Kept. It leaves {leaves}.")


def _taken_back(request: AgentRequest, ticket: Ticket, number: int | None) -> ScheduledReply | None:
    """The reply that this one takes the place of. Most take nobody's."""
    if number is None:
        return None
    return ScheduledReply.objects.filter(pk=number, ticket=ticket, author=request.person).first()


def _kept(taken_back: ScheduledReply | None, wanted: list[str]) -> list[NewFile]:
    """The files of what was taken back, as far as they are still wanted."""
    files = taken_back.files.select_related("file") if taken_back is not None and wanted else ()
    return [NewFile(one.name, one.content_type, one.file, one.content_id) for one in files if str(one.pk) in wanted]


@require_POST
@for_agents
def note(request: AgentRequest, pk: int) -> HttpResponseBase:
    ticket = ticket_for(request, pk)
    form = NoteForm(request.POST, request.FILES)
    if not form.is_valid():
        return _again(request, pk, form, "note")
    files = new_files(form.cleaned_data["attachments"])
    try:
        conversation.note(
            ticket,
            text=form.cleaned_data["text"],
            by=request.agent.actor,
            at=timezone.now(),
            author=request.person,
            files=files,
        )
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return _again(request, pk, form, "note")
    messages.success(request, "Noted. Only colleagues see it.")
    return after(request, pk, is_sent=True)


@for_agents
def save_draft(request: AgentRequest, pk: int) -> HttpResponse:
    """For the script that saves while one types, and for a button without it."""
    ticket = ticket_for(request, pk)
    draft = keep_draft(
        ticket, request.person, text=request.POST.get("text", "")[:200_000], is_internal=_is_internal(request)
    )
    if request.headers.get("Accept", "").startswith("application/json"):
        return JsonResponse({"saved": timezone.localtime(draft.saved_at).strftime("%H:%M") if draft else ""})
    messages.success(request, "Your draft is kept.")
    return redirect("desk:ticket", pk)


@for_agents
def delete_draft(request: AgentRequest, pk: int) -> HttpResponse:
    ticket = ticket_for(request, pk)
    drop_draft(ticket, request.person, is_internal=_is_internal(request))
    return redirect("desk:ticket", pk)


def _signed(request: AgentRequest, text: str) -> str:
    signature = request.agent.signature.strip()
    return f"{text.rstrip()}{below(signature)}" if signature and signature not in text else text


def below(signature: str) -> str:
    """A signature as it stands below a text; nothing for none."""
    return f"\n\n-- \n{signature.strip()}" if signature.strip() else ""


def _is_internal(request: AgentRequest) -> bool:
    return request.POST.get("kind", request.GET.get("kind")) == "note"


def _again(
    request: AgentRequest, pk: int, form: ReplyForm | NoteForm, composing: str, news: Sequence[Meanwhile] = ()
) -> HttpResponse:
    """The page with what was typed, and why it was not sent."""
    context = {
        **ticket_context(request, opened(request, pk)),
        "composing": composing, "form": form, "typed": form.data, "news": news,
        "lost_files": [one.name for one in request.FILES.getlist("attachments")],
        "typed_copies": {*request.POST.getlist("suggested"), *request.POST.getlist("copied")},
    }  # fmt: skip
    if request.htmx:
        return render(request, "desk/ticket.html#again", {**surroundings(request), **context}, status=422)
    return show(request, "desk/ticket.html", context, status=422)
