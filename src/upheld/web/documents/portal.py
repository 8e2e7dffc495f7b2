"""The documents that the policy makes public, for everybody: to read, to take along, and what changed since the last version."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from upheld.commitments.models import PolicyVersion
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
        "upcoming": upcoming(),
    }
    return show(request, "documents/public.html", context)


@require_safe
@for_everybody
def document(request: HttpRequest, name: str, language: str) -> HttpResponse:
    version = _version(request)
    wanted = _public(version, name, language)
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
        "upcoming": upcoming(),
        "holds_from": publications.holds_from(version),
        "ask": "" if version == version_in_force() else "?version=next",
    }
    return show(request, "documents/public_document.html", context)


@require_safe
@for_everybody
def document_file(request: HttpRequest, name: str, language: str, format: str) -> HttpResponse:  # noqa: A002
    version = _version(request)
    wanted = _public(version, name, language)
    content = publications.file(version, wanted, known_format(format), at=timezone.now())
    return as_file(content, wanted, format, number=version.number)


def _public(version: PolicyVersion, name: str, language: str) -> Wanted:
    wanted = found(version, name, language)
    if wanted.kind not in policy_of(version.pk).public_documents:
        raise Http404
    return wanted


def _version(request: HttpRequest) -> PolicyVersion:
    """The version in force; with `?version=next` the one that was announced, as long as its time has not come."""
    announced = upcoming() if request.GET.get("version") == "next" else None
    return announced or version_in_force()


def upcoming() -> PolicyVersion | None:
    """The next version that is published already and holds from a later day."""
    return PolicyVersion.objects.filter(effective_at__gt=timezone.now()).order_by("effective_at", "-id").first()


def spoken_by(request: HttpRequest) -> str:
    """The policy's language that the browser likes most; the first where it likes none."""
    languages = in_force().languages
    for part in request.headers.get("Accept-Language", "").split(","):
        asked = part.partition(";")[0].strip().lower()
        for language in languages:
            if asked == language.lower() or (asked and asked.partition("-")[0] == language.lower()):
                return language
    return languages[0]
