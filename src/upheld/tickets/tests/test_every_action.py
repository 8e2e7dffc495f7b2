"""What holds for every action alike: one transaction, its events, nothing left of it when the transaction is not to be."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from types import FunctionType
from typing import Any

import pytest
from django.db import transaction

from upheld.commitments.verifying import verify
from upheld.conftest import Cast
from upheld.events.models import Event
from upheld.tickets import actions, recording
from upheld.tickets.actions import (
    assignment,
    changing,
    conversation,
    escalation,
    merging,
    milestones,
    opening,
    rating,
    reading,
    resolution,
    scheduling,
    spam,
    waiting,
    watching,
)
from upheld.tickets.models import ScheduledReply, Ticket
from upheld.tickets.tests.scenes import HOUR, MINUTE, MONDAY, RECORD, everything, kinds, opened

LATER = MONDAY + 10 * MINUTE


class ChangedOurMind(Exception):
    pass


def nothing(_ticket: Ticket, _cast: Cast) -> None:
    pass


@dataclass(frozen=True, slots=True)
class Deed:
    """One call of an action: what has to be so before, the call, and the events that it records on the ticket."""

    action: Callable[..., Any]
    call: Callable[[Ticket, Cast], Any]
    events: tuple[str, ...]
    before: Callable[[Ticket, Cast], Any] = nothing


def staff(cast: Cast) -> dict[str, Any]:
    return {"by": cast.agent.actor, "at": LATER}


def customers(cast: Cast) -> dict[str, Any]:
    return {"by": cast.customer.actor, "at": LATER}


def has_another(ticket: Ticket, cast: Cast) -> None:
    opened(cast)


def other(ticket: Ticket) -> Ticket:
    return Ticket.objects.exclude(pk=ticket.pk).get()


def is_resolved(ticket: Ticket, cast: Cast) -> None:
    resolution.resolve(ticket, by=cast.agent.actor, at=MONDAY, record=RECORD)


def is_merged(ticket: Ticket, cast: Cast) -> None:
    merging.merge(ticket, into=opened(cast), by=cast.agent.actor, at=MONDAY)


def is_spam(ticket: Ticket, cast: Cast) -> None:
    spam.mark_spam(ticket, by=cast.agent.actor, at=MONDAY)


def is_watched(ticket: Ticket, cast: Cast) -> None:
    watching.watch(ticket, person=cast.neighbour.person, by=cast.agent.actor, at=MONDAY)


def is_linked(ticket: Ticket, cast: Cast) -> None:
    watching.link(ticket, other=opened(cast), by=cast.agent.actor, at=MONDAY)


def is_held(ticket: Ticket, cast: Cast) -> None:
    waiting.hold(ticket, by=cast.agent.actor, at=MONDAY)


def is_of_another_team(ticket: Ticket, cast: Cast) -> None:
    assignment.hand_to_team(ticket, team=None, by=cast.agent.actor, at=MONDAY)


def _waiting(ticket: Ticket) -> ScheduledReply:
    """With the test's own object of the ticket, which is asked later what it says."""
    pending = ScheduledReply.objects.get(ticket=ticket)
    pending.ticket = ticket
    return pending


def schedule(ticket: Ticket, cast: Cast, at: datetime = LATER) -> ScheduledReply:
    more: dict[str, Any] = {"author": cast.agent.person, "by": cast.agent.actor, "at": at}
    return scheduling.schedule_reply(ticket, text="Tonight.", send_at=LATER + HOUR, **more)


def has_a_reply_that_waits(ticket: Ticket, cast: Cast) -> None:
    schedule(ticket, cast, MONDAY)


DEEDS = {
    "open": Deed(opening.open_ticket, lambda _, c: opened(c, at=LATER), ()),
    "assign": Deed(assignment.assign, lambda t, c: assignment.assign(t, to=c.agent, **staff(c)), ("assigned",)),
    "hand to a team": Deed(
        assignment.hand_to_team,
        lambda t, c: assignment.hand_to_team(t, team=c.team, **staff(c)),
        ("assigned",),
        is_of_another_team,
    ),
    "change": Deed(changing.change, lambda t, c: changing.change(t, priority="P2", **staff(c)), ("changed",)),
    "reply": Deed(
        conversation.reply,
        lambda t, c: conversation.reply(t, text="Yes.", author=c.agent.person, **staff(c)),
        ("replied",),
    ),
    "reply and resolve": Deed(
        conversation.reply,
        lambda t, c: conversation.reply(t, text="Done.", author=c.agent.person, then="resolved", **staff(c)),
        ("replied", "resolved"),
    ),
    "customer's reply": Deed(
        conversation.customer_reply,
        lambda t, c: conversation.customer_reply(t, text="No.", channel="portal", **customers(c)),
        ("customer_replied",),
    ),
    "customer's reply that reopens": Deed(
        conversation.customer_reply,
        lambda t, c: conversation.customer_reply(t, text="Again.", channel="portal", **customers(c)),
        ("customer_replied", "reopened"),
        is_resolved,
    ),
    "schedule a reply": Deed(scheduling.schedule_reply, schedule, ("reply_scheduled",)),
    "take it back": Deed(
        scheduling.cancel_scheduled,
        lambda t, c: scheduling.cancel_scheduled(_waiting(t), **staff(c)),
        ("reply_cancelled",),
        has_a_reply_that_waits,
    ),
    "note": Deed(conversation.note, lambda t, c: conversation.note(t, text="Hm.", **staff(c)), ("noted",)),
    "raise": Deed(
        escalation.raise_ticket, lambda t, c: escalation.raise_ticket(t, ladder="support", **staff(c)), ("raised",)
    ),
    "ask for an escalation": Deed(
        escalation.request_escalation,
        lambda t, c: escalation.request_escalation(t, reason="It is urgent.", **customers(c)),
        ("escalation_requested", "raised"),
    ),
    "merge": Deed(merging.merge, lambda t, c: merging.merge(t, into=other(t), **staff(c)), ("merged",), has_another),
    "unmerge": Deed(merging.unmerge, lambda t, c: merging.unmerge(t, **staff(c)), ("unmerged",), is_merged),
    "milestone": Deed(
        milestones.reach,
        lambda t, c: milestones.reach(t, "root_cause_recorded", note="A full disk.", **staff(c)),
        ("root_cause_recorded",),
    ),
    "rate": Deed(rating.rate, lambda t, c: rating.rate(t, score=5, **customers(c)), ("rated",), is_resolved),
    "resolve": Deed(resolution.resolve, lambda t, c: resolution.resolve(t, record=RECORD, **staff(c)), ("resolved",)),
    "reopen": Deed(resolution.reopen, lambda t, c: resolution.reopen(t, **staff(c)), ("reopened",), is_resolved),
    "close": Deed(resolution.close, lambda t, c: resolution.close(t, **staff(c)), ("closed",), is_resolved),
    "mark as spam": Deed(spam.mark_spam, lambda t, c: spam.mark_spam(t, **staff(c)), ("marked_spam",)),
    "unmark": Deed(spam.unmark_spam, lambda t, c: spam.unmark_spam(t, **staff(c)), ("unmarked_spam",), is_spam),
    "wait": Deed(waiting.wait_on_customer, lambda t, c: waiting.wait_on_customer(t, **staff(c)), ("waiting",)),
    "hold": Deed(waiting.hold, lambda t, c: waiting.hold(t, reason="A supplier.", **staff(c)), ("held",)),
    "resume": Deed(waiting.resume, lambda t, c: waiting.resume(t, **staff(c)), ("resumed",), is_held),
    "watch": Deed(watching.watch, lambda t, c: watching.watch(t, person=c.neighbour.person, **staff(c)), ("watched",)),
    "unwatch": Deed(
        watching.unwatch,
        lambda t, c: watching.unwatch(t, person=c.neighbour.person, **staff(c)),
        ("unwatched",),
        is_watched,
    ),
    "link": Deed(watching.link, lambda t, c: watching.link(t, other=other(t), **staff(c)), ("linked",), has_another),
    "unlink": Deed(watching.unlink, lambda t, c: watching.unlink(t.links.get(), **staff(c)), ("unlinked",), is_linked),
}


def all_actions() -> dict[str, FunctionType]:
    """Every public function of `actions/` that says who acts."""
    found = {}
    for module in pkgutil.iter_modules(actions.__path__, f"{actions.__name__}."):
        for name, function in inspect.getmembers(importlib.import_module(module.name), inspect.isfunction):
            is_own = function.__module__ == module.name and not name.startswith("_")
            if is_own and "by" in inspect.signature(function).parameters and name != "add_message":
                found[name] = function
    return found


@pytest.fixture(params=DEEDS)
def deed(request: pytest.FixtureRequest) -> Deed:
    return DEEDS[request.param]


@pytest.fixture
def ticket(cast: Cast, deed: Deed) -> Ticket:
    ticket = opened(cast)
    deed.before(ticket, cast)
    return ticket


def test_every_action_is_tried_here() -> None:
    assert {inspect.unwrap(deed.action) for deed in DEEDS.values()} == set(map(inspect.unwrap, all_actions().values()))


def test_who_acts_and_when_is_said_by_name(deed: Deed) -> None:
    parameters = inspect.signature(deed.action).parameters
    for name in ("by", "at"):
        assert parameters[name].kind is inspect.Parameter.KEYWORD_ONLY
        assert parameters[name].default is inspect.Parameter.empty


def test_it_records_what_happened_and_the_commitments_follow(deed: Deed, ticket: Ticket, cast: Cast) -> None:
    before, recorded = len(kinds(ticket)), Event.objects.about(ticket.key).count()
    deed.call(ticket, cast)
    assert tuple(kinds(ticket)[before:]) == deed.events
    assert Event.objects.about(ticket.key).count() == recorded + len(deed.events)
    assert list(verify()) == []


def test_what_the_object_says_is_what_the_row_says(deed: Deed, ticket: Ticket, cast: Cast) -> None:
    deed.call(ticket, cast)
    row = Ticket.objects.get(pk=ticket.pk)
    if deed.events:
        assert row.changed_at == LATER
    for field in Ticket._meta.concrete_fields:
        assert getattr(row, field.attname) == getattr(ticket, field.attname), field.name


def test_a_rollback_leaves_nothing_of_it(deed: Deed, ticket: Ticket, cast: Cast) -> None:
    before = everything()
    with transaction.atomic():
        deed.call(ticket, cast)
        assert everything() != before
        transaction.set_rollback(True)
    assert everything() == before


def test_a_failure_at_its_end_leaves_nothing_of_it(
    deed: Deed, ticket: Ticket, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise ChangedOurMind

    if deed.action is opening.open_ticket:
        monkeypatch.setattr(opening, "follow_new", fail)
    else:
        monkeypatch.setattr(recording, "follow_many", fail)
    before = everything()
    with pytest.raises(ChangedOurMind), transaction.atomic():  # as its door does: the test's own transaction goes on
        deed.call(ticket, cast)
    assert everything() == before


def test_reading_records_nothing(cast: Cast) -> None:
    ticket, at = opened(cast), datetime.now(MONDAY.tzinfo)
    before = kinds(ticket)
    reading.mark_read(ticket, cast.agent.person, at=at)
    reading.keep_draft(ticket, cast.agent.person, text="Dear", is_internal=False)
    assert kinds(ticket) == before
