"""The mails that left a demonstration, to be read as a customer would get them. The pages are 404 anywhere else."""

from __future__ import annotations

from collections.abc import Callable
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from functools import wraps
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_safe

from upheld.channels.models import OutgoingMail

SIZE = 100
FRAME = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'; sandbox"


def in_demo(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Anybody may read them, signed in or not: that is what the demonstration shows, and only there."""

    @wraps(view)
    def respond(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not settings.UPHELD_DEMO:
            raise Http404
        return view(request, *args, **kwargs)

    return respond


@require_safe
@in_demo
def mails(request: HttpRequest) -> HttpResponse:
    found = OutgoingMail.objects.defer("raw").order_by("-id")
    before = request.GET.get("before", "")
    if before.isdecimal():
        found = found.filter(pk__lt=int(before))
    rows = list(found[: SIZE + 1])
    return render(
        request, "demo/mails.html", {"rows": rows[:SIZE], "before": rows[SIZE - 1].pk if len(rows) > SIZE else ""}
    )


@require_safe
@in_demo
def mail(request: HttpRequest, pk: int) -> HttpResponse:
    one = get_object_or_404(OutgoingMail, pk=pk)
    message = _parsed(one)
    text, html = message.get_body(("plain",)), message.get_body(("html",))
    context = {
        "mail": one,
        "headers": [(name, str(value)) for name, value in message.items()],
        "text": text.get_content() if text else "",
        "has_html": html is not None,
        "files": [part.get_filename() or "file" for part in message.iter_attachments()],
    }
    return render(request, "demo/mail.html", context)


@require_safe
@in_demo
@xframe_options_sameorigin
def html(request: HttpRequest, pk: int) -> HttpResponse:
    """The HTML part alone, in a frame where nothing runs and nothing is fetched."""
    part = _parsed(get_object_or_404(OutgoingMail, pk=pk)).get_body(("html",))
    if part is None:
        raise Http404
    response = HttpResponse(part.get_content())
    response["Content-Security-Policy"] = FRAME
    return response


def _parsed(one: OutgoingMail) -> EmailMessage:
    message = message_from_bytes(bytes(one.raw), policy=default)
    assert isinstance(message, EmailMessage)
    return message
