"""What all pages of documents share: the document that an address names, and files as answers."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote

from babel import Locale, UnknownLocaleError
from django.http import Http404, HttpResponse

from upheld.commitments.models import PolicyVersion
from upheld.commitments.policies import policy_of
from upheld.documents.composing import Wanted, wanted_by
from upheld.documents.formats import FORMATS
from upheld.policy import Policy

DOWNLOADS = tuple(one for one in FORMATS.values() if one.name != "html")


@dataclass(frozen=True, slots=True)
class Edition:
    """A version as one chooses it in a list."""

    version: PolicyVersion
    is_in_force: bool


def found(version: PolicyVersion, name: str, language: str) -> Wanted:
    """The document that the version has under this name; else 404."""
    wanted = wanted_by(policy_of(version.pk), name, language)
    if wanted is None:
        raise Http404
    return wanted


def as_file(content: bytes, wanted: Wanted, format: str, *, number: int) -> HttpResponse:  # noqa: A002
    """A download, named for document, version and language."""
    name = f"{wanted.name}-v{number}-{wanted.language}.{format}"
    response = HttpResponse(content, content_type=FORMATS[format].content_type)
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}"
    response["X-Content-Type-Options"] = "nosniff"
    return response


def known_format(name: str) -> str:
    if name not in FORMATS:
        raise Http404
    return name


def called(language: str) -> str:
    """A language's own name: Deutsch, العربية."""
    try:
        locale = Locale.parse(language, sep="-")
    except (UnknownLocaleError, ValueError):
        return language
    name = locale.get_display_name(locale) or language
    return name[:1].upper() + name[1:]


def choices(policy: Policy) -> list[tuple[str, str]]:
    return [(language, called(language)) for language in policy.languages]
