"""The job behind a simulation run: a stretch of work, then another job, so that long runs leave room for mail."""

from __future__ import annotations

from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

RETRY = RetryStrategy(max_attempts=8, exponential_wait=2)
STRETCH = 15.0  # seconds


@app.task(name="reports.simulate", retry=RETRY)
def simulate(run_id: int) -> None:
    """Go on with the run from where it was left, by whomever; a run that has ended is left alone."""
    from upheld.reports.simulating import work_on

    if not work_on(run_id, seconds=STRETCH):
        simulate.defer(run_id=run_id)
