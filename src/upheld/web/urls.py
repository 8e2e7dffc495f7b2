"""Every address of ours: the workspace under /desk/, shared files, the demo's mails, and the customers' front at the root."""

from __future__ import annotations

from django.urls import include, path

from upheld.web import attachments

urlpatterns = [
    path("desk/policy/proof/", include("upheld.web.proof.urls")),
    path("proof/", include("upheld.web.proof.portal_urls")),
    path("desk/policy/drafts/", include("upheld.web.drafts.urls")),
    path("desk/policy/simulations/", include("upheld.web.simulations.urls")),
    path("desk/policy/documents/", include("upheld.web.documents.urls")),
    path("documents/", include("upheld.web.documents.public_urls")),
    path("desk/policy/", include("upheld.web.policy.urls")),
    path("desk/", include("upheld.web.desk.urls")),
    path("attachments/<int:pk>/<str:name>", attachments.download, name="attachment"),
    path("attachments/<int:pk>/inline/<str:name>", attachments.inline, name="attachment-inline"),
    path("messages/<int:pk>/files.zip", attachments.together, name="attachments"),
    path("mail/hooks/", include("upheld.web.doors.urls")),
    path("demo/mails/", include("upheld.web.demo.urls")),
    path("", include("upheld.web.portal.urls")),
]
