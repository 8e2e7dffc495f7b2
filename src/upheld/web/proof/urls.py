"""Proofs in the workspace, under /desk/policy/proof/."""

from __future__ import annotations

from django.urls import path

from upheld.web.methods import resource
from upheld.web.proof import desk

app_name = "proof"
urlpatterns = [
    path("", resource(get=desk.proofs, post=desk.ask), name="proof"),
    path("verification/", desk.verification, name="verification"),
    path("<int:pk>/", desk.page, name="page"),
    path("<int:pk>/proof.json", desk.document, name="json"),
    path("<int:pk>/proof.pdf", desk.paper, name="pdf"),
]
