"""What waits to leave, what could not, and what people decide about it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.db.models import Count, Min, Q, Sum

from upheld.channels.mail.outgoing.sending import defer
from upheld.channels.models import OutgoingMail
from upheld.events.actions import record
from upheld.events.actors import MAIL, Actor

State = OutgoingMail.State
LONG: Final = timedelta(hours=1)
"""Whatever waits longer than this is worth a look: most mail leaves within seconds."""
SHOWN: Final = 100


class NothingToSend(ValueError):
    """It was sent, or somebody has it sent already."""


@dataclass(frozen=True, slots=True)
class Figures:
    """How the outbox stands. `perhaps_twice` are tries that were cut off between a mail and its answer."""

    waiting: int
    late: int
    oldest: datetime | None
    refused: int
    perhaps_twice: int


def figures(now: datetime) -> Figures:
    """Two queries, each by an index of what is counted."""
    queued = OutgoingMail.objects.filter(state=State.QUEUED)
    told = queued.aggregate(
        waiting=Count("pk"), late=Count("pk", filter=Q(queued_at__lt=now - LONG)), oldest=Min("queued_at")
    )
    twice = OutgoingMail.objects.filter(perhaps_twice__gt=0).aggregate(number=Sum("perhaps_twice"))["number"]
    return Figures(**told, refused=OutgoingMail.objects.filter(needs_a_look=True).count(), perhaps_twice=twice or 0)


def waiting() -> list[OutgoingMail]:
    """What waits, the longest first."""
    return list(OutgoingMail.objects.filter(state=State.QUEUED).order_by("queued_at").defer("raw")[:SHOWN])


def undelivered() -> list[OutgoingMail]:
    """What somebody did not get and nobody has decided about, the newest first."""
    return list(OutgoingMail.objects.filter(needs_a_look=True).order_by("-id").defer("raw")[:SHOWN])


@transaction.atomic
def try_again(mail: OutgoingMail, *, by: Actor, at: datetime, only: str = "") -> None:
    """Give it another four days, for `only` one recipient or for all that did not get it. One that waits is tried at once.

    Raises NothingToSend when nobody of that name is without it.
    """
    row = OutgoingMail.objects.select_for_update().defer("raw").get(pk=mail.pk)
    if row.state == State.QUEUED and not only:
        row.next_try_at = at
        row.save(update_fields=["next_try_at"])
        defer(row)
        return
    again = [address for address in row.refused if not only or address == only]
    if not again:
        raise NothingToSend("There is nobody left to whom it could be sent again.")
    _once_more(row, again, at)
    record("message.tried_again", _about(row), by=by, at=at, data={"mail": row.pk, "recipients": len(again)})


@transaction.atomic
def readdress(mail: OutgoingMail, *, wrong: str, instead: str, by: Actor, at: datetime) -> None:
    """Send it to another address in place of one that did not take it: the same mail, under the same Message-ID.

    Its head names whom it named. Raises NothingToSend when `wrong` is not without it, or `instead` has it or gets it already.
    """
    row = OutgoingMail.objects.select_for_update().defer("raw").get(pk=mail.pk)
    if wrong not in row.refused:
        raise NothingToSend(f"Nothing is known against {wrong} any more.")
    if instead.lower() in {address.lower() for address in row.recipients}:
        raise NothingToSend(f"{instead} is among its recipients already.")
    row.recipients = [instead if address == wrong else address for address in row.recipients]
    _once_more(row, [wrong], at)
    record("message.readdressed", _about(row), by=by, at=at, data={"mail": row.pk, "recipients": 1})


def _once_more(row: OutgoingMail, again: list[str], at: datetime) -> None:
    """Queue it for those who did not get it, as if it were new."""
    row.refused = {address: why for address, why in row.refused.items() if address not in again}
    row.delivered = [address for address in row.delivered if address not in again]  # it came back from there
    row.arrived = [address for address in row.arrived if address not in again]
    row.error = ""
    row.state, row.queued_at, row.next_try_at, row.attempts = State.QUEUED, at, at, 0
    row.needs_a_look, row.is_late_told, row.bounced_at = bool(row.refused), False, None
    row.save(
        update_fields=[
            "recipients", "refused", "delivered", "arrived", "error", "state", "queued_at", "next_try_at", "attempts",
            "needs_a_look", "is_late_told", "bounced_at",
        ]
    )  # fmt: skip
    defer(row)


@transaction.atomic
def set_aside(mail: OutgoingMail, *, by: Actor, at: datetime) -> None:
    """Somebody has seen to it in another way. Raises NothingToSend when that was decided already."""
    if not OutgoingMail.objects.filter(pk=mail.pk, needs_a_look=True).update(needs_a_look=False):
        raise NothingToSend("That was decided already.")
    record("message.set_aside", _about(mail), by=by, at=at, data={"mail": mail.pk})


@transaction.atomic
def tell_of_late(now: datetime) -> int:
    """Say once of each mail on a subject that it has been waiting for an hour. Returns of how many."""
    late = OutgoingMail.objects.filter(
        state=State.QUEUED, queued_at__lt=now - LONG, is_late_told=False, is_automatic=False
    ).exclude(subject_key="")
    rows = list(late.select_for_update(skip_locked=True).defer("raw")[:SHOWN])
    for row in rows:
        record("message.delayed", row.subject_key, by=MAIL, at=now, data={"mail": row.pk, "attempts": row.attempts})
    OutgoingMail.objects.filter(pk__in=[row.pk for row in rows]).update(is_late_told=True)
    return len(rows)


def _about(mail: OutgoingMail) -> str:
    return mail.subject_key or f"outgoing:{mail.pk}"
