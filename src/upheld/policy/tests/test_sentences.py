"""Clauses, calendars and tables in plain words."""

from __future__ import annotations

import pytest

from upheld.policy.sentences import calendar_sentences, calendar_words, choice_rows, clause_sentences
from upheld.policy.tests.writing import loaded

POLICY = """\
name: small
version: 1
languages: [en, de]
plans: {basic: {name: Basic}, gold: {name: {en: Gold, de: Goldig}}}
priorities: {P1: Critical, P2: Low}
categories: {money: {name: Invoices}}
departments: {billing: {name: Billing}}
"""
BASE = "first: {on: ticket, begins: ticket.opened, kept_by: ticket.replied, %s}\n"


def said(text: str, language: str = "en", attributes: dict[str, object] | None = None) -> list[str]:
    escalation = (
        "ladders: {support: {name: Support, rungs: [{name: Front, level: 1}, {name: Boss, stands: {role: lead}}]}}\n"
    )
    policy = loaded(policy=POLICY, commitments=text, escalation=escalation)
    (clause,) = policy.clauses.values()
    return clause_sentences(policy, clause, language, attributes=attributes)


def promises(text: str, language: str = "en") -> list[str]:
    return [line for line in said(BASE % text, language) if line.startswith(("For ", "Nothing "))]


WARNED = (
    "A warning comes at 50% and 90% of the time and 10 min before it is due: "
    "the assignee and the team lead are notified; whoever is on call is paged."
)
BREACHED = (
    "On a breach level 2 is notified; the ticket is raised to rung 2 of the ladder Support (Boss); "
    "the ticket is assigned to the department Billing; priority becomes P1."
)


def test_a_whole_clause() -> None:
    text = """\
    first:
      name: First response
      on: ticket
      begins: [ticket.opened, ticket.reopened]
      kept_by: ticket.replied
      void_by: [ticket.merged, ticket.marked_spam]
      pauses_while: {status: waiting_on_customer}
      unless: {legal_hold: true}
      calendar: {by: plan, basic: office, gold: always}
      within: {by: [priority, plan], P1: {basic: 1h, gold: 15m}, P2: {basic: none, gold: 8h}}
      warn: [50%, 90%, 10m]
      on_warn: [{notify: [assignee, team-lead]}, {page: on-call}]
      on_breach: [{notify: level-2}, {raise: support, to: 2}, {assign: 'department:billing'}, {set: {priority: P1}}]
    """
    assert said(text) == [
        "For P1 tickets of the plan Basic: first response within 1 h, on the calendar office.",
        "For P1 tickets of the plan Gold: first response within 15 min, around the clock.",
        "For P2 tickets of the plan Gold: first response within 8 h, around the clock.",
        "Nothing is promised for P2 tickets of the plan Basic.",
        "It begins with “ticket opened” or “ticket reopened” and is kept by “ticket replied”.",
        "It no longer counts after “ticket marked spam” or “ticket merged”.",
        "It does not hold while legal hold applies.",
        "Time stands still while status is waiting on customer.",
        WARNED,
        BREACHED,
    ]


WHO = [
    ("within: 4h", ["every ticket: 4 h"]),
    ("when: {priority: [P2, P1]}, within: 4h", ["P1 and P2 tickets: 4 h"]),
    ("when: {category: money, plan: gold}, within: 4h", ["tickets of the plan Gold in the category Invoices: 4 h"]),
    ("when: {amount: '> 500 USD'}, within: 4h", ["tickets with an amount above 500 USD: 4 h"]),
    ("within: {by: plan, basic: 1d, gold: 1d}", ["tickets of the plans Basic or Gold: 24 h"]),
    ("within: {by: plan, gold: 1h, else: 1d}", ["tickets of the plan Gold: 1 h", "tickets with any other plan: 24 h"]),
    ("when: {plan: gold}, within: {by: plan, gold: 1h, else: 1d}", ["tickets of the plan Gold: 1 h"]),
]


@pytest.mark.parametrize(("text", "expected"), WHO)
def test_what_is_promised_to_whom(text: str, expected: list[str]) -> None:
    about = [line.replace(": ", ": first within ") for line in expected]
    assert promises(text) == [f"For {line}, around the clock." for line in about]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("within: 4h, calendar: office", "For every ticket: first within 4 h, on the calendar office."),
        ("within: none", "Nothing is promised for every ticket."),
        ("then_every: 1d", "For every ticket: first every 24 h, around the clock."),
    ],
)
def test_how_time_counts(text: str, expected: str) -> None:
    assert promises(text) == [expected]


def test_a_series() -> None:
    assert promises("at: [1w, 2w], then_every: 1q, calendar: office") == [
        "For every ticket: first 7 d and 14 d after the beginning, then every 90 d, on the calendar office."
    ]


def test_only_what_is_promised_to_this_ticket() -> None:
    text = BASE % "within: {by: [priority, plan], P1: {basic: 4h, gold: 15m}, P2: 1d}"
    first, *_ = said(text, attributes={"priority": "P1", "plan": "gold", "status": "open"})
    assert first == "For P1 tickets of the plan Gold: first within 15 min, around the clock."


def test_names_come_in_the_language_asked_for() -> None:
    assert promises("name: {en: First answer, de: Erste Antwort}, when: {plan: gold}, within: 4h", "de") == [
        "For tickets of the plan Goldig: Erste Antwort within 4 h, around the clock."
    ]


def test_names_in_capitals_stay_so() -> None:
    assert promises("name: SLA answer, within: 4h") == ["For every ticket: SLA answer within 4 h, around the clock."]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("within: 1h, renews: true, until: ticket.resolved", "What keeps it begins it anew, until “ticket resolved”."),
        ("at: 1w, until: ticket.resolved", "It ends with “ticket resolved”."),
        ("at: 1w, do: purge", "When the time has come the desk does it by itself: purge."),
        ("within: 1h, on_breach: {raise: support}", "On a breach the ticket is raised to the next rung of the ladder Support."),
        ("within: 1h, on_breach: {notify: 'support:2'}", "On a breach rung 2 of the ladder Support (Boss) is notified."),
        ("within: 1h, on_breach: {notify: watchers}", "On a breach the watchers are notified."),
        ("within: 1h, unless: {amount: '<= 5'}", "It does not hold while amount is at most 5."),
        ("within: 1h, pauses_while: [{status: open}, {plan: gold}]", "Time stands still while status is open, or plan is Gold."),
    ],
)  # fmt: skip
def test_course_and_consequences(text: str, expected: str) -> None:
    assert expected in said(BASE % text)


def test_calendars() -> None:
    assert (calendar_words("always"), calendar_words("office")) == ("around the clock", "on the calendar office")
    assert "Monday to Friday 09:00–17:00" in calendar_sentences(loaded(), "office")[0]
    assert calendar_sentences(loaded(), "nowhere") == []


def test_a_table_as_rows() -> None:
    within = next(iter(loaded(commitments=BASE % "within: {by: plan, gold: 1m, else: 2m}").clauses.values())).within
    assert within is not None
    assert choice_rows(within) == [(("gold",), 60_000_000), (("other",), 120_000_000)]
