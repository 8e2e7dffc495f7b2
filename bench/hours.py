"""bin/bench hours: open time added and measured, one at a time and in arrays, beside businesstimedelta on the same calendar.

Three repeats. Within one, ours and the reference take turns in ten slices, so that a busy machine slows both alike; seconds
are of this process's own processor time. Questions are drawn once, from a fixed seed: starts within 2026, 1 second to 40 hours
of open time, in whole seconds because the reference drops the rest. The first call works out the years and is not counted.
"""

from __future__ import annotations

import json
import random
import time
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from datetime import time as wall_time
from functools import partial
from typing import Any, TypeVar

import numpy as np

from bench._house import machine, spread
from upheld.hours import Calendar, compile_calendars
from upheld.kernel.durations import DAY, HOUR, SECOND
from upheld.kernel.instants import from_us, parse_instant, to_us

ZONE = "America/New_York"
WITH_HOLIDAYS = {
    "zone": ZONE,
    "weekly": {"mon-fri": "08:00-20:00", "sat": "08:00-18:00"},
    "holidays": [{"country": "US", "hours": "closed"}],
}
MONDAY_TO_FRIDAY = {"zone": ZONE, "weekly": {"mon-fri": "08:00-20:00"}}
FIRST = parse_instant("2026-01-01T00:00:00Z")
SINGLE, MANY, REFERENCE = 200_000, 2_000_000, 1_500

Questions = Sequence[tuple[int, int]]
Slices = list[tuple[int, Callable[[], object]]]
T = TypeVar("T")


def run(*, repeats: int = 3) -> dict[str, object]:
    """Calls a second with minimum, median and maximum of the repeats, and the ratios to the reference of the same repeat."""
    drawn = random.Random(7)
    seconds = [(drawn.randrange(360 * DAY // SECOND), drawn.randrange(1, 40 * HOUR // SECOND)) for _ in range(SINGLE)]
    questions = [(FIRST + start * SECOND, open_s * SECOND) for start, open_s in seconds]
    calendars = compile_calendars({"with holidays": WITH_HOLIDAYS, "monday to friday": MONDAY_TO_FRIDAY})
    figures: dict[str, list[float]] = {}
    for _ in range(repeats):
        for name, per_second in _once(calendars, questions).items():
            figures.setdefault(name, []).append(per_second)
    return {
        "machine": machine(),
        "date": f"{datetime.now().astimezone():%Y-%m-%d}",
        **{name: spread(values) for name, values in figures.items()},
    }


def _once(calendars: dict[str, Calendar], questions: Questions) -> dict[str, float]:
    office, plain = calendars["with holidays"], calendars["monday to friday"]
    lengths = [(start, start + 3 * open_us) for start, open_us in questions]
    add_many, between_many = _in_arrays(office, questions)
    ours_add, theirs_add = _beside(_singly(plain.add, questions), _their_additions(plain, questions))
    ours_between, theirs_between = _beside(_singly(plain.between, lengths), _their_measures(plain, questions))
    return {
        "adds_per_second_one_at_a_time": _alone(_singly(office.add, questions)),
        "adds_per_second_in_arrays": add_many,
        "measures_per_second_one_at_a_time": _alone(_singly(office.between, lengths)),
        "measures_per_second_in_arrays": between_many,
        "mon_fri_adds_per_second": ours_add,
        "mon_fri_adds_per_second_businesstimedelta": theirs_add,
        "mon_fri_adds_ratio": ours_add / theirs_add,
        "mon_fri_measures_per_second": ours_between,
        "mon_fri_measures_per_second_businesstimedelta": theirs_between,
        "mon_fri_measures_ratio": ours_between / theirs_between,
    }


def _seconds(work: Callable[[], object]) -> float:
    began = time.process_time()
    work()
    return time.process_time() - began


def _alone(slices: Slices) -> float:
    return sum(count for count, _ in slices) / sum(_seconds(work) for _, work in slices)


def _beside(ours: Slices, theirs: Slices) -> tuple[float, float]:
    """Calls a second of both, slice by slice in turn."""
    spent = [0.0, 0.0]
    for (_, our_work), (_, their_work) in zip(ours, theirs, strict=True):
        spent[0] += _seconds(our_work)
        spent[1] += _seconds(their_work)
    return sum(count for count, _ in ours) / spent[0], sum(count for count, _ in theirs) / spent[1]


def _sliced(cases: Sequence[T], work: Callable[[Sequence[T]], object]) -> Slices:
    size = len(cases) // 10
    return [(size, partial(work, cases[begin : begin + size])) for begin in range(0, 10 * size, size)]


def _singly(call: Callable[[int, int], int], pairs: Questions) -> Slices:
    call(*pairs[0])

    def work(some: Questions) -> None:
        for one, other in some:
            call(one, other)

    return _sliced(pairs, work)


def _in_arrays(calendar: Calendar, questions: Questions) -> tuple[float, float]:
    starts, durations = (np.resize(np.array(column), MANY) for column in zip(*questions, strict=True))
    ends = calendar.add_many(starts, durations)
    assert (calendar.between_many(starts, ends) == durations).all()
    add_seconds = _seconds(lambda: calendar.add_many(starts, durations))
    return MANY / add_seconds, MANY / _seconds(lambda: calendar.between_many(starts, ends))


def _their_rule() -> Any:
    import pytz
    from businesstimedelta import WorkDayRule

    return WorkDayRule(wall_time(8), wall_time(20), [0, 1, 2, 3, 4], tz=pytz.timezone(ZONE))


def _their_additions(calendar: Calendar, questions: Questions) -> Slices:
    """Its answers must be ours before its time counts."""
    from businesstimedelta import BusinessTimeDelta

    rule = _their_rule()
    asked = questions[:REFERENCE]
    cases = [(from_us(start), BusinessTimeDelta(rule, timedelta=timedelta(microseconds=us))) for start, us in asked]
    assert [to_us(start + delta) for start, delta in cases] == [
        calendar.add(start, open_us) for start, open_us in asked
    ]
    return _sliced(cases, lambda some: [start + delta for start, delta in some])


def _their_measures(calendar: Calendar, questions: Questions) -> Slices:
    rule = _their_rule()
    pairs = [(start, start + 3 * open_us) for start, open_us in questions[:REFERENCE]]
    cases = [(from_us(start), from_us(end)) for start, end in pairs]
    measured = [rule.difference(start, end).timedelta // timedelta(microseconds=1) for start, end in cases]
    assert measured == [calendar.between(start, end) for start, end in pairs]
    return _sliced(cases, lambda some: [rule.difference(start, end) for start, end in some])


if __name__ == "__main__":
    print(json.dumps(run(), indent=1))
