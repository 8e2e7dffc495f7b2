"""The documents that the policy makes public, for everybody: to read, to take along, and what changed since the last version."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from upheld.commitments.policies import in_force, policy_of, version_in_force
from upheld.documents import publications
from upheld.documents.changes import public_documents, since_last
from upheld.documents.composing import Wanted
from upheld.documents.formats.html import html_body
from upheld.web.documents.answering import DOWNLOADS, as_file, choices, found, known_format
from upheld.web.portal.pages import for_everybody, show

MOST_CHANGES = 60


@require_safe
@for_everybody
def documents(request: HttpRequest) -> HttpResponse:
    version, policy = version_in_force(), in_force()
    language = request.GET.get("language", "")
    if language not in policy.languages:
        language = spoken_by(request)
    now = timezone.now()
    rows = [(wanted, publications.document(version, wanted, at=now)) for wanted in public_documents(policy, language)]
    context = {
        "version": version,
        "edition": publications.edition(version),
        "rows": rows,
        "language": language,
        "languages": choices(policy),
        "formats": DOWNLOADS,
    }
    return show(request, "documents/public.html", context)


@require_safe
@for_everybody
def document(request: HttpRequest, name: str, language: str) -> HttpResponse:
    version, wanted = version_in_force(), _public(name, language)
    made = publications.document(version, wanted, at=timezone.now())
    last, changes = since_last(version, language)
    context = {
        "version": version,
        "wanted": wanted,
        "body": html_body(made),
        "document_title": made.title,
        "language": language,
        "languages": choices(policy_of(version.pk)),
        "formats": DOWNLOADS,
        "last": last,
        "changes": changes[:MOST_CHANGES],
        "more_changes": max(0, len(changes) - MOST_CHANGES),
    }
    return show(request, "documents/public_document.html", context)


@require_safe
@for_everybody
def document_file(request: HttpRequest, name: str, language: str, format: str) -> HttpResponse:  # noqa: A002
    version, wanted = version_in_force(), _public(name, language)
    content = publications.file(version, wanted, known_format(format), at=timezone.now())
    return as_file(content, wanted, format, number=version.number)


def _public(name: str, language: str) -> Wanted:
    wanted = found(version_in_force(), name, language)
    if wanted.kind not in in_force().public_documents:
        raise Http404
    return wanted


def spoken_by(request: HttpRequest) -> str:
    """The policy's language that the browser likes most; the first where it likes none."""
    languages = in_force().languages
    for part in request.headers.get("Accept-Language", "").split(","):
        asked = part.partition(";")[0].strip().lower()
        for language in languages:
            if asked == language.lower() or (asked and asked.partition("-")[0] == language.lower()):
                return language
    return languages[0]
