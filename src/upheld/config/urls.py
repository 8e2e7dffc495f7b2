"""The roots of every address. Health checks and metrics are answered earlier, in `middleware.probes`."""

from __future__ import annotations

from django.urls import include, path

urlpatterns = [
    path("accounts/", include("upheld.web.signin.urls")),  # first: what we do not have
    path("accounts/", include("allauth.urls")),
    path("", include("upheld.web.urls")),
]
handler500 = "upheld.config.failures.failed"
