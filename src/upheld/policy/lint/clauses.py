"""Clauses one by one: can they hold, be kept, end, and does anybody hear of it?"""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import pairwise

from upheld.hours import BeyondCalendar
from upheld.kernel.durations import format_duration
from upheld.kernel.instants import to_us
from upheld.kernel.text import listed
from upheld.policy.lint.domains import Domains
from upheld.policy.lint.findings import Findings, Path, Severity
from upheld.policy.model import Clause, Policy

FILE = "commitments.yaml"
ENDLESS = ("desk",)  # what is owed for as long as the company lives has no end to name
_YEAR = (to_us(datetime(2027, 1, 1, tzinfo=UTC)), to_us(datetime(2028, 1, 1, tzinfo=UTC)))


def look_at_clauses(policy: Policy, domains: Domains, findings: Findings) -> None:
    never_open = {
        name for name, calendar in policy.calendars.items() if not calendar.is_always and _never_open(policy, name)
    }
    for clause in policy.clauses.values():
        look = _Look(clause, findings)
        look.can_hold(domains)
        look.can_be_kept()
        look.ends()
        look.warns()
        look.is_heard_of()
        look.runs_on(never_open)


def _never_open(policy: Policy, name: str) -> bool:
    try:
        return policy.calendars[name].between(*_YEAR) == 0
    except BeyondCalendar:
        return False


class _Look:
    def __init__(self, clause: Clause, findings: Findings) -> None:
        self._clause = clause
        self._findings = findings

    def _tell(self, severity: Severity, below: Path, problem: str, why: str, remedy: str) -> None:
        self._findings.add(severity, FILE, (self._clause.name, *below), problem, why, remedy)

    def can_hold(self, domains: Domains) -> None:
        for name in sorted(self._clause.when.attributes):
            if domains.allowed(self._clause, name) == ():
                self._tell(
                    "error",
                    ("when",),
                    "The clause never holds: 'unless' takes away all that 'when' asks for.",
                    "It reads like a promise and is none.",
                    f"Let 'when' and 'unless' leave a value of '{name}'.",
                )
                return
        if self._clause.when and self._clause.when in self._clause.pauses_while:
            self._tell(
                "error",
                ("pauses_while",),
                "The time always stands still: it pauses exactly while the clause holds.",
                "Such a promise can never be broken.",
                "Pause on something else than what 'when' asks for.",
            )

    def can_be_kept(self) -> None:
        clause = self._clause
        if not clause.kept_by and not clause.do:
            self._tell(
                "error",
                (),
                "Nothing can keep this clause.",
                "It is breached every time.",
                "Add 'kept_by:' with the event that fulfils it, or 'do:' where the desk acts by itself.",
            )
        both = sorted(clause.kept_by & clause.void_by)
        if both:
            self._tell(
                "warning",
                ("void_by",),
                f"{listed(both)} both keeps the clause and voids it.",
                "Keeping goes first, so it never voids.",
                "Name it in one of the two.",
            )

    def ends(self) -> None:
        clause = self._clause
        endless = clause.renews or clause.then_every is not None
        if not endless or clause.until or clause.void_by or clause.on in ENDLESS:
            return
        key = "renews" if clause.renews else "then_every"
        self._tell(
            "warning",
            (key,),
            f"This never ends: there is '{key}' and no 'until'.",
            f"It goes on when the {clause.on} is long past.",
            f"Add 'until:' with the event after which no one waits, unless the {clause.on} has no end.",
        )

    def warns(self) -> None:
        clause = self._clause
        shortest = min(clause.within.values(), default=None) if clause.within else min(_steps(clause), default=None)
        for position, mark in enumerate(clause.warn):
            if shortest is not None and mark.before >= shortest:
                self._tell(
                    "warning",
                    ("warn", position),
                    f"The warning {mark.name} before it is due comes at once: {format_duration(shortest)} are all there is.",
                    "Whoever is warned each time learns to look away.",
                    "Write a share such as 50%, which fits every cell.",
                )
        if clause.on_warn and not clause.warn:
            self._tell(
                "warning",
                ("on_warn",),
                "Nothing ever warns: 'warn' is missing.",
                "What stands here never happens.",
                "Add 'warn: 80%'.",
            )
        if clause.warn and not clause.on_warn:
            self._tell(
                "note",
                ("warn",),
                "Nobody hears of the warning.",
                "It is seen on screens only.",
                "Add 'on_warn: [{notify: assignee}]'.",
            )

    def is_heard_of(self) -> None:
        if not self._clause.on_breach and not self._clause.do:
            self._tell(
                "note",
                (),
                "Nobody hears of a breach.",
                "It is counted and no more.",
                "Add 'on_breach: [{notify: team-lead}]'.",
            )

    def runs_on(self, never_open: set[str]) -> None:
        for name in sorted(never_open & set(self._clause.calendar.values())):
            self._tell(
                "error",
                ("calendar",),
                f"The calendar '{name}' never opens.",
                "Time never passes on it, so the promise cannot fall due.",
                "Give the calendar hours, or choose another.",
            )


def _steps(clause: Clause) -> list[int]:
    """How long each appointment of a series takes from the one before."""
    points = [0, *clause.at]
    steps = [after - before for before, after in pairwise(points)]
    return [*steps, clause.then_every] if clause.then_every else steps
