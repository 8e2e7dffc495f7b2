"""Ladders and who is told: rungs that nobody can reach or stand on, matters that go up twice, recipients who are nobody."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations, permutations
from typing import Any

from upheld.kernel.durations import format_duration
from upheld.kernel.text import listed, nearest
from upheld.policy.lint.contradictions import is_step
from upheld.policy.lint.domains import exclude_each_other
from upheld.policy.lint.findings import Findings, Path
from upheld.policy.matching import Matcher, OneOf
from upheld.policy.model import Clause, Effect, Ladder, Policy
from upheld.policy.roles import ROLES

FILE = "escalation.yaml"
CLAUSES = "commitments.yaml"
# Recipients who are nobody for these subjects: whoever leads hears of it instead.
NOBODY = {
    "account": ("requester", "watchers"),
    "agent": ("watchers", "account-manager", "account-contacts"),
    "desk": ("assignee", "requester", "watchers", "team", "account-manager", "account-contacts"),
}
_TICKETS_ONLY = {"assign": "assigned", "set": "changed", "raise": "raised"}


def look_at_ladders(policy: Policy, findings: Findings) -> None:
    for ladder in policy.ladders.values():
        _stands(policy, ladder, findings)
        _repeats(ladder, findings)
    for one, other in combinations(policy.ladders.values(), 2):
        _overlaps(one, other, findings)
    for clause, key, effect in _effects(policy):
        _raises(policy, clause, key, effect, findings)
        _reaches(clause, key, effect, findings)
    _order(policy, findings)


def _effects(policy: Policy) -> Iterator[tuple[Clause, str, Effect]]:
    for clause in policy.clauses.values():
        for key in ("on_warn", "on_breach"):
            for effect in getattr(clause, key):
                yield clause, key, effect


def _stands(policy: Policy, ladder: Ladder, findings: Findings) -> None:
    for position, rung in enumerate(ladder.rungs):
        path: Path = ("ladders", ladder.name, "rungs", position)
        role, level = rung.stands.get("role"), rung.stands.get("level")
        if role is not None and role not in ROLES:
            near = nearest(str(role), ROLES)
            findings.add(
                "error",
                FILE,
                path,
                f"Nobody has the role '{role}', so nobody stands on rung {rung.number} of the ladder '{ladder.name}'.",
                "A ticket that is raised here reaches nobody.",
                f"Did you mean '{near}'?" if near else f"The roles are {listed([*ROLES])}.",
            )
        if level is not None and policy.levels and level not in policy.levels:
            findings.add(
                "error",
                FILE,
                path,
                f"Level {level} is not declared, so nobody stands on rung {rung.number} of the ladder '{ladder.name}'.",
                "A ticket that is raised here reaches nobody.",
                f"Declare level {level} under 'levels:', or name another.",
            )


def _repeats(ladder: Ladder, findings: Findings) -> None:
    """A reason to raise that another one on the same ladder says already."""
    for (first, one), (second, other) in permutations(enumerate(ladder.raised_by), 2):
        if _is_within(other, one) and (one != other or first < second):
            findings.add(
                "warning",
                FILE,
                ("ladders", ladder.name, "raised_by", second),
                f"Another reason of the ladder '{ladder.name}' raises all of these already.",
                "Whoever changes one of the two changes nothing.",
                "Keep the wider one.",
            )


def _is_within(narrow: Matcher, wide: Matcher) -> bool:
    """Whether all that the first matches is matched by the second."""
    tests = dict(narrow.tests)
    for name, test in wide.tests:
        own = tests.get(name)
        both = isinstance(own, OneOf) and isinstance(test, OneOf)
        if own != test and not (both and own.values <= test.values):  # type: ignore[union-attr]
            return False
    return True


def _overlaps(one: Ladder, other: Ladder, findings: Findings) -> None:
    """Tickets that two ladders raise at once, for the same reason."""
    for matcher in one.raised_by:
        for position, also in enumerate(other.raised_by):
            shared = _shared(matcher, also)
            if shared and not exclude_each_other(matcher, also):
                findings.add(
                    "warning",
                    FILE,
                    ("ladders", other.name, "raised_by", position),
                    f"Tickets with {shared} go up on the ladder '{one.name}' and on '{other.name}' at once.",
                    "Two people take them up, and neither knows who leads.",
                    "Let one of the two ladders have them.",
                )


def _shared(one: Matcher, other: Matcher) -> str:
    """The attribute that both ask about, with the values for which both hold: `category legal`."""
    tests = {name: test for name, test in one.tests if isinstance(test, OneOf)}
    for name, test in other.tests:
        if isinstance(test, OneOf) and name in tests and not tests[name].values.isdisjoint(test.values):
            both = sorted(map(str, tests[name].values & test.values))
            return f"{name.replace('_', ' ')} {listed(both, last='or')}"
    return ""


def _raises(policy: Policy, clause: Clause, key: str, effect: Effect, findings: Findings) -> None:
    """Raising that leads nowhere: to the rung where everything begins, or on a ladder of one rung."""
    ladder = policy.ladders.get(effect.value) if effect.kind == "raise" else None
    if ladder is None:
        return
    if len(ladder.rungs) < 2:
        problem = f"The ladder '{ladder.name}' has one rung, so nothing can go up on it."
        remedy = "Add the rung above, or take the effect out."
    elif effect.options.get("to") == 1:
        problem = f"This raises to rung 1 of the ladder '{ladder.name}', where every ticket begins."
        remedy = "Write 'to: 2', or leave 'to' out for the next rung up."
    else:
        return
    findings.add("warning", CLAUSES, (clause.name, key), problem, "It reads like help and moves nothing.", remedy)


def _reaches(clause: Clause, key: str, effect: Effect, findings: Findings) -> None:
    """Effects that do not apply to the subject, and recipients whom it does not have."""
    if effect.kind in ("assign", "set") and clause.on != "ticket":
        findings.add(
            "error",
            CLAUSES,
            (clause.name, key),
            f"Only a ticket can be {_TICKETS_ONLY[effect.kind]}, and this is about {_a(clause.on)}.",
            "What stands here never happens.",
            "Notify somebody instead.",
        )
    elif effect.kind in ("notify", "page") and effect.value in NOBODY.get(clause.on, ()):
        findings.add(
            "warning",
            CLAUSES,
            (clause.name, key),
            f"'{effect.value}' is nobody here: {_a(clause.on)} has none.",
            "Whoever leads the desk hears of it instead, and wonders why.",
            "Name somebody else, such as team-lead or manager.",
        )


def _a(noun: str) -> str:
    return "the desk" if noun == "desk" else f"{'an' if noun[0] in 'aeiou' else 'a'} {noun}"


def _order(policy: Policy, findings: Findings) -> None:
    """Timers of one ladder that come in the wrong order: the higher rung before the lower."""
    steps = [clause for clause in policy.clauses.values() if is_step(clause) and clause.within is not None]
    for one, other in permutations(steps, 2):
        low, high = _step(one), _step(other)
        if low is None or high is None or low[0] != high[0] or low[1] >= high[1]:
            continue
        if one.on != other.on or one.begins != other.begins or exclude_each_other(one.when, other.when):
            continue
        times = [_single_time(clause) for clause in (one, other)]
        if times[0] and times[1] and times[1] <= times[0] and one.calendar == other.calendar:
            lower = f"rung {low[1]} after {format_duration(times[0])} ('{one.name}')"
            findings.add(
                "warning",
                CLAUSES,
                (other.name, "within"),
                f"Rung {high[1]} is reached after {format_duration(times[1])}, no later than {lower}.",
                "The lower rung is passed over.",
                "Give the higher rung the longer time.",
            )


def _single_time(clause: Clause) -> int | None:
    """The time, where it is the same for everybody."""
    return clause.within.otherwise if clause.within is not None and clause.within.table is None else None


def _step(clause: Clause) -> tuple[str, Any] | None:
    found = [
        (effect.value, effect.options["to"])
        for effect in clause.on_breach
        if effect.kind == "raise" and "to" in effect.options
    ]
    return found[0] if found else None
