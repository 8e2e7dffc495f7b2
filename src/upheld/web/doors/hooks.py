"""Providers of mail that call us. 401 without the secret; 200 only when what they brought is committed; 503 to come again."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Final

import structlog
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods
from prometheus_client import Counter

from upheld.channels.mail.doors import hooks
from upheld.channels.mail.outgoing.hearing import UnderWay
from upheld.channels.mail.receiving import accept
from upheld.tickets.bounces import take_in_word

log = structlog.stdlib.get_logger("upheld.mail")

WORDS: Final = Counter(
    "upheld_provider_words_total", "What providers said of mail of ours", ["provider", "said", "heard"]
)
CALLS: Final = Counter(
    "upheld_provider_calls_refused_total", "Calls of providers that were not taken", ["provider", "why"]
)


def for_providers(view: Callable[[HttpRequest, str], HttpResponse]) -> Callable[..., HttpResponse]:
    """A view that only a provider may call who shows our secret. HEAD is answered, since some look before they call."""

    @csrf_exempt
    @require_http_methods(["POST", "HEAD"])
    @wraps(view)
    def respond(request: HttpRequest, provider: str) -> HttpResponse:
        if provider not in hooks.HOOKS:
            raise Http404
        if request.method == "HEAD":
            return HttpResponse()
        try:
            if not hooks.is_genuine(provider, request, settings.UPHELD_MAIL):
                CALLS.labels(provider, "not proved").inc()
                return HttpResponse(status=401, headers={"WWW-Authenticate": 'Basic realm="mail"'})
            return view(request, provider)
        except hooks.NotUnderstood as reason:
            CALLS.labels(provider, "not understood").inc()
            log.warning("a provider's call was not understood", provider=provider, reason=str(reason))
            return HttpResponse(str(reason), status=400, content_type="text/plain")
        except (hooks.NotYet, UnderWay) as reason:
            CALLS.labels(provider, "not yet").inc()
            log.warning("a provider is to come again", provider=provider, reason=str(reason))
            return HttpResponse(str(reason), status=503, headers={"Retry-After": "60"}, content_type="text/plain")

    return respond


@for_providers
def inbound(request: HttpRequest, provider: str) -> HttpResponse:
    """Mail for us: stored as it is and announced. The same mail again is the one that stands."""
    for mail in hooks.mails_in(provider, request, settings.UPHELD_MAIL):
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
    """What became of mail of ours. Word of a mail that we do not know is counted, and nothing more to us."""
    for word in hooks.words_in(provider, request, settings.UPHELD_MAIL):
        heard = take_in_word(word, at=timezone.now())
        WORDS.labels(provider, word.said, heard).inc()
        if heard == "unknown":
            log.info("word of a mail that is not ours", provider=provider, said=word.said)
    return HttpResponse("Noted.", content_type="text/plain")
