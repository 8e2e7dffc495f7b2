"""The demonstration's mails."""

from __future__ import annotations

from django.urls import path

from upheld.web.demo import mails

app_name = "demo"
urlpatterns = [
    path("", mails.mails, name="mails"),
    path("<int:pk>/", mails.mail, name="mail"),
    path("<int:pk>/html/", mails.html, name="mail-html"),
]
