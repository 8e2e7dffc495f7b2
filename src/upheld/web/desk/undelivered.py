"""What agents do about a mail of a ticket that somebody did not get: try again, correct the address, or leave it at that."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from upheld.channels.mail.outgoing import outbox
from upheld.channels.models import OutgoingMail
from upheld.web.desk.ticket import ticket_for
from upheld.web.viewer import AgentRequest, for_agents


@require_POST
@for_agents
def decide(request: AgentRequest, pk: int, number: int) -> HttpResponse:
    """`again` names a recipient or is empty for all, `correct` one whose other address stands in `instead-…`, `aside` is yes."""
    mail = _of(request, pk, number)
    by, now = request.agent.actor, timezone.now()
    try:
        if "aside" in request.POST:
            outbox.set_aside(mail, by=by, at=now)
            messages.success(request, "Left as it is. What happened stays on the ticket.")
        elif wrong := request.POST.get("correct"):
            instead = request.POST.get(f"instead-{number}-{wrong}", "").strip()
            validate_email(instead)
            outbox.readdress(mail, wrong=wrong, instead=instead, by=by, at=now)
            messages.success(request, f"On its way to {instead}.")
        else:
            outbox.try_again(mail, by=by, at=now, only=request.POST.get("again", ""))
            messages.success(request, "It is tried again now.")
    except ValidationError:
        messages.error(request, f"Write another address beside {request.POST['correct']}, like name@example.com.")
    except outbox.NothingToSend as reason:
        messages.warning(request, str(reason))
    answer = redirect("desk:ticket", pk)
    answer["Location"] += request.POST.get("back", "")[:20] if request.POST.get("back", "").startswith("#m") else ""
    return answer


def _of(request: AgentRequest, pk: int, number: int) -> OutgoingMail:
    ticket = ticket_for(request, pk)
    mail = OutgoingMail.objects.defer("raw").filter(pk=number, subject_key=ticket.key).first()
    if mail is None:
        raise Http404
    return mail
