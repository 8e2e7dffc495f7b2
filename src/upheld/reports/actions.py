"""Asking for a simulation, and stopping one."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from upheld.commitments.models import PolicyVersion
from upheld.commitments.policies import vocabulary
from upheld.events.actions import record
from upheld.events.actors import Actor
from upheld.policy.loader import load_sources
from upheld.reports import jobs
from upheld.reports.models import SimulationRun

LONGEST_TITLE = 200


class AlreadyOver(ValueError):
    """The run has ended; there is nothing to stop."""


class NoPeriod(ValueError):
    """The period ends before it begins, or before anything can have happened."""


@transaction.atomic
def start_simulation(
    sources: Mapping[str, str],
    *,
    title: str,
    kind: str,
    until: datetime,
    by: Actor,
    at: datetime,
    since: datetime | None = None,
    version: PolicyVersion | None = None,
    parameters: Mapping[str, Any] | None = None,
) -> SimulationRun:
    """Write the question down and queue the job that answers it. Raises PolicyErrors where the policy has errors, NoPeriod.

    The files are kept with the run, so that a draft may change while it is being tried. `parameters`: for history `account` and
    `plan`; for a forecast those of `forecasting`.
    """
    load_sources({name: text.encode() for name, text in sources.items()}, vocabulary=vocabulary())
    if since is not None and since >= until:
        raise NoPeriod("The period ends before it begins.")
    run = SimulationRun.objects.create(
        kind=kind,
        title=title[:LONGEST_TITLE],
        sources=dict(sources),
        version=version,
        since=since,
        until=until,
        parameters=dict(parameters or {}),
        asked_at=at,
        asked_by=by.key,
    )
    record("simulation.started", f"simulation:{run.pk}", by=by, at=at, data={"kind": kind})
    jobs.simulate.defer(run_id=run.pk)
    return run


@transaction.atomic
def stop_simulation(run: SimulationRun, *, by: Actor, at: datetime) -> SimulationRun:
    """Let the run end after the chunk that it is at. What was counted so far is shown as a part. Raises AlreadyOver."""
    held = SimulationRun.objects.select_for_update().get(pk=run.pk)
    if held.is_over:
        raise AlreadyOver("This simulation has ended already.")
    held.state, held.stopped_at, held.stopped_by = SimulationRun.State.STOPPED, at, by.key
    held.save(update_fields=["state", "stopped_at", "stopped_by"])
    record("simulation.stopped", f"simulation:{held.pk}", by=by, at=at)
    return held
