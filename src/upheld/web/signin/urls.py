"""Pages of allauth that this desk does not have. Stands before allauth's own addresses."""

from __future__ import annotations

from typing import NoReturn

from django.http import Http404, HttpRequest
from django.urls import path


def absent(request: HttpRequest, rest: str = "") -> NoReturn:
    """People are made by an administrator, or by writing to us, and their address is the one that we write to."""
    raise Http404


urlpatterns = [
    path("signup/", absent),
    path("email/", absent),
    path("confirm-email/", absent),
    path("confirm-email/<str:rest>/", absent),
]
