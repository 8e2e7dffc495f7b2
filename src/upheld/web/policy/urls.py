"""The addresses of the policy: the one in force, a clause, the cases behind a figure, versions."""

from __future__ import annotations

from django.urls import path

from upheld.web.policy import clauses, reading, versions

app_name = "policy"
urlpatterns = [
    path("", reading.in_force_page, name="in-force"),
    path("clauses/<str:name>/", clauses.clause, name="clause"),
    path("clauses/<str:name>/cases/", clauses.cases_page, name="cases"),
    path("versions/", versions.versions, name="versions"),
    path("versions/<int:pk>/", versions.version, name="version"),
    path("versions/<int:pk>/changes/", versions.changes, name="changes"),
]
