"""Files of messages, for agents and customers alike: whoever may see the message may have its files, and nobody else."""

from __future__ import annotations

from django.http import FileResponse, Http404
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from upheld.channels.files import open_stored
from upheld.tickets.models import Attachment, Message, Ticket
from upheld.web.templatetags.upheld import path_part
from upheld.web.viewer import PersonRequest, for_people


@require_safe
@for_people
def download(request: PersonRequest, pk: int, name: str) -> FileResponse:
    """Always a download, never shown in place: what a stranger sent may not run in a reader's browser."""
    tickets = Ticket.objects.visible_to(request.person)
    messages = Message.objects.visible_to(request.person).filter(ticket__in=tickets)
    attachment = get_object_or_404(Attachment.objects.select_related("file"), pk=pk, message__in=messages)
    if name != path_part(attachment.name):
        raise Http404
    response = FileResponse(
        open_stored(attachment.file),
        as_attachment=True,
        filename=attachment.name,
        content_type="application/octet-stream",
    )
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["Cache-Control"] = "private, no-store"
    return response
