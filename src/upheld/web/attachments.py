"""Files of messages, for agents and customers alike: whoever may see the message may have its files, and nobody else."""

from __future__ import annotations

from typing import Final

from django.db.models import QuerySet
from django.http import FileResponse, Http404
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from upheld.channels.files import open_stored
from upheld.channels.models import StoredFile
from upheld.kernel.pictures import HEAD, bitmap_type
from upheld.people.models import Person
from upheld.tickets.models import Attachment, Message, Ticket
from upheld.web.templatetags.upheld import path_part
from upheld.web.viewer import PersonRequest, for_people

LARGEST_PICTURE: Final = 10 * 1024 * 1024


@require_safe
@for_people
def download(request: PersonRequest, pk: int, name: str) -> FileResponse:
    """Always a download, never shown in place: what a stranger sent may not run in a reader's browser."""
    attachment = _visible(request, pk, name)
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


@require_safe
@for_people
def inline(request: PersonRequest, pk: int, name: str) -> FileResponse:
    """A picture of a message in its place: 404 for everything that is no bitmap by its own bytes."""
    return picture_response(_visible(request, pk, name).file)


def picture_response(file: StoredFile) -> FileResponse:
    """A bitmap, as what it is and nothing else. Raises Http404 for other things."""
    if file.size > LARGEST_PICTURE:
        raise Http404
    try:
        opened = open_stored(file)
    except FileNotFoundError:
        raise Http404 from None
    content_type = bitmap_type(opened.read(HEAD))
    if not content_type:
        opened.close()
        raise Http404
    opened.seek(0)
    response = FileResponse(opened, content_type=content_type)
    response["Content-Disposition"] = "inline"
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["Cache-Control"] = "private, max-age=600"
    return response


def _visible(request: PersonRequest, pk: int, name: str) -> Attachment:
    messages = visible_messages(request.person)
    attachment = get_object_or_404(Attachment.objects.select_related("file"), pk=pk, message__in=messages)
    if name != path_part(attachment.name):
        raise Http404
    return attachment


def visible_messages(person: Person) -> QuerySet[Message]:
    return Message.objects.visible_to(person).filter(ticket__in=Ticket.objects.visible_to(person))
