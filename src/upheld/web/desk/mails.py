"""The trace of every mail that reached us: where it is, and why. For administrators."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from upheld.channels.mail.holding import HELD
from upheld.channels.models import ReceivedMail
from upheld.tickets.models import Message
from upheld.web.desk.inbox import figures, steps_of
from upheld.web.desk.mailboxes import mailboxes
from upheld.web.desk.workspace import show
from upheld.web.viewer import AgentRequest, for_administrators

SIZE = 100
STATES = (("held", "Waiting for a decision"), *ReceivedMail.State.choices)


class MailSearchForm(forms.Form):
    text = forms.CharField(required=False, max_length=200)
    state = forms.ChoiceField(required=False, choices=[("", "Any state"), *STATES])


@require_safe
@for_administrators
def mails(request: AgentRequest) -> HttpResponse:
    form = MailSearchForm(request.GET)
    found = ReceivedMail.objects.defer("raw").order_by("-id")
    if form.is_valid() and form.cleaned_data["state"]:
        state = form.cleaned_data["state"]
        found = found.filter(state__in=HELD) if state == "held" else found.filter(state=state)
    if form.is_valid() and form.cleaned_data["text"]:
        text = form.cleaned_data["text"]
        found = found.filter(
            Q(sender__icontains=text)
            | Q(title__icontains=text)
            | Q(message_id__icontains=text)
            | Q(envelope_from__icontains=text)
        )
    before = request.GET.get("before", "")
    if before.isdecimal() and len(before) < 19:
        found = found.filter(pk__lt=int(before))
    rows = list(found[: SIZE + 1])
    context: dict[str, Any] = {
        "mailboxes": mailboxes(),
        "rows": rows[:SIZE],
        "form": form,
        "states": STATES,
        "inbox": figures(),
        "has_held": any(one.is_held for one in rows[:SIZE]),
        "before": rows[SIZE - 1].pk if len(rows) > SIZE else "",
    }
    return show(request, "desk/mails.html", context, here="mails")


@require_safe
@for_administrators
def mail(request: AgentRequest, pk: int) -> HttpResponse:
    one = get_object_or_404(ReceivedMail.objects.defer("raw"), pk=pk)
    message = Message.objects.filter(received=one).values_list("pk", flat=True).first()
    seen_in = one.sightings.select_related("mailbox").order_by("id")
    return show(
        request,
        "desk/mail.html",
        {"mail": one, "steps": steps_of(one), "seen_in": seen_in, "message": message},
        here="mails",
    )


@require_safe
@for_administrators
def raw(request: AgentRequest, pk: int) -> HttpResponse:
    """The bytes as they reached us, as a download."""
    one = get_object_or_404(ReceivedMail, pk=pk)
    response = HttpResponse(bytes(one.raw), content_type="application/octet-stream")
    response["Content-Disposition"] = f'attachment; filename="mail-{one.pk}.eml"'
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response
