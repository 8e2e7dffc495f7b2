"""Providers of mail that call us. 401 without the secret; 200 only when what they brought is committed."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

import structlog
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from upheld.channels.mail.doors import hooks
from upheld.channels.mail.receiving import accept
from upheld.tickets.bounces import take_in_word

log = structlog.stdlib.get_logger("upheld.mail")


def for_providers(view: Callable[[HttpRequest, str], HttpResponse]) -> Callable[..., HttpResponse]:
    """A view that only a provider may call who shows our secret. HEAD is answered, since some look before they call."""

    @csrf_exempt
    @require_http_methods(["POST", "HEAD"])
    @wraps(view)
    def respond(request: HttpRequest, provider: str) -> HttpResponse:
        if provider not in hooks.NAMES:
            raise Http404
        if request.method == "HEAD":
            return HttpResponse()
        try:
            if not hooks.is_genuine(provider, request, settings.UPHELD_MAIL):
                return HttpResponse(status=401, headers={"WWW-Authenticate": 'Basic realm="mail"'})
            return view(request, provider)
        except hooks.NotUnderstood as reason:
            log.warning("a provider's call was not understood", provider=provider, reason=str(reason))
            return HttpResponse(str(reason), status=400, content_type="text/plain")

    return respond


@for_providers
def inbound(request: HttpRequest, provider: str) -> HttpResponse:
    """Mail for us: stored as it is and announced. The same mail again is the one that stands."""
    for mail in hooks.mails_in(provider, request):
        accept(
            mail.raw,
            envelope_from=mail.envelope_from,
            envelope_to=mail.envelope_to,
            peer=request.META.get("REMOTE_ADDR", ""),
            door="webhook",
        )
    return HttpResponse("Stored.", content_type="text/plain")


@for_providers
def tracking(request: HttpRequest, provider: str) -> HttpResponse:
    """What became of mail of ours. Word of a mail that we do not know is nothing to us."""
    for word in hooks.words_in(provider, request):
        take_in_word(word, at=timezone.now())
    return HttpResponse("Noted.", content_type="text/plain")
