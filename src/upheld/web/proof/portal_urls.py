"""The proof of one's own account, in the portal under /proof/."""

from __future__ import annotations

from django.urls import path

from upheld.web.methods import resource
from upheld.web.proof import portal

app_name = "own-proof"
urlpatterns = [
    path("", resource(get=portal.proofs, post=portal.ask), name="proofs"),
    path("<int:number>/", portal.page, name="page"),
    path("<int:number>/proof.json", portal.document, name="json"),
    path("<int:number>/proof.pdf", portal.paper, name="pdf"),
]
