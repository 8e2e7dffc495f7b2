"""Working on a run: chunk after chunk, each written down with what it counted, in one short transaction.

The chunk's counts and its place stand in one row and are saved together, on the condition that the row is still where the chunk
began. So a chunk counts once: a worker that was killed leaves the row as it was before, and of two that work on the same run
one finds the row moved on and lets go.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import msgspec
import structlog
from django.db import InterfaceError, OperationalError

from upheld.commitments.policies import vocabulary
from upheld.events.actions import announce
from upheld.kernel.instants import to_us
from upheld.policy import Policy
from upheld.policy.loader import load_sources
from upheld.policy.simulation import Scope, Simulation, Tally, Window
from upheld.policy.simulation.results import as_data
from upheld.reports.forecasting import forecast_chunk
from upheld.reports.histories import CHUNK, moving, read_chunk
from upheld.reports.models import SimulationRun

log = structlog.stdlib.get_logger("upheld.reports")
State = SimulationRun.State
BEGINNING = datetime(2000, 1, 1, tzinfo=UTC)


def work_on(run_id: int, *, seconds: float, size: int = CHUNK) -> bool:
    """Work on the run for about so long. True when there is nothing left to do: it is done, was stopped, has failed, or another
    worker is at it.
    """
    run = SimulationRun.objects.filter(pk=run_id, state__in=(State.QUEUED, State.RUNNING)).first()
    if run is None:
        return True
    try:
        return _stretch(run, until=time.monotonic() + seconds, size=size)
    except (OperationalError, InterfaceError):
        raise  # the database was away: the job is tried again
    except Exception as error:
        log.exception("a simulation failed", run=run.pk)
        _save(run, run.done, state=State.FAILED, trouble=f"{type(error).__name__}: {error}", finished_at=_now())
        return True


def _stretch(run: SimulationRun, *, until: float, size: int) -> bool:
    step = forecast_chunk if run.kind == SimulationRun.Kind.FORECAST else history_chunk
    policy = policy_of_run(run)
    while True:
        before = run.done
        changes = step(run, policy, size)
        if "result" in changes:
            changes |= {"state": State.DONE, "finished_at": _now()}
        else:
            changes["state"] = State.RUNNING
        if not _save(run, before, **changes) or run.state == State.DONE:
            return True
        if time.monotonic() >= until:
            return False


def history_chunk(run: SimulationRun, policy: Policy, size: int) -> dict[str, Any]:
    """What to write down after the next subjects: counts and place, or the result when there are no more."""
    window = window_of(run)
    kept = run.checkpoint or {"after": "", "tally": None}
    tally = None if kept["tally"] is None else msgspec.convert(kept["tally"], Tally)
    changes: dict[str, Any] = {}
    if run.checkpoint is None:
        changes["total"] = moving(window).count()
    scope = Scope(run.parameters.get("account") or None, run.parameters.get("plan") or None)
    simulation = Simulation(policy, window, scope=scope, tally=tally)
    chunk = read_chunk(window, after=kept["after"], size=size)
    simulation.add_all(chunk)
    if chunk:
        changes["done"] = run.done + len(chunk)
        changes["checkpoint"] = {"after": chunk[-1].subject, "tally": msgspec.to_builtins(simulation.tally)}
    else:
        changes["result"] = as_data(simulation.tally, policy, window)
    return changes


def policy_of_run(run: SimulationRun) -> Policy:
    """The policy that is tried, from the files that the run keeps."""
    return load_sources({name: text.encode() for name, text in run.sources.items()}, vocabulary=vocabulary())


def window_of(run: SimulationRun) -> Window:
    """The stretch of the record that a run looks at; from the very beginning where it names none."""
    return Window(to_us(run.since or BEGINNING), to_us(run.until))


def partial_result(run: SimulationRun) -> Mapping[str, Any] | None:
    """What a run counted before it was stopped; None where it had not come to anything."""
    if run.result is not None or run.kind != SimulationRun.Kind.HISTORY or not run.checkpoint:
        return run.result
    return as_data(msgspec.convert(run.checkpoint["tally"], Tally), policy_of_run(run), window_of(run))


def _save(run: SimulationRun, before: int, **changes: Any) -> bool:
    """Write a chunk down if the row is still where the chunk began and nobody has stopped it; else say so and change nothing."""
    standing = SimulationRun.objects.filter(pk=run.pk, done=before, state__in=(State.QUEUED, State.RUNNING))
    if not standing.update(**changes):
        return False
    for name, value in changes.items():
        setattr(run, name, value)
    announce("simulation.progress", f"simulation:{run.pk}")
    return True


def _now() -> datetime:
    return datetime.now(UTC)
