"""Letting a commitment go, knowingly, with a reason, while there is something to let go."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django.db import transaction

from upheld.commitments.actions import NotAwaited, waive
from upheld.commitments.models import Commitment
from upheld.commitments.tests.scenes import DAY, HOUR, LEAD, MINUTE, MONDAY, SUBJECT, happen, marks, opened, row
from upheld.commitments.ticker import tick
from upheld.commitments.verifying import verify
from upheld.events.models import Event

pytestmark = pytest.mark.usefixtures("policy")


def let_go(clause: str = "answer", cycle: int = 1, *, at: datetime = MONDAY + MINUTE) -> Commitment:
    return waive(SUBJECT, clause, cycle, by=LEAD, at=at, reason="They called.")


def test_it_says_who_why_and_when() -> None:
    opened()
    found = let_go()
    assert (found.state, found.ended_at) == ("waived", MONDAY + MINUTE)
    event = Event.objects.get(kind="commitment.waived")
    assert (event.actor, event.data) == (LEAD.key, {"clause": "answer", "cycle": 1, "reason": "They called."})
    assert list(verify()) == []


def test_it_warns_and_breaches_no_more_and_the_others_go_on() -> None:
    opened()
    let_go()
    tick(MONDAY + 2 * HOUR)
    assert marks() == []
    assert row("update").state == "running"


def test_one_that_is_paused_can_be_let_go() -> None:
    opened()
    happen("waiting", MONDAY, status="waiting_on_customer")
    assert let_go().state == "waived"


def test_an_answer_that_comes_nevertheless_changes_nothing() -> None:
    opened()
    let_go()
    happen("replied", MONDAY + 2 * MINUTE)
    assert row().state == "waived"


def test_only_the_cycle_that_is_named() -> None:
    opened()
    happen("replied", MONDAY + MINUTE)
    with pytest.raises(NotAwaited):
        let_go("update", 1, at=MONDAY + 2 * MINUTE)
    assert let_go("update", 2, at=MONDAY + 2 * MINUTE).state == "waived"


@pytest.mark.parametrize(
    ("clause", "cycle"), [("answer", 2), ("nonsense", 1), ("", 0)], ids=["no such cycle", "no such clause", "nothing"]
)
def test_what_is_not_there_is_refused(clause: str, cycle: int) -> None:
    opened()
    with pytest.raises(NotAwaited):
        let_go(clause, cycle)
    assert not Event.objects.filter(kind="commitment.waived").exists()


def test_what_is_over_is_refused() -> None:
    opened()
    happen("replied", MONDAY)
    with pytest.raises(NotAwaited):
        let_go()


def test_twice_is_refused() -> None:
    opened()
    let_go()
    with pytest.raises(NotAwaited):
        let_go(at=MONDAY + 2 * MINUTE)
    assert Event.objects.filter(kind="commitment.waived").count() == 1


def test_a_breach_cannot_be_waived_away() -> None:
    opened()
    tick(MONDAY + DAY)
    with pytest.raises(NotAwaited):
        let_go(at=MONDAY + DAY)
    assert row().state == "breached"


def test_nor_one_that_nobody_has_noticed_yet() -> None:
    """Its time ran out, and the ticker has not been there: waiving must not come first."""
    opened()
    with pytest.raises(NotAwaited):
        let_go(at=MONDAY + HOUR + MINUTE)
    assert not Event.objects.filter(kind="commitment.waived").exists()
    tick(MONDAY + HOUR + MINUTE)
    assert row().state == "breached"
    assert list(verify()) == []


def test_a_rollback_takes_nothing_away() -> None:
    opened()
    with transaction.atomic():
        let_go()
        transaction.set_rollback(True)
    assert row().state == "running"
    assert not Event.objects.filter(kind="commitment.waived").exists()


@pytest.mark.django_db(transaction=True)
def test_two_at_once_let_it_go_once(at_once: Callable[..., list[Any]]) -> None:
    opened()
    results = at_once(let_go, let_go)
    assert sorted(type(result).__name__ for result in results) == ["Commitment", "NotAwaited"]
    assert Event.objects.filter(kind="commitment.waived").count() == 1
