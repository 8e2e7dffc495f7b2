"""One subject's past: its events as they were recorded, and what came of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from upheld.kernel.keys import kind_of
from upheld.policy.fold import WAIVED_EVENT, SubjectFold
from upheld.policy.model import Policy
from upheld.policy.promises import Promises
from upheld.policy.simulation.tally import Missing
from upheld.policy.states import CommitmentState, Event

OF_COMMITMENTS = "commitment."


@dataclass(frozen=True, slots=True)
class History:
    """`then` is what happened, as it stood at the end of the window, and `policy` the one under which it did.

    `missing` says where the events do not lead to what was recorded, so that the reader knows what not to trust.
    """

    subject: str
    events: Sequence[Event]
    then: Sequence[CommitmentState] = ()
    policy: Policy | None = None
    missing: Sequence[Missing] = field(default=())

    @property
    def kind(self) -> str:
        return kind_of(self.subject)

    def attributes(self) -> Mapping[str, Any]:
        """What was last known of the subject."""
        known: dict[str, Any] = {}
        for event in self.events:
            if not event.kind.startswith(OF_COMMITMENTS):
                known.update(event.data)
        return known


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose subjects are looked at: one account's, one plan's, or everybody's. What was known last decides."""

    account: str | None = None
    plan: str | None = None

    def holds(self, history: History) -> bool:
        if self.account is None and self.plan is None:
            return True
        known = history.attributes()
        is_account = self.account in (None, history.subject, known.get("account"))
        return is_account and (self.plan is None or known.get("plan") == self.plan)


def facts(events: Iterable[Event], promises: Promises) -> Iterator[Event]:
    """The events as the tried policy takes them: facts, waivers of clauses that it has, and of the rest the passing of time."""
    for event in events:
        if event.kind.startswith(OF_COMMITMENTS) and not (
            event.kind == WAIVED_EVENT and event.data.get("clause") in promises.positions
        ):
            yield Event(event.at, "", event.subject, event.actor)
        else:
            yield event


def folded_under(promises: Promises, events: Iterable[Event], until: int) -> list[CommitmentState]:
    """What `promises` would have made of these events by `until`."""
    run = SubjectFold(promises)
    for event in facts(events, promises):
        run.apply(event)
    return run.states(until)


def histories_of(
    events: Iterable[Event], in_force: Policy | None = None, *, until: int | None = None
) -> Iterator[History]:
    """The histories in a stream of events of many subjects mixed, which has to be held in memory to be put in order.

    Without the policy that was in force nothing is known of what happened, and only what would have is told.
    """
    by_subject: dict[str, list[Event]] = {}
    latest = 0
    for event in events:
        if until is None or event.at <= until:
            by_subject.setdefault(event.subject, []).append(event)
            latest = max(latest, event.at)
    moment = latest if until is None else until
    promises: dict[str, Promises] = {}
    for subject in list(by_subject):
        found = by_subject.pop(subject)
        then: list[CommitmentState] = []
        if in_force is not None:
            kind = kind_of(subject)
            promised = promises.setdefault(kind, promises.get(kind) or Promises.of(in_force, kind))
            then = folded_under(promised, found, moment)
        yield History(subject, found, then, in_force)
