"""What is open when a version takes effect: what moving it would do, and moving it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from django.db.models import BigIntegerField
from django.db.models.functions import Cast, Substr

from upheld.commitments.models import Clock, PolicyVersion
from upheld.commitments.moving import Moved, move, preview
from upheld.events.actors import Actor
from upheld.policy import Policy
from upheld.tickets.models import Ticket

AT_ONCE = 200  # moved in one transaction
LOOKED_AT = 2_000  # the most that a preview works out while somebody waits for a page


@dataclass(frozen=True, slots=True)
class Outlook:
    """What a move would do. `looked_at` of `open` tickets were worked out; the figures are of those."""

    open: int
    looked_at: int
    sooner: int
    later: int
    begun: int
    ended: int
    missed: int
    by_clause: tuple[tuple[str, int], ...]
    examples: tuple[Moved, ...]

    @property
    def changes(self) -> int:
        return self.sooner + self.later + self.begun + self.ended


def open_subjects() -> Iterator[str]:
    """Keys of the tickets that somebody still works on, the oldest first."""
    return (f"ticket:{pk}" for pk in Ticket.objects.unsettled().order_by("pk").values_list("pk", flat=True).iterator())


def older_count(version: PolicyVersion) -> int:
    """How many open tickets stand under another version. One query."""
    under = Clock.objects.filter(subject__startswith="ticket:").exclude(version=version)
    numbers = under.annotate(number=Cast(Substr("subject", len("ticket:") + 1), BigIntegerField())).values("number")
    return Ticket.objects.unsettled().filter(pk__in=numbers).count()


def outlook(to: Policy, *, at: datetime) -> Outlook:
    """Nothing is changed. Costs the folding of up to LOOKED_AT tickets."""
    subjects = list(islice(open_subjects(), LOOKED_AT))
    kinds: Counter[str] = Counter()
    clauses: Counter[str] = Counter()
    examples: list[Moved] = []
    for start in range(0, len(subjects), AT_ONCE):
        for moved in preview(subjects[start : start + AT_ONCE], to=to, at=at):
            kinds[_kind(moved)] += 1
            kinds["missed"] += moved.is_missed_at_once
            clauses[moved.clause] += 1
            examples.append(moved)
            examples = sorted(examples, key=lambda one: not one.is_missed_at_once)[:10]
    return Outlook(
        open=Ticket.objects.unsettled().count(),
        looked_at=len(subjects),
        sooner=kinds["sooner"],
        later=kinds["later"],
        begun=kinds["begun"],
        ended=kinds["ended"],
        missed=kinds["missed"],
        by_clause=tuple(clauses.most_common()),
        examples=tuple(examples),
    )


def move_open(version: PolicyVersion, *, by: Actor, at: datetime) -> int:
    """Bring every open ticket over that is not under this version yet, some at a time. Returns how many."""
    there = set(Clock.objects.filter(version=version, subject__startswith="ticket:").values_list("subject", flat=True))
    left = (subject for subject in open_subjects() if subject not in there)
    moved = 0
    while batch := list(islice(left, AT_ONCE)):
        moved += len(move(batch, to=version, by=by, at=at))
    return moved


def _kind(moved: Moved) -> str:
    if moved.before is None:
        return "begun"
    if moved.after is None:
        return "ended"
    before, after = moved.due_before, moved.due_after
    return "later" if before is None or after is None or after > before else "sooner"
