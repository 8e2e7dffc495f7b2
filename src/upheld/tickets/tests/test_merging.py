"""Reading one ticket as a part of another, and taking that back exactly."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from upheld.accounts.actions import add_contact
from upheld.commitments.models import Commitment
from upheld.commitments.verifying import verify
from upheld.conftest import Cast
from upheld.events.actors import SYSTEM
from upheld.tickets.actions.conversation import reply
from upheld.tickets.actions.errors import AlreadyMerged, Refused
from upheld.tickets.actions.merging import merge, unmerge
from upheld.tickets.actions.resolution import resolve
from upheld.tickets.actions.waiting import wait_on_customer
from upheld.tickets.actions.watching import watch
from upheld.tickets.models import Merge, Ticket
from upheld.tickets.tests.scenes import HOUR, MINUTE, MONDAY, RECORD, commitment, everything, kinds, last, opened

LATER = MONDAY + 10 * MINUTE


def join(cast: Cast, part: Ticket, whole: Ticket) -> Merge:
    return merge(part, into=whole, by=cast.agent.actor, at=LATER)


def test_its_messages_stay_where_they_are(cast: Cast) -> None:
    part, whole = opened(cast), opened(cast)
    join(cast, part, whole)
    assert part.messages.count() == whole.messages.count() == 1


def test_both_say_so(cast: Cast) -> None:
    part, whole = opened(cast), opened(cast)
    row = join(cast, part, whole)
    assert (row.merged_by, row.merged_at, row.status_before) == (cast.agent.key, LATER, "new")
    assert last(part).data == {"into": whole.key, "status": "closed"}
    assert (last(whole).kind, last(whole).data) == ("ticket.absorbed", {"ticket": part.key, "watching": []})
    assert Ticket.objects.get(pk=part.pk).is_settled
    assert not Ticket.objects.get(pk=whole.pk).is_settled


def test_its_own_promises_stand_still(cast: Cast) -> None:
    part, whole = opened(cast), opened(cast)
    join(cast, part, whole)
    assert set(Commitment.objects.of(part.key).values_list("state", flat=True)) == {"void"}
    assert commitment(whole, "first-response").state == "running"


def test_who_asked_the_part_reads_the_whole_and_gets_its_answer(cast: Cast) -> None:
    part, whole = opened(cast, by=cast.neighbour), opened(cast)
    join(cast, part, whole)
    assert whole in Ticket.objects.visible_to(cast.neighbour.person)
    answer = reply(whole, text="Both are mended.", by=cast.agent.actor, at=LATER)
    assert answer.outgoing is not None
    assert answer.outgoing.recipients == ["customer@harbour.example", "neighbour@harbour.example"]


def test_taken_back_who_was_brought_along_leaves_and_who_was_there_stays(cast: Cast) -> None:
    part, whole = opened(cast, by=cast.neighbour), opened(cast)
    watch(part, person=cast.colleague.person, by=cast.agent.actor, at=MONDAY)
    watch(whole, person=cast.colleague.person, by=cast.agent.actor, at=MONDAY)
    watch(part, person=cast.senior.person, by=cast.agent.actor, at=MONDAY)
    join(cast, part, whole)
    assert set(whole.watchers.all()) == {cast.neighbour.person, cast.colleague.person, cast.senior.person}
    unmerge(part, by=cast.agent.actor, at=LATER)
    assert set(whole.watchers.all()) == {cast.colleague.person}
    assert whole not in Ticket.objects.visible_to(cast.neighbour.person)


@pytest.mark.parametrize("status", ["new", "waiting_on_customer", "resolved"])
def test_taken_back_it_is_as_it_was(cast: Cast, status: str) -> None:
    part, whole = opened(cast), opened(cast)
    if status == "waiting_on_customer":
        wait_on_customer(part, by=cast.agent.actor, at=MONDAY)
    elif status == "resolved":
        resolve(part, by=cast.agent.actor, at=MONDAY, record=RECORD)
    before = Ticket.objects.values("status", "is_settled", "priority", "assignee", "team").get(pk=part.pk)
    join(cast, part, whole)
    unmerge(part, by=cast.agent.actor, at=LATER + HOUR)

    assert Ticket.objects.values("status", "is_settled", "priority", "assignee", "team").get(pk=part.pk) == before
    row = part.merges.get()
    assert (row.undone_by, row.undone_at) == (cast.agent.key, LATER + HOUR)
    assert kinds(whole)[-2:] == ["absorbed", "released"]
    assert list(verify()) == []


def test_the_time_in_between_does_not_count(cast: Cast) -> None:
    part, whole = opened(cast), opened(cast)
    join(cast, part, whole)
    unmerge(part, by=cast.agent.actor, at=LATER + 3 * HOUR)
    assert commitment(part, "mail-answer").due_at == MONDAY + HOUR + 3 * HOUR


def test_it_can_be_merged_again_and_again(cast: Cast) -> None:
    part, whole = opened(cast), opened(cast)
    for _ in range(3):
        join(cast, part, whole)
        unmerge(part, by=cast.agent.actor, at=LATER)
    assert part.merges.count() == 3
    assert list(verify()) == []


def test_into_itself_is_refused(cast: Cast) -> None:
    ticket = opened(cast)
    with pytest.raises(Refused, match="itself"):
        join(cast, ticket, Ticket.objects.get(pk=ticket.pk))


def test_twice_is_refused(cast: Cast) -> None:
    part, whole = opened(cast), opened(cast)
    join(cast, part, whole)
    before = everything()
    with pytest.raises(AlreadyMerged):
        join(cast, part, whole)
    assert everything() == before


def test_into_what_is_merged_is_refused(cast: Cast) -> None:
    part, whole, third = opened(cast), opened(cast), opened(cast)
    join(cast, part, whole)
    with pytest.raises(AlreadyMerged, match="Merge into the one"):
        join(cast, third, part)


def test_taking_back_what_is_not_merged_is_refused(cast: Cast) -> None:
    part, whole = opened(cast), opened(cast)
    with pytest.raises(Refused):
        unmerge(part, by=cast.agent.actor, at=LATER)
    join(cast, part, whole)
    unmerge(part, by=cast.agent.actor, at=LATER)
    with pytest.raises(Refused):
        unmerge(part, by=cast.agent.actor, at=LATER)


def test_people_without_an_account_are_merged_only_with_themselves(cast: Cast) -> None:
    one, other = (add_contact(email=f"{who}@gmail.com", account=None, by=SYSTEM, at=MONDAY) for who in ("one", "other"))
    first, second, theirs = opened(cast, by=one), opened(cast, by=one), opened(cast, by=other)
    join(cast, first, second)
    with pytest.raises(Refused, match="same account"):
        join(cast, theirs, second)


@pytest.mark.django_db(transaction=True)
def test_two_at_once_merge_it_once(cast: Cast, at_once: Callable[..., list[Any]]) -> None:
    part, whole, other = opened(cast), opened(cast), opened(cast)

    def joining(into: int) -> Callable[[], Any]:
        return lambda: join(cast, Ticket.objects.get(pk=part.pk), Ticket.objects.get(pk=into))

    results = at_once(joining(whole.pk), joining(other.pk))
    assert sorted(type(result).__name__ for result in results) == ["AlreadyMerged", "Merge"]
    assert part.merges.count() == 1


@pytest.mark.django_db(transaction=True)
def test_each_into_the_other_at_once_ends_with_one_of_them(cast: Cast, at_once: Callable[..., list[Any]]) -> None:
    for _ in range(3):
        pair = [opened(cast).pk, opened(cast).pk]

        def joining(part: int, whole: int) -> Callable[[], Any]:
            return lambda: join(cast, Ticket.objects.get(pk=part), Ticket.objects.get(pk=whole))

        results = at_once(joining(*pair), joining(*reversed(pair)))
        assert sorted(type(result).__name__ for result in results) == ["AlreadyMerged", "Merge"]
    assert list(verify()) == []


@pytest.mark.django_db(transaction=True)
def test_taking_back_while_somebody_answers_the_whole(cast: Cast, at_once: Callable[..., list[Any]]) -> None:
    """Both need both tickets; neither may wait for the other for ever."""
    part, whole = opened(cast), opened(cast)

    def answering() -> None:
        reply(Ticket.objects.get(pk=whole.pk), text="Yes.", by=cast.agent.actor, at=LATER, send=False)

    def taking_back() -> None:
        unmerge(Ticket.objects.get(pk=part.pk), by=cast.agent.actor, at=LATER)

    for _ in range(6):
        join(cast, Ticket.objects.get(pk=part.pk), Ticket.objects.get(pk=whole.pk))
        assert at_once(answering, taking_back, answering) == [None, None, None]
    assert list(verify()) == []
