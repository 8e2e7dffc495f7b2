"""The roots of every address. Health checks and metrics are answered earlier, in `middleware.probes`."""

from __future__ import annotations

from django.urls import include, path

urlpatterns = [
    path("accounts/", include("allauth.urls")),
    path("", include("upheld.web.urls")),
]
handler500 = "upheld.config.failures.failed"
