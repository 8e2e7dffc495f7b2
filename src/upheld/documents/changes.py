"""What a reader of the public documents has to know of a new version: which changed, and how."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache

from upheld.commitments.models import PolicyVersion
from upheld.commitments.policies import policy_of
from upheld.documents.composing import Wanted, compose, edition_of, every_document
from upheld.documents.tree import Document
from upheld.policy import Policy
from upheld.policy.differences import differences

PUBLIC_CHAPTERS = frozenset({"plans", "priorities", "commitments", "hours", "channels", "targets"})
_OURS = ("agent", "desk")
_A_DAY = date(2026, 1, 1)  # any will do: both versions are looked at as of the same


@dataclass(frozen=True, slots=True)
class Change:
    """One public document that reads differently, under its title in the language asked for."""

    name: str
    title: str


def before(version: PolicyVersion) -> PolicyVersion | None:
    """The version that was published before this one."""
    return PolicyVersion.objects.filter(pk__lt=version.pk).order_by("-pk").first()


def public_documents(policy: Policy, language: str) -> list[Wanted]:
    """The documents that everybody may read, in a language of the policy."""
    return [one for one in every_document(policy, [language]) if one.kind in policy.public_documents]


def changed_documents(old: Policy, new: Policy, language: str) -> list[Change]:
    """Public documents of the new policy whose text is another than before; a new document has changed too."""
    found = []
    known = {one.name: one for one in public_documents(old, language)}
    for wanted in public_documents(new, language):
        after = _text(new, wanted)
        if wanted.name not in known or _text(old, known[wanted.name]).blocks != after.blocks:
            found.append(Change(wanted.name, after.title))
    return found


def sentences(old: Policy, new: Policy, language: str) -> list[str]:
    """The differences between two versions, a sentence each, as far as they concern customers."""
    told = differences(old, new, language=language)
    return [one.sentence for one in told if one.chapter in PUBLIC_CHAPTERS and _concerns_customers(new, old, one.key)]


def _concerns_customers(new: Policy, old: Policy, key: str) -> bool:
    """A clause on tickets, accounts or recordings does; what we owe ourselves does not."""
    section, _, rest = key.partition(".")
    name = rest.partition(".")[0]
    clause = new.clauses.get(name) or old.clauses.get(name) or new.clauses.get(section) or old.clauses.get(section)
    return clause is None or clause.on not in _OURS


def since_last(version: PolicyVersion, language: str) -> tuple[PolicyVersion | None, Sequence[str]]:
    """The version before this one, and what is different since. Versions never change, so a process works it out once."""
    last = before(version)
    return (None, ()) if last is None else (last, _between(last.pk, last.digest, version.pk, version.digest, language))


@lru_cache(maxsize=64)
def _between(old: int, _old_digest: str, new: int, _new_digest: str, language: str) -> tuple[str, ...]:
    return tuple(sentences(policy_of(old), policy_of(new), language))


def _text(policy: Policy, wanted: Wanted) -> Document:
    """The document without what differs in every version: its number and its days."""
    neutral = replace(edition_of(policy), number=0, effective=None, published=None)
    return compose(policy, wanted, edition=neutral, today=_A_DAY)
