"""Every form that a policy may be written in, and what the loader makes of it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from upheld.kernel.durations import DAY, HOUR, MINUTE
from upheld.policy.matching import Choice, Comparison, Matcher, OneOf
from upheld.policy.model import Address, Effect, Mark, PhoneNumber
from upheld.policy.tests.writing import VOCABULARY, loaded, the_clause

CLAUSE = "first: {on: ticket, begins: ticket.opened, kept_by: ticket.replied, within: 4h, %s}\n"


def with_within(text: str) -> Choice[int]:
    within = the_clause(
        f"first: {{on: ticket, begins: ticket.opened, kept_by: ticket.replied, within: {text}}}\n"
    ).within
    assert within is not None
    return within


class TestPolicyFile:
    def test_names_may_be_a_list(self) -> None:
        policy = loaded(policy="name: small\nversion: 1\nplans: [basic, gold]\npriorities: [P1, P2]\n")
        assert [(plan.name, str(plan.label)) for plan in policy.plans.values()] == [
            ("basic", "Basic"),
            ("gold", "Gold"),
        ]
        assert [(one.name, one.rank) for one in policy.priorities.values()] == [("P1", 1), ("P2", 2)]
        assert (policy.plans["gold"].place.line, policy.plans["gold"].place.column) == (3, 16)

    def test_names_may_be_a_mapping_a_label_or_nothing(self) -> None:
        policy = loaded(
            policy="""\
            name: small
            version: 3
            effective: 2026-01-01
            languages: [en, de]
            currency: EUR
            company: {name: Small, url: https://small.example, colour: "#123456", zone: Europe/Berlin}
            plans:
              basic:
              gold: {name: {en: Gold, de: Goldig}, about: The best, level: All, services: [mail, chat]}
            priorities: {P1: Critical, P2: {name: Low, examples: [A question]}}
            departments: {billing: {mail: b@small.example, phone: 1-800, calendar: office, lead: Ann}}
            categories: {money: {department: billing, priority: P1, keywords: [invoice, refund]}}
            product_areas: [api-keys]
            matrix: {by: [impact, urgency], high: {high: P1, low: P2}, low: {high: P2, low: P2}}
            defaults: {plan: basic, priority: P2, category: money, department: billing, calendar: office, language: de}
            rules: {reopen_within: 14d, close_resolved_after: 7d, acknowledge_mail: yes, autoclose: false}
            """
        )
        assert (policy.name, policy.version, policy.effective, policy.currency) == ("small", 3, date(2026, 1, 1), "EUR")
        assert policy.languages == ("en", "de")
        assert (policy.company.name, policy.company.zone, policy.company.colour) == (
            "Small",
            "Europe/Berlin",
            "#123456",
        )
        gold = policy.plans["gold"]
        assert (gold.label.text("de"), gold.label.text("fr"), gold.services) == ("Goldig", "Gold", ("mail", "chat"))
        assert [str(text) for text in policy.priorities["P2"].examples] == ["A question"]
        assert str(policy.priorities["P1"].label) == "Critical"
        assert policy.departments["billing"].calendar == "office"
        assert policy.categories["money"].keywords == ("invoice", "refund")
        assert str(policy.product_areas["api-keys"].label) == "Api keys"
        assert policy.impact_urgency is not None
        assert policy.impact_urgency.pick({"impact": "high", "urgency": "high"}) == "P1"
        assert policy.defaults["language"] == "de"
        assert policy.rules == {
            "reopen_within": 14 * DAY,
            "close_resolved_after": 7 * DAY,
            "acknowledge_mail": True,
            "autoclose": False,
        }

    def test_name_and_version_are_enough(self) -> None:
        policy = loaded(policy="name: small\nversion: 1\n")
        assert (policy.languages, policy.currency, policy.plans) == (("en",), "USD", {})


class TestHoursFile:
    def test_always_is_there_without_being_written(self) -> None:
        assert [*loaded().calendars] == ["office", "always"]
        assert loaded().calendars["always"].is_always

    def test_words_that_other_yaml_takes_for_numbers_or_truths_stay(self) -> None:
        hours = 'calendars: {on: {zone: UTC, weekly: {mon-sun: ["00:00-08:00", 22:00-24:00]}, dates: {2026-12-24: closed}}}\n'
        assert "on" in loaded(hours=hours).calendars


class TestChoices:
    def test_one_value_for_everybody(self) -> None:
        assert with_within("4h") == Choice(otherwise=4 * HOUR)

    def test_one_attribute_with_else(self) -> None:
        choice = with_within("{by: plan, gold: 1h30m, else: 1d}")
        assert choice == Choice(("plan",), {("gold",): 90 * MINUTE}, DAY)

    def test_two_attributes(self) -> None:
        choice = with_within("{by: [priority, plan], P1: {basic: 4h, gold: 15m}, P2: {basic: none, gold: 1h}}")
        assert choice.pick({"priority": "P1", "plan": "gold"}) == 15 * MINUTE
        assert choice.pick({"priority": "P2", "plan": "basic"}) is None
        assert choice.table is not None
        assert choice.table["P2", "basic"] is None

    def test_nothing_in_a_cell_is_none(self) -> None:
        choice = with_within("{by: plan, basic: , gold: 1h}")
        assert choice.table == {("basic",): None, ("gold",): HOUR}

    def test_one_value_for_a_whole_row(self) -> None:
        choice = with_within("{by: [priority, plan], P1: 1h, P2: {gold: 2h, else: 3h}}")
        assert choice.table == {
            ("P1", "basic"): HOUR,
            ("P1", "gold"): HOUR,
            ("P2", "gold"): 2 * HOUR,
            ("P2", "basic"): 3 * HOUR,
        }

    def test_a_truth_is_found_by_the_attribute_that_holds_it(self) -> None:
        choice = with_within("{by: automatic, true: 1d, false: 1h}")
        assert (choice.pick({"automatic": True}), choice.pick({"automatic": False})) == (DAY, HOUR)

    def test_calendars_are_chosen_in_the_same_form(self) -> None:
        clause = the_clause(CLAUSE % "calendar: {by: plan, basic: office, gold: always}", VOCABULARY)
        assert clause.calendar.pick({"plan": "basic"}) == "office"

    def test_a_clause_without_a_calendar_runs_on_always(self) -> None:
        assert the_clause(CLAUSE % "warn: 50%").calendar.pick({}) == "always"


class TestMatchers:
    @pytest.mark.parametrize(
        ("written", "test"),
        [
            ("{plan: gold}", OneOf(frozenset({"gold"}))),
            ("{priority: [P1, P2]}", OneOf(frozenset({"P1", "P2"}))),
            ("{level: 2}", OneOf(frozenset({2}))),
            ("{legal_hold: true}", OneOf(frozenset({True}))),
            ('{zip: "0815"}', OneOf(frozenset({"0815"}))),
            ('{amount: "> 500 USD"}', Comparison(">", Decimal(500), "USD")),
            ('{amount: ">=3"}', Comparison(">=", Decimal(3))),
            ('{amount: "!= 0.5 EUR"}', Comparison("!=", Decimal("0.5"), "EUR")),
        ],
    )
    def test_forms(self, written: str, test: OneOf | Comparison) -> None:
        ((_, read),) = the_clause(CLAUSE % f"when: {written}").when.tests
        assert read == test

    def test_conditions_may_be_one_or_several(self) -> None:
        one = the_clause(CLAUSE % "pauses_while: {status: open}")
        several = the_clause(CLAUSE % "pauses_while: [{status: open}, {status: new}], unless: [{plan: basic}]")
        assert one.pauses_while == (Matcher((("status", OneOf(frozenset({"open"}))),)),)
        assert len(several.pauses_while) == 2
        assert len(several.unless) == 1


class TestClauses:
    def test_events_may_be_one_or_several(self) -> None:
        clause = the_clause(
            "first: {on: ticket, begins: [ticket.opened, ticket.reopened], kept_by: ticket.replied, within: 1h}"
        )
        assert clause.begins == {"ticket.opened", "ticket.reopened"}
        assert clause.kept_by == {"ticket.replied"}
        assert (str(clause.label), clause.place.line, clause.place.column) == ("First", 1, 1)

    def test_a_series(self) -> None:
        clause = the_clause(
            "checks: {on: account, begins: account.activated, kept_by: account.checked, at: [1w, 2w], then_every: 1q}"
        )
        assert (clause.is_series, clause.at, clause.then_every) == (True, (7 * DAY, 14 * DAY), 90 * DAY)

    def test_one_point_in_time(self) -> None:
        clause = the_clause(
            "gone: {on: recording, begins: recording.made, at: 90d, do: purge, unless: {legal_hold: true}}"
        )
        assert (clause.at, clause.do) == ((90 * DAY,), "purge")

    def test_warnings(self) -> None:
        assert the_clause(CLAUSE % "warn: 50%").warn == (Mark("50%", share=0.5),)
        assert the_clause(CLAUSE % "warn: [12.5%, 30m]").warn == (Mark("12.5%", 0.125), Mark("30m", before=30 * MINUTE))

    def test_effects(self) -> None:
        effects = the_clause(
            CLAUSE % "on_breach: [{notify: [assignee, team-lead]}, {raise: support, to: 2}, {page: on-call},"
            " {assign: level-2}, {set: {priority: P1}}], on_warn: {notify: 'department:billing'}"
        )
        assert [(effect.kind, effect.value, dict(effect.options)) for effect in effects.on_breach] == [
            ("notify", "assignee", {}),
            ("notify", "team-lead", {}),
            ("raise", "support", {"to": 2}),
            ("page", "on-call", {}),
            ("assign", "level-2", {}),
            ("set", "", {"priority": "P1"}),
        ]
        (warned,) = effects.on_warn
        assert isinstance(warned, Effect)
        assert warned.value == "department:billing"

    def test_clauses_may_stand_under_one_key(self) -> None:
        text = "commitments:\n  first: {on: ticket, begins: ticket.opened, kept_by: ticket.replied, within: 1h}\n"
        assert [*loaded(commitments=text).clauses] == ["first"]

    def test_an_empty_file_of_clauses_is_no_clause(self) -> None:
        assert loaded(commitments="# later\n").clauses == {}


class TestOtherFiles:
    def test_escalation(self) -> None:
        policy = loaded(
            policy="name: small\nversion: 1\nplans: [basic, gold]\ndepartments: [billing]\n",
            escalation="""\
            levels:
              1: {name: First contact, limit: [Known things], duties: [Answer], abilities: [Reset], hands_on: [When stuck]}
              2:
            ladders:
              support:
                name: Support
                rungs: [{level: 1}, {level: 2, stands: {role: lead, department: billing}}, {name: Boss, stands: {mail: b@x.org}}]
                raised_by: [{amount: "> 500 USD"}, {plan: gold}]
                on_request: {plan: gold}
            """,
        )
        assert [*policy.levels] == [1, 2]
        assert str(policy.levels[2].label) == "Level 2"
        rungs = policy.ladders["support"].rungs
        assert [(rung.number, rung.name, rung.level, dict(rung.stands)) for rung in rungs] == [
            (1, "level-1", 1, {"level": 1}),
            (2, "level-2", 2, {"role": "lead", "department": "billing"}),
            (3, "boss", None, {"mail": "b@x.org"}),
        ]
        assert len(policy.ladders["support"].raised_by) == 2
        assert policy.ladders["support"].on_request == Matcher((("plan", OneOf(frozenset({"gold"}))),))

    def test_channels(self) -> None:
        policy = loaded(
            policy="name: small\nversion: 1\nplans: [basic, gold]\ndepartments: [billing]\n",
            channels="""\
            channels:
              email:
                kind: email
                open_to: always
                addresses: {Billing@small.example: {department: billing}, all@small.example: }
              phone:
                kind: phone
                open_to: {by: plan, basic: none, gold: office}
                only: {plan: gold}
                upsell: Gold has it.
                numbers: [{number: 1-800-555, spelled: 1-800-ABC, about: Main, menu: {"1": billing}}, 555]
            """,
        )
        email, phone = policy.channels.values()
        assert email.addresses[0].address == "billing@small.example"
        assert email.addresses[1].place.line == 5
        assert isinstance(email.addresses[0], Address)
        assert (phone.open_to.pick({"plan": "basic"}), phone.open_to.pick({"plan": "gold"})) == (None, "office")
        assert phone.numbers[0].menu == {"1": "billing"}
        assert phone.numbers[1] == PhoneNumber("555")

    def test_channels_may_be_names_alone(self) -> None:
        assert [*loaded(channels="channels: [email, phone]\n").channels] == ["email", "phone"]

    def test_targets(self) -> None:
        policy = loaded(
            targets="""\
            targets:
              csat: {at_least: 4.5, of: 5}
              uptime: {at_least: {by: plan, basic: 99.5%, gold: 99.99%}, measured: Each month}
              hold: {at_most: 5m, source: Phone}
              articles: {at_least: 500, unit: articles}
            """
        )
        assert {name: target.unit for name, target in policy.targets.items()} == {
            "csat": "",
            "uptime": "%",
            "hold": "s",
            "articles": "articles",
        }
        hold, uptime = policy.targets["hold"], policy.targets["uptime"]
        assert hold.at_most is not None
        assert uptime.at_least is not None
        assert hold.at_most.pick({}) == 300
        assert uptime.at_least.pick({"plan": "gold"}) == 0.9999
        assert policy.targets["csat"].of == 5

    def test_notifications(self) -> None:
        policy = loaded(
            VOCABULARY,
            notifications="""\
            notifications:
              new: {on: ticket.opened, when: {priority: P1}, notify: [team, assignee], by: [app, mail]}
              late: {on: commitment.breached, notify: manager}
            """,
        )
        new, late = policy.notifications.values()
        assert (new.notify, new.by, bool(new.when)) == (("team", "assignee"), ("app", "mail"), True)
        assert (late.notify, late.by) == (("manager",), ("app",))

    def test_intake(self) -> None:
        policy = loaded(
            intake="""\
            intake:
              account: {name: Account, about: Who is it?, required: true}
              impact: {kind: choice, choices: [one, many]}
              shots: {helpful: true}
            closing: {resolution: {kind: long, required: true}}
            """
        )
        assert policy.intake["impact"].choices == ("one", "many")
        assert (policy.intake["account"].required, policy.intake["shots"].helpful) == (True, True)
        assert policy.closing["resolution"].kind == "long"
