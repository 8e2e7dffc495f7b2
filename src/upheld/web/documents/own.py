"""The annex of an account, for those who administer it."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from upheld.accounts.models import Account
from upheld.commitments.policies import in_force, version_in_force
from upheld.documents import publications
from upheld.documents.composing import Wanted
from upheld.documents.formats.html import html_body
from upheld.web.documents.answering import DOWNLOADS, as_file, choices, known_format
from upheld.web.portal.pages import CustomerRequest, for_customers, show


@require_safe
@for_customers
def annex(request: CustomerRequest) -> HttpResponse:
    account, version = _own(request), version_in_force()
    wanted = publications.annex(in_force(), account, request.GET.get("language", ""))
    made = publications.document(version, wanted, at=timezone.now(), account=account)
    context = {
        "wanted": wanted,
        "version": version,
        "body": html_body(made),
        "document_title": made.title,
        "language": wanted.language,
        "languages": choices(in_force()),
        "formats": DOWNLOADS,
        "account": account,
    }
    return show(request, "documents/own_annex.html", context)


@require_safe
@for_customers
def annex_file(request: CustomerRequest, language: str, format: str) -> HttpResponse:  # noqa: A002
    account, version = _own(request), version_in_force()
    if language not in in_force().languages:
        raise Http404
    wanted = Wanted("account-annex", language)
    content = publications.file(version, wanted, known_format(format), at=timezone.now(), account=account)
    return as_file(content, wanted, format, number=version.number)


def _own(request: CustomerRequest) -> Account:
    contact = request.contact
    if contact is None or not contact.is_administrator or contact.account_id is None:
        raise Http404
    return Account.objects.select_related("manager__person").get(pk=contact.account_id)
