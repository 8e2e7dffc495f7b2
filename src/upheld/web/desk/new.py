"""A ticket that somebody of ours opens for a customer: after a call, or at a counter."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from upheld.accounts.models import Contact
from upheld.accounts.recognition import recognise
from upheld.commitments.policies import in_force
from upheld.tickets.actions.assignment import assign
from upheld.tickets.actions.errors import Refused
from upheld.tickets.actions.opening import open_ticket
from upheld.web import names
from upheld.web.desk.forms import FilesField, KindForm
from upheld.web.desk.workspace import show
from upheld.web.uploads import new_files
from upheld.web.viewer import AgentRequest, for_agents

UNSAID = ("", "The policy decides")


class NewTicketForm(KindForm):
    requester = forms.EmailField(
        label="Customer’s mail address",
        help_text="Somebody new becomes a contact; a known mail domain gives the account.",
    )
    name = forms.CharField(label="Customer’s name", required=False, max_length=120, help_text="Only for somebody new.")
    title = forms.CharField(label="Subject", max_length=240)
    text = forms.CharField(label="What the customer says", widget=forms.Textarea(attrs={"rows": 8}), max_length=200_000)
    channel = forms.ChoiceField(label="How they reached us")
    category = forms.ChoiceField(label="Category", required=False)
    priority = forms.ChoiceField(label="Priority", required=False)
    attachments = FilesField(label="Files", required=False)
    is_mine = forms.BooleanField(label="Assign it to me", required=False, initial=True)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = {
            "channel": names.choices("channels") or [("phone", "Phone")],
            "category": [UNSAID, *names.choices("categories")],
            "priority": [UNSAID, *((name, f"{name} {label}") for name, label in names.choices("priorities"))],
        }
        for name, offered in choices.items():
            self.fields[name].choices = offered  # type: ignore[attr-defined]
        phones = [name for name, channel in in_force().channels.items() if channel.kind == "phone"]
        self.fields["channel"].initial = phones[0] if phones else None


@for_agents
def ask_new(request: AgentRequest) -> HttpResponse:
    form = NewTicketForm(initial={"requester": request.GET.get("requester", "")})
    return show(request, "desk/new.html", {"form": form}, here="new")


@for_agents
def create(request: AgentRequest) -> HttpResponse:
    form = NewTicketForm(request.POST, request.FILES)
    if form.is_valid():
        asked, now = form.cleaned_data, timezone.now()
        try:
            ticket = open_ticket(
                requester=_requester(request, asked),
                title=asked["title"],
                text=asked["text"],
                channel=asked["channel"],
                by=request.agent.actor,
                at=now,
                category=asked["category"],
                priority=asked["priority"],
                files=new_files(asked["attachments"]),
            )
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            if asked["is_mine"]:
                assign(ticket, to=request.agent, by=request.agent.actor, at=now)
            messages.success(request, f"{ticket.reference} is open.")
            return redirect("desk:ticket", ticket.pk)
    return show(request, "desk/new.html", {"form": form}, here="new", status=422)


def _requester(request: AgentRequest, asked: dict[str, Any]) -> Contact:
    """The contact of that address, or a new one of the account that owns its domain, if one does."""
    return recognise(asked["requester"], asked["name"], by=request.agent.actor, at=timezone.now())
