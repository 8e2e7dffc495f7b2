"""Gaps, contradictions and things without use, each found where it stands."""

from __future__ import annotations

import pytest

from upheld.policy.lint import Finding, lint
from upheld.policy.tests.writing import VOCABULARY, loaded

CLAUSE = """\
first:
  on: ticket
  begins: ticket.opened
  kept_by: ticket.replied
  on_breach: [{notify: team-lead}]
  calendar: office
"""


def found(**files: str) -> list[Finding]:
    return lint(loaded(VOCABULARY, **files), vocabulary=VOCABULARY)


def told(**files: str) -> list[tuple[str, int, int, str, str]]:
    return [(one.severity, one.line, one.column, one.key, one.problem) for one in found(**files)]


def test_a_good_clause_has_no_finding() -> None:
    assert found(commitments=CLAUSE + "  within: 4h\n") == []


class TestTables:
    def test_a_missing_cell(self) -> None:
        text = CLAUSE + "  within:\n    by: [priority, plan]\n    P1: {basic: 1h, gold: 1h}\n    P2: {basic: 4h}\n"
        (finding,) = found(commitments=text)
        assert finding == Finding(
            severity="error",
            file="commitments.yaml",
            line=10,
            column=5,
            key="first.within.P2",
            problem="The cell 'gold' is missing in the row 'P2'.",
            why="Whoever this is about has no deadline at all, and nobody decided so.",
            remedy="Add 'gold:'. Write 'none' where nothing is promised.",
        )

    def test_a_missing_row(self) -> None:
        text = CLAUSE + "  within: {by: [priority, plan], P1: {basic: 1h, gold: 1h}}\n"
        assert told(commitments=text) == [("error", 7, 3, "first.within", "The row 'P2' is missing.")]

    def test_a_missing_calendar(self) -> None:
        text = CLAUSE.replace("calendar: office", "calendar: {by: plan, gold: office}") + "  within: 4h\n"
        assert told(commitments=text) == [("error", 6, 3, "first.calendar", "The row 'basic' is missing.")]

    @pytest.mark.parametrize("rest", ["else: 1d", "P2: none", "P2: ", "else: none"])
    def test_none_and_else_leave_no_gap(self, rest: str) -> None:
        assert found(commitments=CLAUSE + f"  within: {{by: priority, P1: 1h, {rest}}}\n") == []

    def test_no_cell_is_missing_for_those_whom_the_clause_leaves_out(self) -> None:
        text = (
            CLAUSE
            + "  when: {priority: P1}\n  unless: {plan: basic}\n  within: {by: [priority, plan], P1: {gold: 1h}}\n"
        )
        assert found(commitments=text) == []

    def test_a_row_that_the_condition_rules_out(self) -> None:
        text = CLAUSE + "  when: {priority: P1}\n  within: {by: priority, P1: 1h, P2: 4h}\n"
        assert told(commitments=text) == [
            ("warning", 8, 34, "first.within.P2", "'P2' is never looked up: 'when' or 'unless' rules it out.")
        ]

    def test_a_row_that_unless_rules_out(self) -> None:
        text = (
            CLAUSE + "  unless: [{plan: basic}]\n  within: {by: [priority, plan], P1: {basic: 1h, gold: 1h}, P2: 2h}\n"
        )
        assert told(commitments=text) == [
            ("warning", 8, 39, "first.within.P1.basic", "'basic' is never looked up: 'when' or 'unless' rules it out.")
        ]

    def test_a_table_by_something_open_wants_an_else(self) -> None:
        text = CLAUSE + "  within: {by: region, europe: 1h}\n"
        assert told(commitments=text) == [
            ("note", 7, 3, "first.within", "What 'region' can be is not declared, and the table knows europe only.")
        ]

    def test_a_promise_of_nothing(self) -> None:
        text = CLAUSE + "  within: {by: plan, basic: none, gold: none}\n"
        assert told(commitments=text) == [("warning", 7, 3, "first.within", "This promises nothing to anybody.")]

    def test_channels_targets_and_the_matrix_are_tables_too(self) -> None:
        findings = told(
            policy="name: small\nversion: 1\nplans: [basic, gold]\npriorities: [P1, P2]\n",
            channels="channels: {phone: {open_to: {by: plan, gold: office}}, mail: {open_to: always}}\n",
            targets="targets: {uptime: {at_least: {by: plan, gold: 99.9%}}}\n",
        )
        assert findings == [
            ("error", 1, 20, "channels.phone.open_to", "The row 'basic' is missing."),
            ("error", 1, 20, "targets.uptime.at_least", "The row 'basic' is missing."),
        ]


class TestMatrix:
    def test_a_gap(self) -> None:
        policy = loaded(
            policy="name: small\nversion: 1\npriorities: [P1, P2]\nmatrix:\n  by: [impact, urgency]\n"
            "  high: {high: P1, low: P2}\n  low: {high: P2}\n",
            hours="calendars: {}\n",
        )
        assert [(one.line, one.key, one.problem) for one in lint(policy)] == [
            (7, "matrix.low", "The cell 'low' is missing in the row 'low'.")
        ]


class TestClauses:
    @pytest.mark.parametrize(
        ("more", "expected"),
        [
            ("within: 4h\n  when: {plan: gold}\n  unless: {plan: gold}", ("error", "first.when")),
            ("within: 4h\n  when: {plan: gold}\n  pauses_while: {plan: gold}", ("error", "first.pauses_while")),
            ("within: 4h\n  void_by: [ticket.replied, ticket.merged]", ("warning", "first.void_by")),
            ("within: 4h\n  renews: true", ("warning", "first.renews")),
            ("at: [1w]\n  then_every: 1q", ("warning", "first.then_every")),
            ("within: 30m\n  warn: [50%, 1h]\n  on_warn: {notify: assignee}", ("warning", "first.warn.1")),
            ("at: [1d, 2d]\n  warn: 1d\n  on_warn: {notify: assignee}", ("warning", "first.warn.0")),
            ("within: 4h\n  on_warn: {notify: assignee}", ("warning", "first.on_warn")),
            ("within: 4h\n  warn: 50%", ("note", "first.warn")),
            ("within: 4h\n  on_warn: {raise: support}\n  warn: 50%", ("error", "first.on_warn")),
        ],
    )
    def test_what_is_odd_in_one(self, more: str, expected: tuple[str, str]) -> None:
        findings = found(commitments=CLAUSE + f"  {more}\n")
        assert [(one.severity, one.key) for one in findings] == [expected]
        assert all(one.problem and one.why and one.remedy for one in findings)

    def test_nothing_can_keep_it(self) -> None:
        text = CLAUSE.replace("  kept_by: ticket.replied\n", "") + "  within: 4h\n"
        assert told(commitments=text) == [("error", 1, 1, "first", "Nothing can keep this clause.")]
        assert found(commitments=text + "  do: purge\n") == []

    def test_nobody_hears_of_a_breach(self) -> None:
        text = CLAUSE.replace("  on_breach: [{notify: team-lead}]\n", "") + "  within: 4h\n"
        assert told(commitments=text) == [("note", 1, 1, "first", "Nobody hears of a breach.")]

    def test_a_calendar_that_never_opens(self) -> None:
        findings = told(
            hours="calendars: {office: {zone: UTC, weekly: {mon-sun: closed}}}\n", commitments=CLAUSE + "  within: 4h\n"
        )
        assert findings == [("error", 6, 3, "first.calendar", "The calendar 'office' never opens.")]

    def test_clauses_under_one_key_have_their_places_too(self) -> None:
        clause = "commitments:\n" + "".join(
            f"  {line}\n" for line in (CLAUSE + "  within: 4h\n  warn: 50%").splitlines()
        )
        assert told(commitments=clause) == [("note", 9, 5, "commitments.first.warn", "Nobody hears of the warning.")]


class TestContradictions:
    SECOND = CLAUSE.replace("first:", "second:")

    def test_two_times_for_one_thing(self) -> None:
        text = CLAUSE + "  within: {by: [priority, plan], P1: 1h, P2: {basic: 48h, gold: 8h}}\n"
        text += self.SECOND + "  within: {by: plan, basic: 24h, gold: 8h}\n"
        (finding,) = found(commitments=text)
        assert (finding.severity, finding.line, finding.key) == ("warning", 14, "second.within")
        assert finding.problem == (
            "For priority P1, plan basic this demands 24 h, but 'first' 1 h, for the same beginning and the same answer."
        )

    def test_the_same_times_are_no_contradiction(self) -> None:
        text = (
            CLAUSE
            + "  within: {by: plan, basic: 24h, gold: 8h}\n"
            + self.SECOND
            + "  within: {by: plan, basic: 1d, gold: 8h}\n"
        )
        assert found(commitments=text) == []

    @pytest.mark.parametrize(
        ("one", "other"),
        [
            ("when: {priority: P1}", "when: {priority: P2}"),
            ("when: {priority: P1}", "unless: {priority: P1}"),
            ("when: {region: eu}", "when: {region: us}"),
            ("kept_by: ticket.replied", "kept_by: ticket.resolved"),
            ("begins: ticket.opened", "begins: ticket.merged"),
        ],
    )
    def test_clauses_about_other_things_may_differ(self, one: str, other: str) -> None:
        def clause(name: str, line: str) -> str:
            key = line.partition(":")[0]
            kept = "".join(f"{text}\n" for text in CLAUSE.splitlines() if not text.startswith(f"  {key}:"))
            return kept.replace("first:", f"{name}:") + f"  {line}\n"

        text = clause("one", one) + "  within: 1h\n" + clause("other", other) + "  within: 8h\n"
        assert found(commitments=text) == []

    def test_an_update_that_is_due_after_the_end(self) -> None:
        text = CLAUSE + "  renews: true\n  until: ticket.resolved\n  within: 4h\n"
        text += self.SECOND.replace("ticket.replied", "ticket.resolved") + "  within: {by: plan, basic: 8h, gold: 2h}\n"
        assert told(commitments=text) == [
            ("warning", 9, 3, "first.within",
             "The first update is due after 4 h, but 'second' demands the end after 2 h (plan gold)."),
        ]  # fmt: skip

    def test_the_steps_of_a_ladder_are_no_contradiction(self) -> None:
        text = CLAUSE.replace("{notify: team-lead}", "{raise: support, to: 2}") + "  within: 2h\n"
        text += self.SECOND.replace("{notify: team-lead}", "{raise: support, to: 3}") + "  within: 4h\n"
        ladders = "ladders: {support: {rungs: [{stands: {role: agent}}, {stands: {role: lead}}, {stands: {role: manager}}]}}\n"
        assert found(commitments=text, escalation=ladders) == []


class TestUnused:
    def test_a_calendar(self) -> None:
        assert told() == [
            ("warning", 2, 3, "calendars.office", "No clause, channel or department uses the calendar 'office'.")
        ]

    def test_departments_and_categories(self) -> None:
        policy = "name: small\nversion: 1\ndepartments: [a, b]\ncategories: {x: {department: a}, y: }\n"
        assert [(one.severity, one.key) for one in found(policy=policy, hours="calendars: {}\n")] == [
            ("note", "departments.b"),
            ("note", "categories.y"),
        ]

    def test_ladders_levels_and_rungs(self) -> None:
        escalation = "levels: {1: , 2: }\nladders:\n  support: {rungs: [{level: 1}, {name: Nobody}]}\n"
        assert told(escalation=escalation, hours="calendars: {}\n") == [
            ("warning", 1, 15, "levels.2", "No rung and no recipient is of level 2."),
            ("note", 3, 3, "ladders.support", "Nothing raises a ticket on the ladder 'support' by itself."),
            ("error", 3, 33, "ladders.support.rungs.1", "Nobody stands on rung 2 of the ladder 'support'."),
        ]

    def test_a_plan_that_no_channel_serves(self) -> None:
        channels = "channels: {phone: {open_to: {by: plan, basic: none, gold: office}}}\n"
        assert told(channels=channels) == [("error", 3, 9, "plans.basic", "No channel is open to the plan 'basic'.")]

    @pytest.mark.parametrize(
        "open_to", ["always", "{by: plan, gold: office, else: always}", "{by: region, eu: office, else: always}"]
    )
    def test_a_plan_that_a_channel_serves(self, open_to: str) -> None:
        findings = found(channels=f"channels: {{phone: {{open_to: {open_to}}}, mail: {{open_to: office}}}}\n")
        assert findings == []


def test_findings_come_in_the_order_of_files_and_lines() -> None:
    findings = found(commitments=CLAUSE + "  within: 4h\n  warn: 50%\n", escalation="levels: {1: }\n")
    assert [one.file for one in findings] == ["commitments.yaml", "escalation.yaml"]
    assert findings[0].as_data()["severity"] == "note"
