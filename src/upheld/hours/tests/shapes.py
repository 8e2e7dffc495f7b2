"""What hypothesis may make up: days, weeks and desks."""

from datetime import date

from hypothesis import strategies as st

from upheld.hours.tests.oracle import Desk, Minutes

NEAR_MIDNIGHT_AND_CHANGES = [
    0,
    1,
    30,
    59,
    60,
    90,
    105,
    120,
    135,
    150,
    165,
    179,
    180,
    181,
    240,
    360,
    1380,
    1410,
    1439,
    1440,
]
minutes = st.sampled_from(NEAR_MIDNIGHT_AND_CHANGES) | st.integers(0, 1440)


@st.composite
def days(draw: st.DrawFn) -> tuple[Minutes, ...]:
    """Up to three spans that do not overlap; the last may run into the next day."""
    cuts = sorted(draw(st.sets(minutes, max_size=6)))
    spans = list(zip(cuts[::2], cuts[1::2], strict=False))
    if len(cuts) % 2 and cuts[-1] < 1440 and cuts[-1] > 0:
        spans.append((cuts[-1], 1440 + draw(st.integers(0, cuts[-1] - 1))))
    return tuple((begin, until if until != 2880 else 1440) for begin, until in spans)


@st.composite
def desks(draw: st.DrawFn, zone: str, some_dates: list[date]) -> Desk:
    """A week of at most three kinds of day, and a few days that differ."""
    kinds = draw(st.lists(days(), min_size=1, max_size=3))
    week = draw(st.lists(st.sampled_from(kinds), min_size=7, max_size=7))
    dates = draw(st.dictionaries(st.sampled_from(some_dates), days(), max_size=2))
    return Desk(zone, tuple(week), dates)
