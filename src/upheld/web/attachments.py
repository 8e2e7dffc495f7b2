"""Files of messages, for agents and customers alike: whoever may see the message may have its files, and nobody else."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator
from contextlib import suppress
from tempfile import SpooledTemporaryFile
from typing import Final
from zipfile import ZIP_STORED, ZipFile

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
PICTURES: Final = frozenset({"image/png", "image/jpeg", "image/jpg", "image/gif", "image/webp"})
"""Types that claim to be a bitmap; whether a file is one, its bytes decide when it is asked for."""
IN_MEMORY: Final = 4 * 1024 * 1024


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
def together(request: PersonRequest, pk: int) -> FileResponse:
    """All files of a message in one ZIP, each under a name that leads nowhere else and stands once."""
    message = get_object_or_404(visible_messages(request.person), pk=pk)
    files = list(message.attachments.select_related("file").order_by("id"))
    if not files:
        raise Http404
    packed = SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115 - the response closes it
    with ZipFile(packed, "w", ZIP_STORED) as archive:
        for one, name in zip(files, _apart(one.name for one in files), strict=True):
            with (
                suppress(FileNotFoundError),
                open_stored(one.file) as opened,
                archive.open(name, "w", force_zip64=True) as into,
            ):
                shutil.copyfileobj(opened, into)
    packed.seek(0)
    response = FileResponse(packed, as_attachment=True, filename=f"message-{pk}.zip", content_type="application/zip")
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["Cache-Control"] = "private, no-store"
    return response


def _apart(names: Iterable[str]) -> Iterator[str]:
    """`a.txt`, `a (2).txt` …: last parts only, since some programs that unpack believe a name that climbs out of their folder."""
    taken: set[str] = set()
    for name in names:
        last = path_part(name).replace("\\", "_").strip(". ") or "file"
        stem, dot, kind = last.rpartition(".") if "." in last else (last, "", "")
        number, wanted = 1, last
        while wanted.lower() in taken:
            number += 1
            wanted = f"{stem} ({number}){dot}{kind}"
        taken.add(wanted.lower())
        yield wanted


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
