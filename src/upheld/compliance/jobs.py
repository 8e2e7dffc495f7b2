"""The jobs: a proof is made, the record is verified. Each may be run again after a worker died."""

from __future__ import annotations

from datetime import UTC, datetime

from procrastinate import JobContext, RetryStrategy
from procrastinate.contrib.django import app

ATTEMPTS = 5


@app.task(
    name="compliance.make_proof", retry=RetryStrategy(max_attempts=ATTEMPTS, exponential_wait=3), pass_context=True
)
def make_proof(context: JobContext, proof_id: int) -> None:
    """Make it; the last try that fails says so on the page."""
    from upheld.compliance import making

    try:
        making.make(proof_id)
    except Exception:
        if context.job.attempts >= ATTEMPTS:
            making.give_up(proof_id)
        raise


@app.task(
    name="compliance.verify_record", retry=RetryStrategy(max_attempts=ATTEMPTS, exponential_wait=3), pass_context=True
)
def verify_record(context: JobContext, verification_id: int) -> None:
    """Walk over the whole record; what it finds is written down, not raised. The last try that fails makes room for another."""
    from upheld.compliance.actions import conclude
    from upheld.compliance.models import Verification
    from upheld.events import verifying
    from upheld.events.sealing import public_key

    verification = Verification.objects.get(pk=verification_id)
    if not verification.is_awaited:
        return
    try:
        report = verifying.verify([public_key()])
    except Exception:
        if context.job.attempts >= ATTEMPTS:
            waiting = Verification.objects.filter(pk=verification_id, state=Verification.State.WAITING)
            waiting.update(state=Verification.State.FAILED, ended_at=datetime.now(UTC))
        raise
    conclude(verification, report, at=datetime.now(UTC))
