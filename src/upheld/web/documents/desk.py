"""All documents of a policy version in the workspace: what is complete, each to read and to take along, annexes by account."""

from __future__ import annotations

from dataclasses import dataclass

from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from upheld.accounts.models import Account
from upheld.commitments.models import PolicyVersion
from upheld.commitments.policies import policy_of, version_in_force
from upheld.documents import publications
from upheld.documents.composing import Wanted, every_document, source_of
from upheld.documents.formats.html import html_body
from upheld.documents.speech import Speech
from upheld.policy import Policy
from upheld.policy.prose import missing_words
from upheld.web.desk.workspace import show
from upheld.web.documents.answering import DOWNLOADS, Edition, as_file, called, choices, found, known_format
from upheld.web.viewer import AgentRequest, for_agents

ON_A_PAGE = 50
NEWEST = 30


@dataclass(frozen=True, slots=True)
class Row:
    """A document in the list. `shown` is the other language in which it appears where its text is missing."""

    wanted: Wanted
    title: str
    is_public: bool
    shown: str
    is_own: bool


@dataclass(frozen=True, slots=True)
class Spoken:
    """How far a language has come: documents written, names missing."""

    language: str
    name: str
    written: int
    documents: int
    names_missing: int


@require_safe
@for_agents
def documents(request: AgentRequest) -> HttpResponse:
    version = _version(request)
    policy = policy_of(version.pk)
    language = request.GET.get("language", "")
    if language not in policy.languages:
        language = request.person.language if request.person.language in policy.languages else policy.languages[0]
    spoken = [_spoken(policy, one) for one in policy.languages]
    context = {
        "tab": "documents",
        "version": version,
        "editions": _editions(),
        "in_force": version_in_force(),
        "language": language,
        "languages": spoken,
        "chosen": next(one for one in spoken if one.language == language),
        "first": called(policy.languages[0]),
        "rows": [_row(policy, wanted) for wanted in every_document(policy, [language])],
        "formats": DOWNLOADS,
        "missing": missing_words(policy, language)[:40],
        "ask": _ask(version),
    }
    return show(request, "documents/documents.html", context, here="policy")


@require_safe
@for_agents
def document(request: AgentRequest, name: str, language: str) -> HttpResponse:
    version = _version(request)
    wanted = found(version, name, language)
    made = publications.document(version, wanted, at=timezone.now())
    return _page(request, version, wanted, html_body(made, clause_address=_clause), made.title)


@require_safe
@for_agents
def document_file(request: AgentRequest, name: str, language: str, format: str) -> HttpResponse:  # noqa: A002
    version = _version(request)
    wanted = found(version, name, language)
    content = publications.file(version, wanted, known_format(format), at=timezone.now())
    return as_file(content, wanted, format, number=version.number)


@require_safe
@for_agents
def accounts(request: AgentRequest) -> HttpResponse:
    asked = request.GET.get("q", "").strip()
    rows = Account.objects.open().filter(name__icontains=asked) if asked else Account.objects.open()
    page = Paginator(rows.order_by("name", "pk"), ON_A_PAGE).get_page(request.GET.get("page"))
    context = {"tab": "documents", "page": page, "asked": asked, "plans": policy_of(version_in_force().pk).plans}
    return show(request, "documents/accounts.html", context, here="policy")


@require_safe
@for_agents
def annex(request: AgentRequest, pk: int) -> HttpResponse:
    account, version = _account(pk), _version(request)
    policy = policy_of(version.pk)
    wanted = publications.annex(policy, account, request.GET.get("language", ""))
    made = publications.document(version, wanted, at=timezone.now(), account=account)
    return _page(request, version, wanted, html_body(made, clause_address=_clause), made.title, account)


@require_safe
@for_agents
def annex_file(request: AgentRequest, pk: int, language: str, format: str) -> HttpResponse:  # noqa: A002
    account, version = _account(pk), _version(request)
    if language not in policy_of(version.pk).languages:
        raise Http404
    wanted = Wanted("account-annex", language)
    content = publications.file(version, wanted, known_format(format), at=timezone.now(), account=account)
    return as_file(content, wanted, format, number=version.number)


def _page(
    request: AgentRequest, version: PolicyVersion, wanted: Wanted, body: str, title: str, account: Account | None = None
) -> HttpResponse:
    policy = policy_of(version.pk)
    context = {
        "tab": "documents",
        "version": version,
        "in_force": version_in_force(),
        "wanted": wanted,
        "language": wanted.language,
        "languages": choices(policy),
        "body": body,
        "document_title": title,
        "formats": DOWNLOADS,
        "account": account,
        "ask": _ask(version),
    }
    return show(request, "documents/document.html", context, here="policy")


def _account(pk: int) -> Account:
    return get_object_or_404(Account.objects.select_related("manager__person"), pk=pk)


def _clause(name: str) -> str:
    return reverse("policy:clause", args=[name])


def _version(request: AgentRequest) -> PolicyVersion:
    """The version that is asked for by number of its row; the one in force unless asked."""
    asked = request.GET.get("version", "")
    if not asked:
        return version_in_force()
    if not asked.isdecimal() or len(asked) > 18:
        raise Http404
    return get_object_or_404(PolicyVersion, pk=int(asked))


def _ask(version: PolicyVersion) -> str:
    """What an address carries on: the version, unless it is the one in force."""
    return "" if version.pk == version_in_force().pk else f"?version={version.pk}"


def _editions() -> list[Edition]:
    in_force = version_in_force().pk
    return [Edition(one, one.pk == in_force) for one in PolicyVersion.objects.defer("sources")[:NEWEST]]


def _row(policy: Policy, wanted: Wanted) -> Row:
    _, shown, is_own = source_of(policy, wanted.kind, wanted.language)
    title = Speech("en").say(f"document.{wanted.kind}")
    plan = policy.plans.get(wanted.plan)
    named = f"{title}: {plan.label.text()}" if plan else title
    elsewhere = "" if shown == wanted.language else called(shown)
    return Row(wanted, named, wanted.kind in policy.public_documents, elsewhere, is_own)


def _spoken(policy: Policy, language: str) -> Spoken:
    wanted = every_document(policy, [language])
    kinds = {one.kind for one in wanted} | {"account-annex"}
    written = sum(source_of(policy, kind, language)[1] == language for kind in kinds)
    return Spoken(language, called(language), written, len(kinds), len(missing_words(policy, language)))
