"""Documents of stored policy versions: made when they are first asked for, kept, and made ahead after a version was published."""

from __future__ import annotations

import hashlib
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from upheld.accounts.models import Account, Contact
from upheld.commitments.models import PolicyVersion
from upheld.commitments.policies import policy_of
from upheld.documents.composing import Wanted, compose, every_document
from upheld.documents.formats import FORMATS
from upheld.documents.models import Publication
from upheld.documents.scope import AccountFacts
from upheld.documents.tree import Document, Edition
from upheld.policy import Policy


def edition(version: PolicyVersion) -> Edition:
    """What a document says about its edition; days are those of the company's zone."""
    policy = policy_of(version.pk)
    zone = ZoneInfo(policy.company.zone)
    return Edition(
        policy.name,
        policy.company.name or policy.name,
        version.number,
        holds_from(version),
        version.published_at.astimezone(zone).date(),
        version.digest,
    )


def holds_from(version: PolicyVersion) -> date:
    """The day on which the version came into force here. One query.

    The first version of a desk may be older than the desk: there the day that the policy names counts, if it is earlier.
    """
    policy = policy_of(version.pk)
    day = version.effective_at.astimezone(ZoneInfo(policy.company.zone)).date()
    if policy.effective is None or policy.effective >= day:
        return day
    return day if PolicyVersion.objects.filter(pk__lt=version.pk).exists() else policy.effective


def today(policy: Policy, at: datetime) -> date:
    """The day at the head office, which is the day of documents for nobody in particular."""
    return at.astimezone(ZoneInfo(policy.company.zone)).date()


def document(version: PolicyVersion, wanted: Wanted, *, at: datetime, account: Account | None = None) -> Document:
    """The document of a stored version as it is at that instant."""
    policy = policy_of(version.pk)
    facts = account_facts(account) if account is not None else None
    return compose(policy, wanted, edition=edition(version), today=today(policy, at), account=facts)


def file(version: PolicyVersion, wanted: Wanted, format: str, *, at: datetime, account: Account | None = None) -> bytes:  # noqa: A002
    """The document as a file, from what was kept if that is of the same day. A PDF takes about half a second to make."""
    policy = policy_of(version.pk)
    facts = account_facts(account) if account is not None else None
    day, mark = today(policy, at), _mark(facts)
    place: dict[str, Any] = {
        "version": version,
        "name": wanted.name,
        "language": wanted.language,
        "format": format,
        "account": account,
    }
    kept = Publication.objects.filter(**place, made_on=day, mark=mark).first()
    if kept is not None:
        return bytes(kept.content)
    content = FORMATS[format].write(compose(policy, wanted, edition=edition(version), today=day, account=facts))
    Publication.objects.update_or_create(**place, defaults={"made_on": day, "mark": mark, "content": content})
    return content


def account_facts(account: Account) -> AccountFacts:
    """What the annex says of the account: the contract's plan and days, and who speaks for it. Two queries."""
    speakers = (
        Contact.objects.filter(account=account, is_administrator=True).select_related("person").order_by("person__name")
    )
    return AccountFacts(
        name=account.name,
        plan=account.plan,
        since=account.contract_starts,
        until=account.contract_ends,
        region=account.region,
        language=account.language,
        zone=account.zone,
        manager=str(account.manager.person) if account.manager else "",
        contacts=tuple((str(one.person), one.title or one.person.email) for one in speakers),
    )


def annex(policy: Policy, account: Account, language: str = "") -> Wanted:
    """The annex of an account, in its own language where the policy has it."""
    spoken = language or account.language
    return Wanted("account-annex", spoken if spoken in policy.languages else policy.languages[0])


def ahead(version: PolicyVersion) -> list[tuple[Wanted, str]]:
    """The files of a version that are made ahead, in a fixed order: all PDFs, since those take time. Annexes wait."""
    return [(wanted, "pdf") for wanted in every_document(policy_of(version.pk))]


def _mark(facts: AccountFacts | None) -> str:
    return hashlib.sha256(repr(facts).encode()).hexdigest() if facts is not None else ""
