"""What is recorded anywhere is told to whoever listens: together, once, and afresh after a gap."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.db import connection

from upheld.conftest import Cast
from upheld.events.actions import LIVE_CHANNEL, announce, record
from upheld.events.actors import SYSTEM
from upheld.events.models import Event
from upheld.web.live import hub as hubs
from upheld.web.live.hub import Change, Hub, Subscriber
from upheld.web.live.stream import may_hear, missed_since, stream

pytestmark = pytest.mark.django_db(transaction=True)


def everything(change: Change) -> bool:
    return True


def notify(*payloads: dict[str, Any]) -> None:
    with connection.cursor() as cursor:
        texts = [json.dumps(payload) for payload in payloads]
        cursor.execute("SELECT pg_notify(%s, payload) FROM unnest(%s::text[]) AS payload", [LIVE_CHANNEL, texts])


def opened(number: int) -> dict[str, Any]:
    return {"id": number, "kind": "ticket.opened", "subject": f"ticket:{number}"}


def run(play: Callable[[Hub, Subscriber], Awaitable[None]], hears: Callable[[Change], bool] = everything) -> None:
    async def stage() -> None:
        hub = Hub()
        subscriber = hub.subscribe(hears)
        await listening(hub)
        try:
            await play(hub, subscriber)
        finally:
            hub.unsubscribe(subscriber)

    asyncio.run(stage())


async def listening(hub: Hub) -> None:
    await asyncio.wait_for(hub.listening.wait(), 5)


async def heard(subscriber: Subscriber) -> list[Change]:
    return await asyncio.wait_for(subscriber.waiting.get(), 2)


def test_an_event_is_heard_after_its_commit() -> None:
    async def play(hub: Hub, subscriber: Subscriber) -> None:
        await sync_to_async(record)("ticket.opened", "ticket:7", by=SYSTEM, at=datetime.now(UTC))
        (change,) = await heard(subscriber)
        assert (change["kind"], change["subject"]) == ("ticket.opened", "ticket:7")

    run(play)


def test_a_burst_is_told_together_each_subject_once() -> None:
    async def play(hub: Hub, subscriber: Subscriber) -> None:
        await sync_to_async(notify)(*(opened(number % 3) for number in range(100)))
        assert sorted(change["id"] for change in await heard(subscriber)) == [0, 1, 2]
        assert subscriber.waiting.empty()

    run(play)


def test_a_flood_is_told_as_look_afresh() -> None:
    async def play(hub: Hub, subscriber: Subscriber) -> None:
        await sync_to_async(notify)(*(opened(number) for number in range(1000)))
        assert await heard(subscriber) == []

    run(play)


def test_a_notice_is_heard_only_by_the_person_it_is_for() -> None:
    async def play(hub: Hub, subscriber: Subscriber) -> None:
        other = hub.subscribe(may_hear(2))
        await sync_to_async(announce)("notice", "person:1")
        assert (await heard(subscriber))[0]["subject"] == "person:1"
        assert other.waiting.empty()
        hub.unsubscribe(other)

    run(play, hears=may_hear(1))


def test_a_lost_connection_comes_back_and_says_look_afresh(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hubs, "PATIENCE", (0.05,))

    def break_it() -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN %'")

    async def play(hub: Hub, subscriber: Subscriber) -> None:
        await sync_to_async(break_it)()
        assert await heard(subscriber) == []
        await sync_to_async(notify)(opened(1))
        assert (await heard(subscriber))[0]["id"] == 1

    run(play)


def test_whoever_reads_too_slowly_looks_afresh() -> None:
    subscriber = Subscriber(everything, waiting=asyncio.Queue(2))
    for number in range(3):
        subscriber.tell([opened(number)])
    assert subscriber.waiting.get_nowait() == []
    assert subscriber.waiting.empty()


def test_nonsense_on_the_channel_is_passed_over() -> None:
    async def play(hub: Hub, subscriber: Subscriber) -> None:
        def nonsense() -> None:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_notify(%s, 'not json')", [LIVE_CHANNEL])

        await sync_to_async(nonsense)()
        await sync_to_async(notify)(opened(1))
        assert [change["id"] for change in await heard(subscriber)] == [1]

    run(play)


def test_the_last_one_out_stops_the_listening() -> None:
    async def stage() -> None:
        hub = Hub()
        subscriber = hub.subscribe(everything)
        await listening(hub)
        hub.unsubscribe(subscriber)
        await asyncio.sleep(0.05)
        assert not hub.listening.is_set()

    asyncio.run(stage())


# -- what was missed ------------------------------------------------------------------------------------------------------


def test_who_comes_back_hears_what_was_missed(cast: Cast) -> None:
    first = Event.objects.create(kind="ticket.opened", subject="ticket:1", actor="system:", at=datetime.now(UTC))
    second = Event.objects.create(kind="ticket.opened", subject="ticket:2", actor="system:", at=datetime.now(UTC))
    assert missed_since(first.pk) == [{"id": second.pk, "kind": "ticket.opened", "subject": "ticket:2"}]
    assert missed_since(second.pk) == []
    Event.objects.bulk_create(
        Event(kind="ticket.opened", subject=f"ticket:{number}", actor="system:", at=datetime.now(UTC))
        for number in range(101)
    )
    assert missed_since(second.pk) is None


def test_a_stream_begins_with_what_was_missed() -> None:
    async def first_parts(missed: list[Change] | None) -> list[str]:
        parts = stream(1, missed)
        told = [await anext(parts), await anext(parts)]
        await parts.aclose()  # type: ignore[attr-defined]
        return told

    retry, told = asyncio.run(first_parts([opened(5), {"id": 6, "kind": "notice", "subject": "person:2"}]))
    assert retry.startswith("retry:")
    assert told.startswith("event: changes\nid: 5\n")
    assert "person:2" not in told
    assert asyncio.run(first_parts(None))[1].startswith("event: afresh")


def test_a_stream_ends_for_somebody_who_no_longer_works_here(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("upheld.web.live.stream.HEARTBEAT", 0.05)
    person = cast.agent.person
    person.is_active = False
    person.save()

    async def parts() -> list[str]:
        return [part async for part in stream(person.pk, [])]

    assert [part.split(":")[0] for part in asyncio.run(parts())] == ["retry", ""]
