"""Clauses that cannot be kept, or end themselves: events that cannot come when they would count."""

from __future__ import annotations

from collections.abc import Iterator

from upheld.kernel.durations import format_duration
from upheld.kernel.text import listed
from upheld.policy.lint.contradictions import cases, is_step
from upheld.policy.lint.domains import Domains, exclude_each_other, in_words
from upheld.policy.lint.findings import Findings
from upheld.policy.model import Clause, Policy
from upheld.policy.vocabulary import Vocabulary

FILE = "commitments.yaml"
ANSWERS = "ticket.replied"
_STATUS_AFTER = {
    "ticket.resolved": "resolved",
    "ticket.closed": "closed",
    "ticket.waiting": "waiting_on_customer",
    "ticket.held": "on_hold",
}
ENDS = frozenset({"ticket.resolved", "ticket.closed"})


def look_at_keeping(policy: Policy, domains: Domains, vocabulary: Vocabulary | None, findings: Findings) -> None:
    for clause in policy.clauses.values():
        _events_that_are_past(clause, vocabulary, findings)
        _events_that_undo(clause, findings)
        _status_at_its_beginning(clause, findings)
        _times_without_hours(clause, domains, findings)
    for answer, end in _answers_and_ends(policy):
        _resolved_before_answered(answer, end, domains, findings)


def _events_that_are_past(clause: Clause, vocabulary: Vocabulary | None, findings: Findings) -> None:
    """What brings the subject into being happens once and first: it keeps nothing that begins with it or later."""
    if vocabulary is None or clause.on not in vocabulary or not clause.kept_by:
        return
    first = next(iter(vocabulary[clause.on].events), "")
    if clause.kept_by <= {first}:
        findings.add(
            "error",
            FILE,
            (clause.name, "kept_by"),
            f"Nothing can keep this clause: '{first}' happens once, at the very beginning.",
            "It is breached every time.",
            "Name the event that fulfils it.",
        )


def _events_that_undo(clause: Clause, findings: Findings) -> None:
    both = sorted(clause.begins & clause.void_by)
    if both:
        findings.add(
            "warning",
            FILE,
            (clause.name, "void_by"),
            f"{listed(both)} both begins the clause and voids it.",
            "What has just begun no longer counts when it comes again.",
            "Name it in one of the two.",
        )
    if clause.renews and clause.kept_by and clause.kept_by <= clause.until:
        findings.add(
            "warning",
            FILE,
            (clause.name, "until"),
            f"It never renews: {listed(sorted(clause.kept_by))} keeps it and ends it as well.",
            "It reads like a promise that goes on, and is one that comes once.",
            "Take 'renews' out, or let another event end it.",
        )


def _status_at_its_beginning(clause: Clause, findings: Findings) -> None:
    """What begins it also sets the status: it must hold in that status, and not pause in it."""
    if not clause.begins <= _STATUS_AFTER.keys():
        return
    after = [_STATUS_AFTER[kind] for kind in clause.begins]
    if any(name == "status" and not any(map(test.holds, after)) for name, test in clause.when.tests):
        findings.add(
            "error",
            FILE,
            (clause.name, "when"),
            f"The clause does not hold as it begins: the status is {listed(sorted(after), last='or')} then.",
            "It reads like a promise and is none.",
            "Let 'when' include that status, or begin with another event.",
        )
    elif any(
        pause.attributes == {"status"} and all(test.holds(one) for _, test in pause.tests for one in after)
        for pause in clause.pauses_while
    ):
        findings.add(
            "warning",
            FILE,
            (clause.name, "pauses_while"),
            f"The time stands still from its beginning: the status is {listed(sorted(after), last='or')} then.",
            "It falls due only if the ticket comes back, and then counts what was meant for afterwards.",
            "Take that status out of the pauses, or begin with another event.",
        )


def _times_without_hours(clause: Clause, domains: Domains, findings: Findings) -> None:
    """Cells with a time for whom the calendar's table says none."""
    if clause.within is None or clause.calendar.table is None:
        return
    names = list(dict.fromkeys((*clause.within.by, *clause.calendar.by)))
    for attributes in domains.combinations(clause.on, names):
        if set(attributes) != set(names) or clause.within.pick(attributes) is None:
            continue
        key = tuple(str(attributes[name]) for name in clause.calendar.by)
        if key in clause.calendar.table and clause.calendar.table[key] is None:
            findings.add(
                "error",
                FILE,
                (clause.name, "calendar"),
                f"For {in_words(attributes)} there is a time and no calendar.",
                "Without hours to count on, nothing is promised to them.",
                "Name the calendar, or write 'none' in the times as well.",
            )
            return


def _answers_and_ends(policy: Policy) -> Iterator[tuple[Clause, Clause]]:
    timed = [
        clause
        for clause in policy.clauses.values()
        if clause.within is not None and not clause.renews and not is_step(clause)
    ]
    for answer in timed:
        for end in timed:
            kinds = ANSWERS in answer.kept_by and not answer.kept_by & ENDS and end.kept_by and end.kept_by <= ENDS
            if kinds and answer.begins & end.begins and not exclude_each_other(answer.when, end.when):
                yield answer, end


def _resolved_before_answered(answer: Clause, end: Clause, domains: Domains, findings: Findings) -> None:
    late = next((case for case in cases(answer, end, domains) if case.second < case.first and case.same_calendar), None)
    if late is None:
        return
    deciding = {*(end.within.by if end.within else ()), *(answer.within.by if answer.within else ())}
    named = {name: value for name, value in late.attributes.items() if name in deciding}
    findings.add(
        "warning",
        FILE,
        (end.name, "within"),
        f"{'For ' + in_words(named) + ' this' if named else 'This'} is due after {format_duration(late.second)}, "
        f"sooner than the answer after {format_duration(late.first)} ('{answer.name}').",
        "It has to be settled before it has to be answered, so the time of the answer decides nothing.",
        "If both were promised, leave both; else shorten the answer or give the end more time.",
    )
