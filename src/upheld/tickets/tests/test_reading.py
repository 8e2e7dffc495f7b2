"""How far somebody has read, and what they have not sent yet."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from upheld.conftest import Cast
from upheld.tickets.actions.reading import drop_draft, keep_draft, mark_read
from upheld.tickets.models import Draft, Reading
from upheld.tickets.tests.scenes import HOUR, MINUTE, MONDAY, opened


def test_it_goes_on_and_never_back(cast: Cast) -> None:
    ticket = opened(cast)
    for at in (MONDAY, MONDAY + HOUR, MONDAY + MINUTE):
        mark_read(ticket, cast.agent.person, at=at)
    assert Reading.objects.get().read_at == MONDAY + HOUR


def test_everybody_reads_for_themselves(cast: Cast) -> None:
    ticket = opened(cast)
    for person in (cast.agent.person, cast.customer.person):
        mark_read(ticket, person, at=MONDAY)
    assert Reading.objects.count() == 2


def test_a_draft_takes_the_place_of_the_one_before(cast: Cast) -> None:
    ticket, person = opened(cast), cast.agent.person
    keep_draft(ticket, person, text="Dea", is_internal=False)
    keep_draft(ticket, person, text="Dear", is_internal=False)
    keep_draft(ticket, person, text="Hm", is_internal=True)
    assert sorted(Draft.objects.values_list("text", flat=True)) == ["Dear", "Hm"]


@pytest.mark.parametrize("text", ["", " \n"])
def test_an_empty_draft_is_none(cast: Cast, text: str) -> None:
    ticket, person = opened(cast), cast.agent.person
    keep_draft(ticket, person, text="Dear", is_internal=False)
    assert keep_draft(ticket, person, text=text, is_internal=False) is None
    assert not Draft.objects.exists()


def test_dropping_what_is_not_there_is_fine(cast: Cast) -> None:
    drop_draft(opened(cast), cast.agent.person, is_internal=False)


@pytest.mark.django_db(transaction=True)
def test_two_windows_of_one_person_at_once(cast: Cast, at_once: Callable[..., list[Any]]) -> None:
    ticket, person = opened(cast), cast.agent.person
    results = at_once(
        lambda: keep_draft(ticket, person, text="One", is_internal=False),
        lambda: keep_draft(ticket, person, text="Two", is_internal=False),
        lambda: mark_read(ticket, person, at=MONDAY),
        lambda: mark_read(ticket, person, at=MONDAY + MINUTE),
    )
    assert not any(isinstance(result, Exception) for result in results)
    assert Draft.objects.get().text in ("One", "Two")
    assert Reading.objects.get().read_at == MONDAY + MINUTE
