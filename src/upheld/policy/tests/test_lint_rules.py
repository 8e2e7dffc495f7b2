"""Each rule of the lint: a small policy that has the fault, and one that nearly has it and is not told of."""

from __future__ import annotations

import time

import pytest

from upheld.policy.lint import Finding, lint
from upheld.policy.tests.writing import ACCOUNT, TICKET, loaded
from upheld.policy.vocabulary import Subject, Vocabulary

Files = dict[str, str]
HEAD = "name: small\nversion: 1\nplans: [basic, gold]\npriorities: [P1, P2]\n"
DESK = HEAD + "departments: {desk: {calendar: office}}\ndefaults: {department: desk, calendar: office}\n"
FIRST = "first:\n  on: ticket\n  begins: ticket.opened\n  kept_by: ticket.replied\n  on_breach: [{notify: team-lead}]\n"
FOR_GOLD = "channels: {mail: {open_to: always}, phone: {kind: phone, open_to: {by: plan, basic: none, gold: always}}}\n"
OFFICE = 'calendars:\n  office: {zone: UTC, weekly: {mon-fri: "09:00-17:00"}}\n'
LINE = '  line: {zone: UTC, weekly: {mon-sat: "00:00-24:00"}}\n'
MONDAY = 'calendars: {office: {zone: UTC, weekly: {mon: "09:00-17:00"}, holidays: [{country: US, hours: closed}]}}\n'
LADDER = "ladders: {support: {raised_by: {plan: gold}, rungs: [{stands: {role: agent}}, {stands: {role: manager}}]}}\n"
BY_LEVEL = "ladders: {support: {raised_by: {plan: gold}, rungs: [{level: 1}, {stands: {level: 2}}]}}\n"
WELCOME = "first: {on: account, begins: account.activated, kept_by: account.welcomed, within: 1d, "
MAILBOXES = (
    "channels:\n  a: {open_to: always, addresses: [x@y.example]}\n  b: {open_to: always, addresses: [z@y.example]}\n"
)
BRANDED = "channels: {a: {open_to: always, addresses: {X@y.example: {brand: one}}}}\n"
BY_REGION = {"commitments": FIRST + "  when: {region: europe}\n  within: 4h\n", "policy": HEAD}
RUNGS = "rungs: [{stands: {level: 1}}, {stands: {role: manager}}, {stands: {role: director}}]"

TWO_LADDERS = f"ladders:\n  a: {{{RUNGS}, raised_by: {{plan: gold}}}}\n  b: {{{RUNGS}, raised_by: {{plan: B}}}}\n"


def clause(*lines: str, name: str = "first", **keys: str) -> str:
    """The usual clause with some keys in place of its own."""
    kept = [
        line for line in FIRST.replace("first:", f"{name}:").splitlines() if line.strip().partition(":")[0] not in keys
    ]
    return (
        "\n".join(
            [*kept, *(f"  {key}: {value}" for key, value in keys.items() if value), *(f"  {line}" for line in lines)]
        )
        + "\n"
    )


WAITING = Subject("ticket", {**TICKET.events, "ticket.waiting": "We wait for the customer."}, TICKET.attributes)
WORDS = Vocabulary([WAITING, ACCOUNT])


def found(files: Files) -> list[Finding]:
    return lint(loaded(WORDS, **files), vocabulary=WORDS)


def step(name: str, to: int, within: str) -> str:
    return clause(name=name, on_breach=f"[{{raise: support, to: {to}}}]", within=within)


# name of the rule, a policy that has the fault, where it is found and how grave, a policy that nearly has it
RULES: list[tuple[str, Files, tuple[str, str], Files]] = [
    (
        "missed while nobody is there",
        {"policy": DESK, "commitments": clause(within="1h")},
        ("warning", "first.within"),
        {"policy": DESK, "commitments": clause(within="1h", calendar="office")},
    ),
    (
        "missed in the night, not on the longest weekend",
        {"policy": DESK, "commitments": clause(within="66h")},
        ("", ""),
        {"policy": DESK, "commitments": clause(within="66h")},
    ),
    (
        "a channel that is closed all Sunday",
        {
            "policy": DESK,
            "hours": OFFICE + LINE,
            "channels": "channels: {phone: {kind: phone, open_to: line}}\n",
            "commitments": clause(within="1h"),
        },
        ("warning", "first.within"),
        {
            "policy": DESK,
            "hours": OFFICE + LINE.replace("mon-sat", "mon-sun"),
            "channels": "channels: {phone: {kind: phone, open_to: line}}\n",
            "commitments": clause(within="1h"),
        },
    ),
    (
        "a mailbox that is always open answers nobody",
        {
            "policy": DESK,
            "channels": "channels: {mail: {kind: email, open_to: always}}\n",
            "commitments": clause(within="1h"),
        },
        ("warning", "first.within"),
        {
            "policy": DESK,
            "notifications": "notifications: {new: {on: ticket.opened, notify: on-call}}\n",
            "commitments": clause(within="1h"),
        },
    ),
    (
        "only some are answered at night",
        {
            "policy": DESK,
            "channels": FOR_GOLD,
            "commitments": clause(within="{by: plan, basic: 1h, gold: 15m}"),
        },
        ("warning", "first.within"),
        {
            "policy": DESK,
            "channels": FOR_GOLD,
            "commitments": clause(within="{by: plan, basic: 100h, gold: 15m}"),
        },
    ),
    (
        "settled before it is answered",
        {"commitments": clause(within="4h") + clause(name="end", kept_by="ticket.resolved", within="2h")},
        ("warning", "end.within"),
        {"commitments": clause(within="4h") + clause(name="end", kept_by="ticket.resolved", within="4h")},
    ),
    (
        "an update after the end",
        {
            "commitments": clause(within="4h", renews="true", until="ticket.resolved")
            + clause(name="end", kept_by="ticket.resolved", within="4h")
        },
        ("warning", "first.within"),
        {
            "commitments": clause(within="2h", renews="true", until="ticket.resolved")
            + clause(name="end", kept_by="ticket.resolved", within="4h")
        },
    ),
    (
        "kept by what is past",
        {"commitments": clause(kept_by="ticket.opened", within="4h")},
        ("error", "first.kept_by"),
        {"commitments": clause(kept_by="[ticket.opened, ticket.replied]", within="4h")},
    ),
    (
        "begun and voided by the same",
        {"commitments": clause(void_by="ticket.opened", within="4h")},
        ("warning", "first.void_by"),
        {"commitments": clause(void_by="ticket.merged", within="4h")},
    ),
    (
        "renewed and ended by the same",
        {"commitments": clause(renews="true", until="ticket.replied", within="4h")},
        ("warning", "first.until"),
        {"commitments": clause(renews="true", until="ticket.resolved", within="4h")},
    ),
    (
        "a status that it cannot have as it begins",
        {"commitments": clause(begins="ticket.resolved", when="{status: open}", within="4h")},
        ("error", "first.when"),
        {"commitments": clause(begins="[ticket.resolved, ticket.opened]", when="{status: open}", within="4h")},
    ),
    (
        "standing still from its beginning",
        {"commitments": clause(begins="ticket.waiting", pauses_while="{status: waiting_on_customer}", within="4h")},
        ("warning", "first.pauses_while"),
        {"commitments": clause(begins="ticket.opened", pauses_while="{status: waiting_on_customer}", within="4h")},
    ),
    (
        "a time without hours",
        {"commitments": clause(within="4h", calendar="{by: plan, basic: none, gold: office}")},
        ("error", "first.calendar"),
        {"commitments": clause(within="{by: plan, basic: none, gold: 4h}", calendar="{by: plan, basic: none, gold: office}")},
    ),
    (
        "an else that is never looked up",
        {"commitments": clause(within="{by: plan, basic: 4h, gold: 1h, else: 2h}")},
        ("warning", "first.within.else"),
        {"commitments": clause(within="{by: plan, basic: 4h, else: 2h}")},
    ),
    (
        "a role that nobody has",
        {"escalation": LADDER.replace("manager", "managr")},
        ("error", "ladders.support.rungs.1"),
        {"escalation": LADDER},
    ),
    (
        "a region that is named otherwise than in the clauses",
        {**BY_REGION, "words/en/names.yaml": "regions: {eurpe: {name: Europe}}\n"},
        ("note", "regions.eurpe"),
        {**BY_REGION, "words/en/names.yaml": "regions: {europe: {name: Europe}, antarctica: {name: The South}}\n"},
    ),
    (
        "a level that nobody declared",
        {"escalation": "levels: {1: }\n" + BY_LEVEL},
        ("error", "ladders.support.rungs.1"),
        {"escalation": "levels: {1: , 2: }\n" + BY_LEVEL},
    ),
    (
        "raised where everything begins",
        {"escalation": f"ladders: {{support: {{{RUNGS}}}}}\n", "commitments": step("first", 1, "4h")},
        ("warning", "first.on_breach"),
        {"escalation": f"ladders: {{support: {{{RUNGS}}}}}\n", "commitments": step("first", 2, "4h")},
    ),
    (
        "a ladder of one rung",
        {
            "escalation": "ladders: {support: {rungs: [{stands: {level: 1}}]}}\n",
            "commitments": clause(within="4h", on_breach="{raise: support}"),
        },
        ("warning", "first.on_breach"),
        {"escalation": f"ladders: {{support: {{{RUNGS}}}}}\n", "commitments": clause(within="4h", on_breach="{raise: support}")},
    ),
    (
        "the higher rung first",
        {"escalation": f"ladders: {{support: {{{RUNGS}}}}}\n", "commitments": step("low", 2, "4h") + step("high", 3, "2h")},
        ("warning", "high.within"),
        {"escalation": f"ladders: {{support: {{{RUNGS}}}}}\n", "commitments": step("low", 2, "2h") + step("high", 3, "4h")},
    ),
    (
        "two ladders at once",
        {"escalation": TWO_LADDERS.replace("B", "[gold, basic]")},
        ("warning", "ladders.b.raised_by.0"),
        {"escalation": TWO_LADDERS.replace("B", "basic")},
    ),
    (
        "the same reason twice",
        {"escalation": f"ladders: {{a: {{{RUNGS}, raised_by: [{{plan: gold}}, {{plan: gold, priority: P1}}]}}}}\n"},
        ("warning", "ladders.a.raised_by.1"),
        {"escalation": f"ladders: {{a: {{{RUNGS}, raised_by: [{{plan: gold}}, {{plan: basic, priority: P1}}]}}}}\n"},
    ),
    (
        "somebody who is nobody",
        {"commitments": WELCOME + "on_breach: {notify: watchers}}\n"},
        ("warning", "first.on_breach"),
        {"commitments": WELCOME + "on_breach: {notify: account-manager}}\n"},
    ),
    (
        "what can be done to tickets only",
        {"commitments": WELCOME + "on_breach: {set: {plan: gold}}}\n"},
        ("error", "first.on_breach"),
        {"commitments": clause(within="4h", on_breach="{set: {plan: gold}}")},
    ),
    (
        "a figure beyond the most",
        {"targets": "targets: {csat: {at_least: 5.5, of: 5}}\n"},
        ("error", "targets.csat.at_least"),
        {"targets": "targets: {csat: {at_least: 5, of: 5}}\n"},
    ),
    (
        "a share of more than all",
        {"targets": "targets: {uptime: {at_least: 101%}}\n"},
        ("error", "targets.uptime.at_least"),
        {"targets": "targets: {uptime: {at_least: 100%}}\n"},
    ),
    (
        "at least more than at most",
        {"targets": "targets: {load: {at_least: 6, at_most: 5}}\n"},
        ("error", "targets.load.at_most"),
        {"targets": "targets: {load: {at_least: 5, at_most: 5}}\n"},
    ),
    (
        "a reminder after the end",
        {"policy": HEAD + "rules: {remind_waiting_after: 14d, close_waiting_after: 14d}\n"},
        ("warning", "rules.remind_waiting_after"),
        {"policy": HEAD + "rules: {remind_waiting_after: 14d, close_waiting_after: 14d, autoclose: false}\n"},
    ),
    (
        "reopened after it is closed",
        {"policy": HEAD + "rules: {reopen_within: 14d, close_resolved_after: 7d}\n"},
        ("warning", "rules.reopen_within"),
        {"policy": HEAD + "rules: {reopen_within: 14d, close_resolved_after: 7d, reopen_closed: true}\n"},
    ),
    (
        "holidays on the only open day",
        {
            "hours": MONDAY,
            "commitments": clause(within="4h", calendar="office"),
        },
        ("note", "calendars.office.holidays"),
        {
            "hours": MONDAY.replace("mon:", '"mon,tue":'),
            "commitments": clause(within="4h", calendar="office"),
        },
    ),
    (
        "single days that are past",
        {
            "policy": HEAD + "effective: 2027-01-01\n",
            "hours": 'calendars: {office: {zone: UTC, weekly: {mon: "09:00-17:00"}, dates: {2026-12-24: closed}}}\n',
            "commitments": clause(within="4h", calendar="office"),
        },
        ("note", "calendars.office.dates"),
        {
            "policy": HEAD + "effective: 2026-01-01\n",
            "hours": 'calendars: {office: {zone: UTC, weekly: {mon: "09:00-17:00"}, dates: {2026-12-24: closed}}}\n',
            "commitments": clause(within="4h", calendar="office"),
        },
    ),
    (
        "one address on two channels",
        {"channels": MAILBOXES.replace("z@", "X@")},
        ("warning", "channels.b.addresses.x@y.example"),
        {"channels": MAILBOXES},
    ),
    (
        "a channel for nobody",
        {"channels": "channels:\n  a: {open_to: always}\n  b: {open_to: {by: plan, basic: none, gold: none}}\n"},
        ("warning", "channels.b.open_to"),
        {"channels": "channels:\n  a: {open_to: always}\n  b: {open_to: {by: plan, basic: none, gold: always}}\n"},
    ),
    (
        "a priority without use",
        {"policy": HEAD + "categories: {x: {priority: P1}, y: {priority: P1}}\n"},
        ("note", "priorities.P2"),
        {"policy": HEAD + "categories: {x: {priority: P1}, y: {priority: P2}}\n"},
    ),
    (
        "a language without words",
        {"policy": HEAD + "languages: [en, de]\n"},
        ("note", "languages.1"),
        {"policy": HEAD.replace("[basic, gold]", "{basic: {name: {en: Basic, de: Einfach}}, gold: }") + "languages: [en, de]\n"},
    ),
    (
        "a brand that no mail comes to",
        {"policy": HEAD + "brands: [one, two]\n", "channels": BRANDED},
        ("warning", "brands.two"),
        {"policy": HEAD + "brands: [one]\n", "channels": BRANDED},
    ),
    (
        "a brand that writes from elsewhere",
        {"policy": HEAD + "brands: {one: {mail: z@y.example}}\n", "channels": BRANDED},
        ("warning", "brands.one.mail"),
        {"policy": HEAD + "brands: {one: {mail: x@y.example}}\n", "channels": BRANDED},
    ),
]  # fmt: skip


def without_use_of_office(files: Files) -> list[Finding]:
    """What is found, but for the calendar and the address that these small policies have no use for."""
    return [one for one in found(files) if one.key != "calendars.office" or "uses" not in one.problem]


@pytest.mark.parametrize(("rule", "files", "expected", "nearly"), RULES, ids=[rule[0] for rule in RULES])
def test_a_rule(rule: str, files: Files, expected: tuple[str, str], nearly: Files) -> None:
    told = without_use_of_office(files)
    assert [(one.severity, one.key) for one in told] == ([expected] if expected[0] else [])
    assert all(
        one.line > 0 and one.problem.endswith((".", ")")) and one.why.endswith(".") and one.remedy for one in told
    )
    assert without_use_of_office(nearly) == []


def test_what_is_missed_is_told_by_day_and_hour() -> None:
    (one,) = without_use_of_office({"policy": DESK, "commitments": clause(within="{by: priority, P1: 1h, P2: 4d}")})
    assert one.problem == "For priority P1, 1 h can run out while nobody is there: from Monday 17:00 to Tuesday 09:00."


def test_a_desk_that_never_opens_misses_everything() -> None:
    hours = OFFICE + "  nobody: {zone: UTC, weekly: {mon-sun: closed}}\n"
    policy = DESK.replace("calendar: office}}", "calendar: nobody}}")
    told = found({"policy": policy, "hours": hours, "commitments": clause(within="4h")})
    assert ("warning", "first.within") in [(one.severity, one.key) for one in told]


def test_the_rules_are_quick_on_a_large_table() -> None:
    """Twenty categories, each in a department of its own, times by priority, plan and category."""
    names = [f"c{number}" for number in range(20)]
    policy = HEAD + "departments:\n" + "".join(f"  {name}: {{calendar: office}}\n" for name in names)
    policy += "categories:\n" + "".join(f"  {name}: {{department: {name}, priority: P1}}\n" for name in names)
    rows = "".join(f"\n      {name}: 4h" for name in names)
    table = f"\n    by: [priority, category, plan]\n    P1:{rows}\n    P2:{rows}"
    began = time.process_time()
    told = lint(loaded(policy=policy, commitments=clause(within=table)))
    assert [one.key for one in told if one.severity == "warning"] == ["first.within"]
    assert time.process_time() - began < 2
