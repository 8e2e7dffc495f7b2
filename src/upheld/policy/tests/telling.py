"""Stories of one ticket in the week of Monday, 2 March 2026 and after it, and what the fold makes of them, as lines to read.

`Mon 09:00` is an instant in UTC, `Mon+2 09:00` the same two weeks later. An event is told as
`Mon 09:00 changed priority=P1 status=open`.
"""

from __future__ import annotations

from textwrap import dedent, indent

from upheld.kernel.durations import DAY, HOUR, MINUTE, format_duration
from upheld.kernel.instants import parse_instant
from upheld.policy import Clause, CommitmentState, Event, Policy, fold
from upheld.policy.tests.writing import loaded

MONDAY = parse_instant("2026-03-02T00:00:00Z")
DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
SUBJECT = "ticket:1"
POLICY = """\
name: told
version: 1
plans: [basic, gold]
priorities: [P1, P2, P3]
"""
HOURS = """\
calendars:
  always: {open: always}
  office: {zone: UTC, weekly: {mon-fri: "09:00-17:00"}}
  late: {zone: UTC, weekly: {mon-fri: "12:00-20:00"}}
  night: {zone: UTC, weekly: {mon-sun: "22:00-06:00"}}
  new-york: {zone: America/New_York, weekly: {mon-sun: "00:00-08:00"}}
"""
EACH = {"on": "ticket", "begins": "ticket.opened", "kept_by": "ticket.replied"}


def policy(clause: str) -> Policy:
    """One clause named `answer`; what it says nothing of is as in EACH."""
    written = dedent(clause)
    said = {line.split(":")[0] for line in written.splitlines()}
    usual = "".join(f"{key}: {value}\n" for key, value in EACH.items() if key not in said)
    return loaded(policy=POLICY, hours=HOURS, commitments=f"answer:\n{indent(usual + written, '  ')}\n")


def the_clause(clause: str) -> Clause:
    return policy(clause).clauses["answer"]


def instant(text: str) -> int:
    day, clock = text.split()
    name, _, weeks = day.partition("+")
    hours, minutes = clock.split(":")
    return MONDAY + (DAYS.index(name) + 7 * int(weeks or 0)) * DAY + int(hours) * HOUR + int(minutes) * MINUTE


def spoken(at: int | None) -> str:
    if at is None:
        return "never"
    days, rest = divmod(at - MONDAY, DAY)
    weeks, day = divmod(days, 7)
    return f"{DAYS[day]}{f'+{weeks}' if weeks else ''} {rest // HOUR:02}:{rest % HOUR // MINUTE:02}"


def event(line: str) -> Event:
    day, clock, kind, *changes = line.split()
    data = {name: int(value) if value.isdecimal() else value for name, value in (one.split("=") for one in changes)}
    return Event(instant(f"{day} {clock}"), kind if "." in kind else f"ticket.{kind}", SUBJECT, "", data)


def states(clause: str, *lines: str, until: str = "") -> list[CommitmentState]:
    said = policy(clause)
    events = [event(line) for line in lines]
    return fold(
        said.clauses["answer"], events, calendars=said.calendars, until=instant(until) if until else events[-1].at
    )


def told(clause: str, *lines: str, until: str = "") -> list[str]:
    """A line for each cycle, as it stands at `until`, or at the last event."""
    return [line_of(state) for state in states(clause, *lines, until=until)]


def marks(clause: str, *lines: str, until: str = "") -> list[str]:
    """The warnings and breaches of all cycles."""
    return [f"{name} {spoken(at)}" for state in states(clause, *lines, until=until) for name, at in state.marks]


def line_of(state: CommitmentState) -> str:
    parts = [f"due {spoken(state.due_at)}"]
    if state.ended_at is not None:
        parts.append(f"ended {spoken(state.ended_at)}")
    parts.append(f"used {format_duration(state.used)}")
    if state.late:
        parts.append(f"{format_duration(state.late)} late")
    return f"{state.state}: {', '.join(parts)}"
