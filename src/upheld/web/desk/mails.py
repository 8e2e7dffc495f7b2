"""The trace of every mail that reached us: where it is, and why. For administrators."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django import forms
from django.contrib import messages
from django.db.models import Count, F, Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from upheld.channels.mail.holding import HELD, NotHeld, drop, release, run_again
from upheld.channels.models import Mailbox, ReceivedMail, Sighting
from upheld.web.desk.workspace import show
from upheld.web.viewer import AgentRequest, for_administrators

SIZE = 100
LATE_AFTER: Final = timedelta(minutes=5)  # without a look, a mailbox is behind


class MailSearchForm(forms.Form):
    text = forms.CharField(required=False, max_length=200)
    state = forms.ChoiceField(required=False, choices=[("", "Any state"), *ReceivedMail.State.choices])


@require_safe
@for_administrators
def mails(request: AgentRequest) -> HttpResponse:
    form = MailSearchForm(request.GET)
    found = ReceivedMail.objects.defer("raw").order_by("-id")
    if form.is_valid() and form.cleaned_data["state"]:
        found = found.filter(state=form.cleaned_data["state"])
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
    context = {
        "mailboxes": mailboxes(),
        "held": ReceivedMail.objects.filter(state__in=HELD).count(),
        "rows": rows[:SIZE],
        "form": form,
        "states": ReceivedMail.State.choices,
        "before": rows[SIZE - 1].pk if len(rows) > SIZE else "",
    }
    return show(request, "desk/mails.html", context, here="mails")


@require_safe
@for_administrators
def mail(request: AgentRequest, pk: int) -> HttpResponse:
    one = get_object_or_404(ReceivedMail.objects.defer("raw"), pk=pk)
    steps = [(datetime.fromisoformat(at), words) for at, words in one.steps]
    seen_in = one.sightings.select_related("mailbox").order_by("id")
    return show(request, "desk/mail.html", {"mail": one, "steps": steps, "seen_in": seen_in}, here="mails")


@require_POST
@for_administrators
def decide(request: AgentRequest, pk: int, decision: str) -> HttpResponse:
    """Release, run again or drop a mail; what was decided already is said and left as it is."""
    one = get_object_or_404(ReceivedMail.objects.defer("raw"), pk=pk)
    act, told = DECISIONS[decision]
    try:
        act(one, by=request.agent.actor, at=timezone.now())
        messages.success(request, told)
    except NotHeld as reason:
        messages.warning(request, str(reason))
    return redirect("desk:mail", pk)


DECISIONS: dict[str, tuple[Callable[..., None], str]] = {
    "release": (release, "Let through. It is taken in within moments."),
    "run-again": (run_again, "It is looked at again within moments."),
    "drop": (drop, "Dropped. Its source stays here."),
}


@dataclass(frozen=True, slots=True)
class Watched:
    """A mailbox with what its last look found, in words."""

    mailbox: Mailbox
    held: int
    too_large: int
    is_late: bool


def mailboxes() -> list[Watched]:
    """Each mailbox that was ever fetched from, and how it stands. Two queries."""
    late = timezone.now() - LATE_AFTER
    counts = dict(
        Sighting.objects.filter(uid_validity=F("mailbox__uid_validity"))
        .values_list("mailbox")
        .annotate(count=Count("id"))
        .values_list("mailbox", "count")
    )
    large = dict(Sighting.objects.filter(mail=None).values_list("mailbox").annotate(count=Count("id")))
    return [
        Watched(one, counts.get(one.pk, 0), large.get(one.pk, 0), one.looked_at is None or one.looked_at < late)
        for one in Mailbox.objects.all()
    ]


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
