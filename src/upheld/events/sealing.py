"""Sealing what happened: a chain of hashes over the events, made in the background; who records an event knows nothing of it.

Ids of a sequence are handed out before their rows are committed: a lower one may appear later, or never. So an id is sealed only
once it is decided. Whoever inserts an event holds a ROW EXCLUSIVE lock on the table from before its id is drawn until after
its end. The sealer reads the highest id that it sees, asks who holds such a lock, and waits, holding nothing, until those are
gone. Then every id up to the highest is an event for all to see, or never will be one.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import datetime

import structlog
from django.conf import settings
from django.db import connection, transaction
from django.db.models import Max

from upheld.events import witness
from upheld.events.chain import new_seal
from upheld.events.leaves import BEFORE_ALL, rows
from upheld.events.models import Event, Seal
from upheld.kernel.ed25519 import PublicKey, SigningKey

log = structlog.stdlib.get_logger("upheld.seals")
SEALING = 7_205_003  # advisory lock: sealers come one after the other
SIZE = 10_000  # events in one seal, at most
PATIENCE = 5.0  # seconds to wait for those who are recording right now

WRITERS = """
SELECT virtualtransaction FROM pg_locks
 WHERE locktype = 'relation' AND relation = 'events_event'::regclass AND mode = 'RowExclusiveLock' AND granted
   AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
   AND pid IS DISTINCT FROM pg_backend_pid()
"""


class ChainIsShorter(Exception):
    """The database lacks a seal that this host saw, or holds another in its place. Sealing on would hide it."""


@dataclass(frozen=True, slots=True)
class Made:
    """A seal that was made, without the hashes that it holds: catching up makes thousands."""

    number: int
    count: int
    hash: str


@dataclass(frozen=True, slots=True)
class Tail:
    """What no seal covers yet. `since` is when its oldest event was recorded."""

    count: int
    since: datetime | None


def seal_what_is_decided(*, at: datetime, size: int = SIZE, patience: float = PATIENCE) -> list[Made]:
    """Seal all events whose ids are decided, in as many seals as it takes, each in its own transaction.

    Any number of sealers may run. Raises ChainIsShorter. Seals nothing while somebody keeps recording in one transaction for
    longer than `patience` seconds: the tail grows then, which `tail` and the metrics show.
    """
    up_to = decided(patience)
    made: list[Made] = []
    while up_to is not None and (seal := _seal_next(up_to, size=size, at=at)) is not None:
        witness.remember(seal)
        made.append(Made(seal.number, seal.count, bytes(seal.hash).hex()))
    if made:
        log.info("sealed", seal=made[-1].number, hash=made[-1].hash, events=sum(seal.count for seal in made))
    return made


def decided(patience: float) -> int | None:
    """The highest id of which, and of all below it, it is known whether they are events. None when that is not to be had."""
    highest: int | None = Event.objects.aggregate(highest=Max("id"))["highest"]
    writers, deadline = _writers(), time.monotonic() + patience
    while writers:
        if time.monotonic() > deadline:
            log.warning("nothing sealed: somebody has been recording for long", transactions=len(writers))
            return None
        time.sleep(0.02)
        writers &= _writers()
    return highest


def _writers() -> set[str]:
    """The transactions of others that may have drawn an id and not committed yet."""
    with connection.cursor() as cursor:
        cursor.execute(WRITERS)
        return {name for (name,) in cursor.fetchall()}


@transaction.atomic
def _seal_next(up_to: int, *, size: int, at: datetime) -> Seal | None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [SEALING])
    before = Seal.objects.only("number", "last", "hash", "signature").order_by("-number").first()
    _check_memory()
    found = list(rows(BEFORE_ALL if before is None else before.last, up_to, limit=size))
    if not found:
        return None
    last = found[-1][0] if len(found) == size else up_to
    seal = new_seal(before, found, last=last, key=signing_key(), at=at)
    seal.save(force_insert=True)
    return seal


def _check_memory() -> None:
    seen = witness.remembered()
    if seen is not None and not seen.agrees(Seal.objects.filter(number=seen.number).only("hash").first()):
        raise ChainIsShorter(
            f"This host saw seal {seen.number} ({seen.hash[:16]}…), and the database does not have it. If the database was put"
            " back to an earlier state knowingly, run: upheld audit seal --forget"
        )


def tail() -> Tail:
    """How many events wait for their seal, and since when the oldest does."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*), min(recorded_at) FROM events_event"
            " WHERE id > coalesce((SELECT max(last) FROM events_seal), -9223372036854775808)"
        )
        return Tail(*cursor.fetchone())


def signing_key() -> SigningKey:
    return SigningKey.of(settings.UPHELD_SEAL_KEY)


def public_key() -> PublicKey:
    """By which everybody can check seals and proofs of this desk."""
    return signing_key().public
