"""A proof as JSON: written piece by piece in canonical form, so that a year of it needs no memory."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from django.conf import settings

from upheld.commitments.models import PolicyVersion
from upheld.commitments.policies import in_force, policy_of
from upheld.compliance.evidence import Fact, Line
from upheld.compliance.figures import Total, Totals
from upheld.compliance.models import Proof
from upheld.events.models import Seal
from upheld.kernel.ed25519 import canonical
from upheld.kernel.instants import iso, to_us
from upheld.policy.sentences import clause_sentences

FORMAT = "upheld.proof.1"


def pieces(proof: Proof, lines: Iterable[Line], totals: Totals, *, at: datetime) -> Iterator[bytes]:
    """The content in the order of its keys. `totals` is full when the last piece was taken."""
    promised: dict[tuple[int, str], None] = {}
    yield b'{"commitments":['
    for place, line in enumerate(lines):
        totals.add(line)
        promised[line.version, line.clause] = None
        yield (b"," if place else b"") + canonical(_line(line))
    promises = [_promise(version, clause) for version, clause in sorted(promised)]
    named = {promise["clause"]: promise["name"] for promise in promises}
    for total in totals.by_clause.values():
        total.name = named[total.clause]
    versions = {version for version, _ in promised}
    rest = {
        "company": in_force().company.name or in_force().name,
        "desk": settings.UPHELD_URL,
        "format": FORMAT,
        "made_at": _instant(at),
        "number": proof.pk,
        "period": {"since": _instant(proof.since), "until": _instant(proof.until)},
        "policies": [_policy(version) for version in PolicyVersion.objects.filter(pk__in=versions).order_by("id")],
        "promises": promises,
        "record": record_now(),
        "scope": scope(proof),
        "totals": [_total(total) for total in totals.by_name()],
    }
    assert min(rest) > "commitments", "the pieces are canonical only in the order of the keys"
    yield b"]," + canonical(rest)[1:]


def scope(proof: Proof) -> dict[str, Any]:
    """Whom it is about, by name."""
    if proof.account is not None:
        return {"of": "account", "account": proof.account.name, "key": proof.account.key}
    return {"of": "plan", "plan": proof.plan} if proof.plan else {"of": "everybody"}


def record_now() -> dict[str, Any] | None:
    """The newest seal: whoever keeps the proof can say what the chain was. None before the first."""
    newest = Seal.objects.only("number", "last", "hash", "key", "sealed_at").order_by("-number").first()
    if newest is None:
        return None
    return {
        "seal": newest.number,
        "hash": bytes(newest.hash).hex(),
        "key": newest.key,
        "events_up_to": newest.last,
        "sealed_at": _instant(newest.sealed_at),
    }


def _line(line: Line) -> dict[str, Any]:
    return {
        "subject": line.subject,
        "account": line.account or None,
        "clause": line.clause,
        "cycle": line.cycle,
        "policy": line.version,
        "state": line.state,
        "reason": line.reason or None,
        "began": _fact(line.began_at, line.began),
        "due_at": _instant(line.due_at),
        "breached": _fact(line.due_at, line.breached) if line.breached else None,
        "ended": _fact(line.ended_at, line.ended),
        "late_microseconds": line.late,
    }


def _fact(at: datetime | None, fact: Fact | None) -> dict[str, Any] | None:
    if at is None:
        return None
    said: dict[str, Any] = {"at": _instant(at), "event": None, "kind": None, "seal": None}
    return said if fact is None else said | {"event": fact.event, "kind": fact.kind, "seal": fact.seal}


def _promise(version: int, name: str) -> dict[str, Any]:
    policy = policy_of(version)
    clause = policy.clauses.get(name)
    return {
        "clause": name,
        "policy": version,
        "name": str(clause.label) if clause else name,
        "sentences": clause_sentences(policy, clause) if clause else [],
    }


def _policy(version: PolicyVersion) -> dict[str, Any]:
    return {
        "id": version.pk,
        "name": version.name,
        "version": version.number,
        "digest": version.digest,
        "published_at": _instant(version.published_at),
    }


def _total(total: Total) -> dict[str, Any]:
    said = total.as_data()
    said["late_worst_microseconds"] = said.pop("late_worst")
    return said


def _instant(at: datetime | None) -> str | None:
    return None if at is None else iso(to_us(at))
