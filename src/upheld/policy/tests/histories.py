"""Random promises and random histories, for the fold and for the oracle alike."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import product
from typing import Any

from hypothesis import strategies as st

from upheld.hours import Calendar, compile_calendars
from upheld.policy import Clause, CommitmentState, Event, Promises, fold
from upheld.policy.matching import Choice, Matcher, OneOf
from upheld.policy.model import Mark, Words
from upheld.policy.tests.oracle import Condition, Desk, Happening, Oracle, Promise, Seen, Window
from upheld.policy.tests.series_oracle import SeriesOracle
from upheld.policy.vocabulary import REVERSALS

SUBJECT = "ticket:1"
CLAUSE_KEYS = (
    "begins", "kept_by", "void_by", "until", "when", "unless", "pauses_while", "calendar", "within", "at", "then_every",
    "renews", "do", "warn",
)  # fmt: skip
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MORNING, NOON, EVENING = 8 * 60, 12 * 60, 20 * 60

ALWAYS = Desk("always")
OFFICE = Desk("office", "America/New_York", (((MORNING, EVENING),),) * 5 + (((10 * 60, 18 * 60),), ()))
SPLIT = Desk("split", "Europe/Berlin", (((MORNING, NOON), (13 * 60, 17 * 60)),) * 7)
NIGHT = Desk("night", "America/New_York", (((22 * 60, 30 * 60),),) * 7)
SMALL_HOURS = Desk("small-hours", "Australia/Lord_Howe", (((60, 135),),) * 7)
SUNDAYS = Desk("sundays", "Europe/Berlin", ((),) * 6 + (((90, 210), (240, 330)),))
FOLD_HOUR = Desk("fold-hour", "America/New_York", (((75, 90), (105, 135)),) * 7)
DESKS = (ALWAYS, OFFICE, SPLIT, NIGHT, SMALL_HOURS, SUNDAYS, FOLD_HOUR)

QUARTER = 900
WINDOWS = (
    Window(datetime(2026, 3, 6, 12, tzinfo=UTC), QUARTER, 600),  # New York loses an hour on the 8th
    Window(datetime(2026, 10, 23, 6, tzinfo=UTC), QUARTER, 600),  # Berlin repeats one on the 25th
    Window(datetime(2026, 4, 3, 0, tzinfo=UTC), QUARTER, 600),  # Lord Howe repeats half an hour on the 5th
    Window(datetime(2026, 10, 1, 0, tzinfo=UTC), QUARTER, 600),  # and loses it on the 4th
)
SECONDS = Window(datetime(2026, 11, 1, 5, tzinfo=UTC), 1, 9_000)  # New York repeats an hour from 06:00 on

PRIORITIES, PLANS, STATUSES = ("P1", "P2", "P3"), ("gold", "silver", "free"), ("open", "waiting", "hold")
SECTIONS = {"priority": PRIORITIES, "plan": PLANS, "status": STATUSES}
KINDS = (
    *("ticket.changed",) * 5, *("ticket.replied",) * 3, "ticket.opened", "ticket.resolved", "ticket.reopened", "ticket.noted",
    "ticket.merged", "ticket.unmerged", "ticket.unmerged", "ticket.marked_spam", "ticket.unmarked_spam", "commitment.waived",
)  # fmt: skip
OPENED = "ticket.opened"

Table = dict[tuple[str, str], int | None]


@dataclass(frozen=True, repr=False)
class Told:
    """A clause, a history, and the tick at which one looks."""

    window: Window
    clause: Clause
    history: tuple[Happening, ...]
    until: int

    def __repr__(self) -> str:
        """What one needs to see of a case that fails."""
        clause = {key: value for key in CLAUSE_KEYS if (value := getattr(self.clause, key))}
        lines = [f"  {one.tick:4} {one.kind} {one.data or ''}" for one in self.history]
        return "\n".join(
            [f"{type(self).__name__} in {self.window}", f"  {clause}", *lines, f"  {self.until:4} looked at"]
        )

    @property
    def events(self) -> list[Event]:
        return [Event(self.window.us(one.tick), one.kind, SUBJECT, "", dict(one.data)) for one in self.history]

    @property
    def until_us(self) -> int:
        return self.window.us(self.until)

    def promises(self) -> Promises:
        return Promises([self.clause], calendars())

    def folded(self) -> list[Seen]:
        return [
            self.seen(state) for state in fold(self.clause, self.events, calendars=calendars(), until=self.until_us)
        ]

    def seen(self, state: CommitmentState) -> Seen:
        """A state of the fold in ticks; what lies beyond the window is None, as it is for the oracle."""
        return Seen(
            cycle=state.cycle,
            state=state.state,
            began=self._tick(state.began_at),
            due=self._within_window(state.due_at),
            ended=None if state.ended_at is None else self._tick(state.ended_at),
            used=self._ticks(state.used),
            late=None if state.late is None else self._ticks(state.late),
            marks=tuple((name, self._tick(at)) for name, at in state.marks),
            wakes=self._within_window(state.next_wake_at),
        )

    def _within_window(self, at: int | None) -> int | None:
        return None if at is None or at >= self.window.us(self.window.ticks) else self._tick(at)

    def _tick(self, at: int) -> int:
        return self._ticks(at - self.window.us(0))

    def _ticks(self, duration: int) -> int:
        ticks, rest = divmod(duration, self.window.tick_seconds * 1_000_000)
        assert rest == 0, f"{duration} µs is no whole number of ticks"
        return ticks


@dataclass(frozen=True, repr=False)
class Story(Told):
    """One whose clause the oracle knows as well."""

    promise: Promise

    def expected(self) -> list[Seen]:
        return Oracle(self.promise, self.window).live(self.history, self.until)


@dataclass(frozen=True, repr=False)
class SeriesStory(Told):
    """One with appointments; next wakes are left to other tests."""

    promise: Promise
    points: tuple[int, ...]
    then_every: int | None

    def expected(self) -> list[Seen]:
        does = bool(self.clause.do)
        return SeriesOracle(self.promise, self.points, self.then_every, does, self.window).live(
            self.history, self.until
        )

    def folded(self) -> list[Seen]:
        return [replace(one, wakes=None) for one in super().folded()]


def calendars() -> Mapping[str, Calendar]:
    return _CALENDARS


def _raw(desk: Desk) -> dict[str, Any]:
    if not desk.zone:
        return {"open": "always"}
    weekly = {WEEKDAYS[day]: [_span(*span) for span in spans] or "closed" for day, spans in enumerate(desk.week)}
    return {"zone": desk.zone, "weekly": weekly}


def _span(begin: int, until: int) -> str:
    until = until if until <= 1440 else until - 1440
    return f"{begin // 60:02d}:{begin % 60:02d}-{until // 60:02d}:{until % 60:02d}"


_CALENDARS = compile_calendars({desk.name: _raw(desk) for desk in DESKS})


# ---- promises --------------------------------------------------------------------------------------------------------


@st.composite
def stories(draw: st.DrawFn, windows: tuple[Window, ...] = WINDOWS, longest: int = 12) -> Story:
    window = draw(st.sampled_from(windows))
    scale = max(1, window.ticks // 600)
    options, targets, desks = draw(clauses()), draw(tables()), draw(offices())
    warn = draw(st.sampled_from(WARNINGS))
    promise = Promise(
        within=lambda attributes: _cell(targets, attributes, scale),
        desk=lambda attributes: desks.get(str(attributes.get("plan"))),
        warn_shares=warn[0],
        warn_before=tuple((name, before * scale) for name, before in warn[1]),
        taken_back={
            kind: back
            for kind, back in REVERSALS.items()
            if kind in options["void_by"] and back not in options["begins"]
        },
        **options,
    )
    clause = _clause(promise, options, window, {key: value and value * scale for key, value in targets.items()}, desks)
    history = draw(histories(longest, scale))
    until = max(one.tick for one in history) + draw(st.sampled_from(GAPS)) * scale
    return Story(window, clause, history, until, promise)


WARNINGS: tuple[tuple[tuple[tuple[str, float], ...], tuple[tuple[str, int], ...]], ...] = (
    ((), ()),
    ((("50%", 0.5),), ()),
    ((("25%", 0.25), ("75%", 0.75)), ()),
    ((("50%", 0.5),), (("before", 6),)),
)


@st.composite
def series(draw: st.DrawFn, longest: int = 10) -> SeriesStory:
    """A clause with appointments."""
    window = draw(st.sampled_from(WINDOWS))
    tick = window.tick_seconds * 1_000_000
    options, desks, shares = draw(clauses()), draw(offices()), draw(st.sampled_from(WARNINGS))[0]
    points = draw(st.sampled_from(((8,), (8, 16, 40), (4, 24))))
    then_every = draw(st.sampled_from((None, 16)))
    does = draw(st.sampled_from((False, False, True)))
    promise = Promise(
        within=lambda _: 0,
        desk=lambda attributes: desks.get(str(attributes.get("plan"))),
        warn_shares=shares,
        **options,
    )
    clause = Clause(
        name="answer",
        on="ticket",
        label=Words({"en": "Check-ins"}),
        **_options(options),
        calendar=_desk_choice(desks),
        at=tuple(point * tick for point in points),
        then_every=None if then_every is None else then_every * tick,
        do="purge" if does else "",
        warn=tuple(Mark(name, share=share) for name, share in shares),
    )
    history = draw(histories(longest, 1))
    until = max(one.tick for one in history) + draw(st.sampled_from(GAPS))
    return SeriesStory(window, clause, history, until, promise, points, then_every)


@st.composite
def clauses(draw: st.DrawFn) -> dict[str, Any]:
    """What may stand in a clause besides target, calendar and warnings. The first of each list is drawn most."""
    waiting: Condition = {"status": frozenset({"waiting"})}
    hold: Condition = {"status": frozenset({"hold"}), "plan": frozenset({"gold", "silver"})}
    return {
        "begins": frozenset({OPENED, *draw(st.sampled_from(((), ("ticket.reopened",))))}),
        "kept_by": frozenset({"ticket.replied", *draw(st.sampled_from(((), ("ticket.resolved",))))}),
        "void_by": frozenset(draw(st.sampled_from(((), ("ticket.merged",), ("ticket.merged", "ticket.marked_spam"))))),
        "until": frozenset(draw(st.sampled_from(((), ("ticket.resolved",))))),
        "renews": draw(st.booleans()),
        "when": draw(st.sampled_from(({}, {"priority": frozenset({"P1", "P2"})}))),
        "unless": draw(st.sampled_from(((), ({"plan": frozenset({"free"})},)))),
        "pauses_while": draw(st.sampled_from(((), (waiting,), (waiting, hold)))),
    }


@st.composite
def tables(draw: st.DrawFn) -> Table:
    """Targets by priority and plan in ticks; None is a cell that promises nothing."""
    cells = st.sampled_from((8, 8, 8, 12, 16, 16, 24, 24, 40, 80, None))
    size = draw(st.sampled_from((1, 3)))
    drawn = draw(st.lists(cells, min_size=size, max_size=size))
    return {key: drawn[place % size] for place, key in enumerate(product(PRIORITIES, PLANS))}


@st.composite
def offices(draw: st.DrawFn) -> dict[str, Desk | None]:
    desks = (ALWAYS, ALWAYS, *DESKS)
    first, second = draw(st.sampled_from(desks)), draw(st.sampled_from((*desks, None)))
    return {"gold": first, "silver": second, "free": first}


def _cell(targets: Table, attributes: Mapping[str, Any], scale: int) -> int | None:
    cell = targets.get((str(attributes.get("priority")), str(attributes.get("plan"))))
    return None if cell is None else cell * scale


def _clause(
    promise: Promise, options: Mapping[str, Any], window: Window, targets: Table, desks: Mapping[str, Desk | None]
) -> Clause:
    tick = window.tick_seconds * 1_000_000
    marks = [Mark(name, share=share) for name, share in promise.warn_shares]
    marks += [Mark(name, before=before * tick) for name, before in promise.warn_before]
    return Clause(
        name="answer",
        on="ticket",
        label=Words({"en": "Answer"}),
        **_options(options),
        calendar=_desk_choice(desks),
        within=Choice(("priority", "plan"), {key: cell and cell * tick for key, cell in targets.items()}),
        renews=promise.renews,
        warn=tuple(marks),
    )


def _options(options: Mapping[str, Any]) -> dict[str, Any]:
    """The same in the words of a clause; `renews` stands with a target only."""
    matchers = {name: tuple(_matcher(one) for one in options[name]) for name in ("unless", "pauses_while")}
    events = {name: options[name] for name in ("begins", "kept_by", "void_by", "until")}
    return {**events, **matchers, "when": _matcher(options["when"])}


def _desk_choice(desks: Mapping[str, Desk | None]) -> Choice[str]:
    return Choice(("plan",), {(plan,): desk.name if desk else None for plan, desk in desks.items()})


def _matcher(condition: Condition) -> Matcher:
    return Matcher(tuple((name, OneOf(frozenset(values))) for name, values in condition.items()))


# ---- histories -------------------------------------------------------------------------------------------------------

GAPS = (0, 8, 1, 4, 12, 16, 2, 6, 24, 40, 64, 0, 0, 8, 1)
GAPS_AND_BACK = (*GAPS, -3)


@st.composite
def happenings(draw: st.DrawFn) -> tuple[int, str, dict[str, Any]]:
    """The gap to the event before, its kind, and what it changes."""
    kind = draw(st.sampled_from(KINDS))
    if kind == "commitment.waived":
        return draw(st.sampled_from(GAPS)), kind, {"clause": "answer", "cycle": draw(st.integers(1, 2)), "reason": "so"}
    changed = draw(st.sampled_from(CHANGES if kind != "ticket.changed" else CHANGES[1:]))
    return draw(st.sampled_from(GAPS_AND_BACK)), kind, dict(changed)


CHANGES: tuple[dict[str, str], ...] = (
    {},
    *({name: value} for name, values in SECTIONS.items() for value in values),
    {"priority": "P1", "status": "open"},
    {"plan": "silver", "status": "waiting"},
)


@st.composite
def histories(draw: st.DrawFn, longest: int, scale: int) -> tuple[Happening, ...]:
    first = {name: draw(st.sampled_from(values)) for name, values in SECTIONS.items()}
    told = [Happening(draw(st.integers(0, 40)) * scale, OPENED, first)]
    for gap, kind, data in draw(st.lists(happenings(), max_size=longest)):
        told.append(Happening(max(0, told[-1].tick + gap * scale), kind, data))
    return tuple(told)
