"""The documents in the workspace, under /desk/policy/documents/."""

from __future__ import annotations

from django.urls import path

from upheld.web.documents import desk

app_name = "documents"
urlpatterns = [
    path("", desk.documents, name="documents"),
    path("accounts/", desk.accounts, name="accounts"),
    path("accounts/<int:pk>/", desk.annex, name="annex"),
    path("accounts/<int:pk>/<str:language>.<str:format>", desk.annex_file, name="annex-file"),
    path("<str:name>/<str:language>/", desk.document, name="document"),
    path("<str:name>/<str:language>.<str:format>", desk.document_file, name="file"),
]
