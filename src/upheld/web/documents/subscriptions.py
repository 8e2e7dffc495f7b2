"""Hearing of changes: the address is typed, a mail is confirmed, one click ends it. No page tells whether an address is known."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from upheld.commitments.policies import in_force
from upheld.documents import subscribing
from upheld.web.documents.answering import called, choices
from upheld.web.documents.forms import SubscriptionForm
from upheld.web.documents.portal import spoken_by
from upheld.web.portal.pages import for_everybody, show


@for_everybody
def form(request: HttpRequest) -> HttpResponse:
    language = request.GET.get("language", "")
    if language not in in_force().languages:
        language = spoken_by(request)
    asked = SubscriptionForm(languages=choices(in_force()), initial={"language": language})
    return show(request, "documents/subscription.html", {"form": asked})


@for_everybody
def ask(request: HttpRequest) -> HttpResponse:
    asked = SubscriptionForm(request.POST, languages=choices(in_force()))
    if not asked.is_valid():
        return show(request, "documents/subscription.html", {"form": asked}, status=422)
    now = timezone.now()
    if subscribing.has_room(now):
        subscribing.ask(asked.cleaned_data["address"], language=asked.cleaned_data["language"], at=now)
    return redirect("public:sent")


@require_safe
@for_everybody
def sent(request: HttpRequest) -> HttpResponse:
    return show(request, "documents/subscription_sent.html")


@for_everybody
def ask_confirmation(request: HttpRequest, token: str) -> HttpResponse:
    """A page with a button: programs that follow every link of a mail confirm nothing."""
    try:
        address, language = subscribing.asked(token)
    except subscribing.NotGenuine:
        return show(request, "documents/subscription_wrong.html", status=404)
    return show(request, "documents/subscription_confirm.html", {"address": address, "spoken": called(language)})


@for_everybody
def confirm(request: HttpRequest, token: str) -> HttpResponse:
    try:
        subscribing.subscribe(token, at=timezone.now())
    except subscribing.NotGenuine:
        return show(request, "documents/subscription_wrong.html", status=404)
    return show(request, "documents/subscription_done.html")


@csrf_exempt  # a mail program sends this POST by itself (RFC 8058); the signed address is what allows it
@require_http_methods(["GET", "HEAD", "POST"])
@for_everybody
def end(request: HttpRequest, token: str) -> HttpResponse:
    if request.method != "POST":
        return show(request, "documents/subscription_end.html")
    try:
        subscribing.unsubscribe(token, at=timezone.now())
    except subscribing.NotGenuine:
        return show(request, "documents/subscription_wrong.html", status=404)
    return redirect("public:ended")


@require_safe
@for_everybody
def ended(request: HttpRequest) -> HttpResponse:
    return show(request, "documents/subscription_ended.html")
