"""Time's own door: finds the subjects whose next wake has come, and only those, and lets the fold act."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

import structlog
from django.db import InterfaceError, OperationalError, close_old_connections, transaction

from upheld.commitments.following import follow_many
from upheld.commitments.models import Clock

log = structlog.stdlib.get_logger("upheld.ticker")
BATCH = 500
EVERY = 0.25  # seconds between looks when nothing is due
ASIDE = timedelta(minutes=1)


def tick(now: datetime, *, batch: int = BATCH) -> int:
    """Act on up to `batch` subjects that are due, in one transaction. Returns how many; any number of tickers may run at once."""
    with transaction.atomic():
        due = Clock.objects.filter(next_wake_at__lt=now).order_by("next_wake_at")
        clocks = list(due.select_for_update(skip_locked=True)[:batch])
        if clocks:
            follow_many(clocks, at=now)
    return len(clocks)


def run(stop: threading.Event) -> None:
    """Tick until told to stop. A database that is away is waited for; a batch that fails is tried again in smaller ones."""
    batch = BATCH
    while not stop.is_set():
        try:
            batch = _step(stop, batch)
        except (OperationalError, InterfaceError) as error:
            log.warning("database away, trying again", reason=type(error).__name__)
            close_old_connections()
            stop.wait(1)


def _step(stop: threading.Event, batch: int) -> int:
    """One look, and a pause when nothing more is due. Returns how many subjects to take at the next."""
    try:
        found = tick(datetime.now(UTC), batch=batch)
    except (OperationalError, InterfaceError):
        raise
    except Exception:
        log.exception("a batch failed", size=batch)
        if batch == 1:
            _set_aside(datetime.now(UTC))
        return max(1, batch // 10)
    if found < batch:
        stop.wait(EVERY)
    return BATCH if found == 0 else min(BATCH, batch * 2)


def _set_aside(now: datetime) -> None:
    """Move the one subject that cannot be folded a minute on, so that the others need not wait for it; it stays in the log."""
    with transaction.atomic():
        due = Clock.objects.filter(next_wake_at__lt=now).order_by("next_wake_at")
        clock = due.select_for_update(skip_locked=True).first()
        if clock is not None:
            log.error("set aside for a minute", subject=clock.subject)
            clock.next_wake_at = now + ASIDE
            clock.save(update_fields=["next_wake_at"])
