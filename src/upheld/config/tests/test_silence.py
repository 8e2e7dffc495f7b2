"""Who fell silent is seen by our own watch: a clock that leaps makes nobody dead, and lets nobody dead look alive."""

from __future__ import annotations

import asyncio
import time

import pytest

from upheld.config.silence import Watch, until_the_clock_leaps


def test_whose_word_does_not_change_is_silent_after_so_many_seconds() -> None:
    watch = Watch(30)
    looks = [watch.silent({1: "noon", 2: f"word {now}"}, now) for now in (100, 108, 116, 124, 132, 140)]
    assert looks == [[], [], [], [], [1], [1]]


def test_a_word_of_another_time_is_a_word() -> None:
    watch = Watch(30)
    words = ["2026", "2026", "2031", *["1999"] * 4]
    times = range(100, 240, 20)
    assert [watch.silent({1: word}, now) for now, word in zip(times, words, strict=True)] == [[]] * 7
    assert watch.silent({1: "1999"}, 240) == [1]


def test_after_a_time_without_a_database_nobody_is_accused_before_they_could_write() -> None:
    watch = Watch(30)
    assert watch.silent({1: "noon", 2: "noon"}, 100) == []
    looks = [watch.silent({1: "noon", 2: f"after {now}"}, now) for now in (1000, 1008, 1016, 1024)]
    assert looks == [[], [], [], [1]]


@pytest.mark.parametrize("leap", [3 * 3600, -3 * 3600])
def test_a_clock_that_was_moved_is_noticed(leap: int, monkeypatch: pytest.MonkeyPatch) -> None:
    moved, real = [0], time.time
    monkeypatch.setattr(time, "time", lambda: real() + moved[0])

    async def look() -> float:
        looking = asyncio.create_task(until_the_clock_leaps(0.01))
        await asyncio.sleep(0.05)
        assert not looking.done()
        moved[0] = leap
        return await asyncio.wait_for(looking, 5)

    assert round(asyncio.run(look())) == leap
