"""What the customer thinks of how it went."""

from __future__ import annotations

from typing import Any

import pytest

from upheld.conftest import Cast
from upheld.tickets.actions.errors import NotResolved, Refused
from upheld.tickets.actions.rating import rate
from upheld.tickets.actions.resolution import reopen, resolve
from upheld.tickets.models import Ticket
from upheld.tickets.tests.scenes import MINUTE, MONDAY, RECORD, kinds, last, opened


@pytest.fixture
def ticket(cast: Cast) -> Ticket:
    ticket = opened(cast)
    resolve(ticket, by=cast.agent.actor, at=MONDAY, record=RECORD)
    return ticket


def say(cast: Cast, ticket: Ticket, score: int, words: str = "") -> None:
    rate(ticket, score=score, words=words, by=cast.customer.actor, at=MONDAY + MINUTE)


def record_of(ticket: Ticket) -> dict[str, Any]:
    return ticket.resolutions.latest("id").record


@pytest.mark.parametrize("score", [1, 5])
def test_a_score_stands_with_the_resolution(cast: Cast, ticket: Ticket, score: int) -> None:
    say(cast, ticket, score, " Quick and kind. ")
    assert record_of(ticket) == RECORD | {"rating": score, "rating_words": "Quick and kind."}
    assert last(ticket).data == {"score": score}


@pytest.mark.parametrize("score", [0, 6, -1])
def test_other_scores_are_refused(cast: Cast, ticket: Ticket, score: int) -> None:
    with pytest.raises(Refused, match="1 to 5"):
        say(cast, ticket, score)
    assert record_of(ticket) == RECORD


def test_who_thinks_again_says_it_again(cast: Cast, ticket: Ticket) -> None:
    say(cast, ticket, 2, "Slow.")
    say(cast, ticket, 4)
    assert record_of(ticket) == RECORD | {"rating": 4, "rating_words": ""}
    assert kinds(ticket).count("rated") == 2


def test_what_is_open_cannot_be_rated(cast: Cast, ticket: Ticket) -> None:
    reopen(ticket, by=cast.customer.actor, at=MONDAY)
    with pytest.raises(NotResolved):
        say(cast, ticket, 5)


def test_each_settling_has_a_rating_of_its_own(cast: Cast, ticket: Ticket) -> None:
    say(cast, ticket, 1)
    reopen(ticket, by=cast.customer.actor, at=MONDAY)
    resolve(ticket, by=cast.agent.actor, at=MONDAY, record=RECORD)
    say(cast, ticket, 5)
    assert [row.record["rating"] for row in ticket.resolutions.order_by("id")] == [1, 5]


def test_very_long_words_are_cut(cast: Cast, ticket: Ticket) -> None:
    say(cast, ticket, 3, "a" * 5000)
    assert len(record_of(ticket)["rating_words"]) == 2000
