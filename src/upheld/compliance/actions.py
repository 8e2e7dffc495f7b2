"""Asking for a proof and for a verification, and what becomes of them."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from upheld.accounts.models import Account
from upheld.channels.models import StoredFile
from upheld.compliance.figures import Totals, together
from upheld.compliance.models import Proof, Verification
from upheld.events.actions import record
from upheld.events.actors import SYSTEM, Actor
from upheld.events.verifying import Report


class PeriodRefused(ValueError):
    """The period ends before it begins; the text is shown as it is."""


@transaction.atomic
def ask_for_proof(
    *,
    account: Account | None = None,
    plan: str = "",
    since: datetime,
    until: datetime,
    by: Actor,
    at: datetime,
    in_background: bool = True,
) -> Proof:
    """A proof for an account, a plan, or, with neither, for everybody; a job makes it. Raises PeriodRefused."""
    if until <= since:
        raise PeriodRefused("The period has to end after it begins.")
    proof = Proof.objects.create(account=account, plan=plan, since=since, until=until, asked_at=at, asked_by=by.key)
    scope = account.key if account else f"plan:{plan}" if plan else "everybody"
    data = {"of": scope, "since": since.isoformat(), "until": until.isoformat()}
    record("proof.asked", proof.key, by=by, at=at, data=data)
    if in_background:
        from upheld.compliance.jobs import make_proof

        make_proof.configure(queueing_lock=proof.key).defer(proof_id=proof.pk)
    return proof


@transaction.atomic
def finish(proof: Proof, *, document: StoredFile, paper: StoredFile, totals: Totals, digest: str, at: datetime) -> None:
    """Both files are there. A second worker that made it as well changes nothing."""
    proof.refresh_from_db(from_queryset=Proof.objects.select_for_update(of=("self",)).select_related("account"))
    if proof.is_ready:
        return
    rows = totals.by_name()
    proof.state, proof.made_at, proof.digest = Proof.State.READY, at, digest
    proof.json, proof.pdf, proof.figures = document, paper, [total.as_data() for total in rows]
    proof.done = proof.total = together(rows).all
    proof.save()
    record("proof.made", proof.key, by=SYSTEM, at=at, data={"digest": digest, "commitments": proof.total})


@transaction.atomic
def ask_for_verification(*, by: Actor, at: datetime) -> Verification:
    """A walk over the whole record by a job; while one waits or runs, it is that one."""
    waiting = Verification.objects.select_for_update().filter(state=Verification.State.WAITING).first()
    if waiting is not None:
        return waiting
    from upheld.compliance.jobs import verify_record

    verification = Verification.objects.create(asked_at=at, asked_by=by.key)
    verify_record.defer(verification_id=verification.pk)
    return verification


@transaction.atomic
def conclude(verification: Verification, report: Report, *, at: datetime) -> None:
    """Write down what the walk found."""
    state = Verification.State.AS_IT_WAS if report.is_as_it_was else Verification.State.WRONG
    verification.state, verification.ended_at = state, at
    verification.events, verification.seals, verification.erased = report.events, report.seals, report.erased
    verification.wrong, verification.finding = report.counts.total(), str(report.first or "")
    verification.save()
    data = {"events": report.events, "seals": report.seals, "wrong": verification.wrong}
    record("record.verified", f"verification:{verification.pk}", by=SYSTEM, at=at, data=data)
