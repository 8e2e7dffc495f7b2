"""The mailboxes that we fetch from, in plain words: what the server holds, what we hold, what is missing, and a look at once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.contrib import messages
from django.db.models import Count, F, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from upheld.channels.mail.fetching.wishing import ask_for_a_look
from upheld.channels.models import Mailbox, Sighting
from upheld.web.viewer import AgentRequest, for_administrators

LATE_AFTER: Final = timedelta(minutes=5)  # without a look, a mailbox is behind


@dataclass(frozen=True, slots=True)
class Watched:
    """A mailbox with what its last look found. `taken` are the mails that we have from it under its present numbering."""

    mailbox: Mailbox
    taken: int
    too_large: int
    is_late: bool

    @property
    def state(self) -> str:
        """left, unreached, troubled, behind or running."""
        one = self.mailbox
        if one.is_left:
            return "left"
        if one.failing_since is not None:
            return "troubled" if one.looked_at is not None and one.looked_at >= one.failing_since else "unreached"
        return "behind" if self.is_late else "running"

    @property
    def in_words(self) -> str:
        """What a look at both sides says, and what happens next."""
        one = self.mailbox
        if one.reconciled_at is None:
            return "Nobody has looked into it yet."
        if not one.on_server:
            return f"The server holds no mail now. We have taken {_mails(self.taken)} from it."
        here = one.on_server - one.missing - self.too_large
        said = f"The server holds {_mails(one.on_server)}. We have {'all' if here == one.on_server else here} of them."
        if self.too_large:
            said += f" {_mails(self.too_large).capitalize()} there: too large for us."
        if one.missing:
            named = ", ".join(map(str, one.missing_numbers))
            more = " and others" if one.missing > len(one.missing_numbers) else ""
            said += f" Missing: {one.missing}{f' (numbers {named}{more})' if named else ''}. Each look tries again."
        return said


def mailboxes() -> list[Watched]:
    """Each mailbox that was ever fetched from, and how it stands. Two queries."""
    late = timezone.now() - LATE_AFTER
    here = Sighting.objects.filter(uid_validity=F("mailbox__uid_validity"))
    taken = _counted(here.exclude(mail=None))
    large = _counted(here.filter(mail=None))
    return [
        Watched(one, taken.get(one.pk, 0), large.get(one.pk, 0), _is_late(one, late)) for one in Mailbox.objects.all()
    ]


@require_POST
@for_administrators
def look(request: AgentRequest, pk: int) -> HttpResponse:
    """Compare both sides now and fetch what is missing; the fetching process does it."""
    ask_for_a_look(get_object_or_404(Mailbox, pk=pk), by=request.agent.actor, at=timezone.now())
    messages.success(request, "Asked. It is looked through within seconds, and what is missing is fetched.")
    return redirect("desk:mails")


def _counted(sightings: QuerySet[Sighting]) -> dict[int, int]:
    return dict(sightings.values_list("mailbox").annotate(count=Count("id")).values_list("mailbox", "count"))


def _is_late(mailbox: Mailbox, late: datetime) -> bool:
    return mailbox.looked_at is None or mailbox.looked_at < late


def _mails(count: int) -> str:
    return f"{count} mail{'' if count == 1 else 's'}"
