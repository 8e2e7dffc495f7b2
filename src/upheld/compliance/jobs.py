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


@app.task(name="compliance.verify_record", retry=RetryStrategy(max_attempts=ATTEMPTS, exponential_wait=3))
def verify_record(verification_id: int) -> None:
    """Walk over the whole record; what it finds is written down, not raised."""
    from upheld.compliance.actions import conclude
    from upheld.compliance.models import Verification
    from upheld.events.sealing import public_key
    from upheld.events.verifying import verify

    verification = Verification.objects.get(pk=verification_id)
    if verification.is_awaited:
        conclude(verification, verify([public_key()]), at=datetime.now(UTC))
