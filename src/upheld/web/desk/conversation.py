"""Replying, noting, and keeping what is not sent yet."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from upheld.tickets.actions import conversation
from upheld.tickets.actions.errors import Refused
from upheld.tickets.actions.reading import drop_draft, keep_draft, mark_read
from upheld.web.desk.forms import NoteForm, ReplyForm
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
    form = ReplyForm(request.POST, request.FILES)
    if not form.is_valid():
        return _again(request, pk, form, "reply")
    asked, now = form.cleaned_data, timezone.now()
    try:
        conversation.reply(
            ticket, text=_signed(request, asked["text"]), by=request.agent.actor, at=now, author=request.person, cc=asked["cc"],
            files=new_files(asked["attachments"]), then=asked["then"],
        )  # fmt: skip
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return _again(request, pk, form, "reply")
    mark_read(ticket, request.person, at=now)
    messages.success(request, SAID[asked["then"]])
    return after(request, pk, is_sent=True)


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
    return f"{text.rstrip()}\n\n-- \n{signature}" if signature and signature not in text else text


def _is_internal(request: AgentRequest) -> bool:
    return request.POST.get("kind", request.GET.get("kind")) == "note"


def _again(request: AgentRequest, pk: int, form: ReplyForm | NoteForm, composing: str) -> HttpResponse:
    """The page with what was typed, and why it was not sent."""
    context = {**ticket_context(request, opened(request, pk)), "composing": composing, "form": form, "typed": form.data}
    if request.htmx:
        return render(request, "desk/ticket.html#again", {**surroundings(request), **context}, status=422)
    return show(request, "desk/ticket.html", context, status=422)
