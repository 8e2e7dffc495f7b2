"""The public documents, under /documents/, and hearing of changes in them."""

from __future__ import annotations

from django.urls import path

from upheld.web.documents import own, portal, subscriptions
from upheld.web.methods import resource

app_name = "public"
urlpatterns = [
    path("", portal.documents, name="documents"),
    path("subscription/", resource(get=subscriptions.form, post=subscriptions.ask), name="subscription"),
    path("subscription/sent/", subscriptions.sent, name="sent"),
    path("subscription/ended/", subscriptions.ended, name="ended"),
    path(
        "subscription/<str:token>/",
        resource(get=subscriptions.ask_confirmation, post=subscriptions.confirm),
        name="confirm",
    ),
    path("subscription/<str:token>/end/", subscriptions.end, name="unsubscribe"),
    path("annex/", own.annex, name="annex"),
    path("annex/<str:language>.<str:format>", own.annex_file, name="annex-file"),
    path("<str:name>/<str:language>/", portal.document, name="document"),
    path("<str:name>/<str:language>.<str:format>", portal.document_file, name="file"),
]
