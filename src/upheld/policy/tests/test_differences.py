"""What differs between two policies, in sentences; and that nothing that differs is silent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from upheld.hours import Calendar
from upheld.policy import Policy, PolicyErrors
from upheld.policy.chapters import TITLES, chapters
from upheld.policy.differences import differences, text_difference
from upheld.policy.document import Document
from upheld.policy.lint import lint
from upheld.policy.loader import load_sources
from upheld.policy.nodes import plain
from upheld.policy.tests.writing import loaded

POLICIES = Path(__file__).parents[4] / "policies"
NAMES = ("techflow", "crm-pro", "yourbestsoftware", "guidelines")
FILES = ("policy", "hours", "commitments", "escalation", "channels", "notifications", "targets", "intake")


@cache
def shipped(name: str) -> Policy:
    """A shipped policy without the words of its documents, which speak of its names."""
    return load_sources({path.name: path.read_bytes() for path in sorted((POLICIES / name).glob("*.yaml"))})


def document(file: str, raw: bytes) -> Any:
    """A file as plain data."""
    root = Document(file, raw).root
    assert root is not None
    return plain(root)


def written(data: Any) -> bytes:
    """Plain data as a file, in another way than a person writes."""
    return yaml.dump(data, Dumper=yaml.CSafeDumper, sort_keys=False, allow_unicode=True).encode()


def changed(name: str, file: str, *replacements: tuple[str, str]) -> Policy:
    """A shipped policy with some of its text replaced."""
    sources = dict(shipped(name).sources)
    text = sources[file].decode()
    for before, after in replacements:
        assert before in text
        text = text.replace(before, after, 1)
    return load_sources({**sources, file: text.encode()})


def told(old: Policy, new: Policy) -> list[str]:
    return [one.sentence for one in differences(old, new)]


TECHFLOW = [
    (
        "commitments.yaml",
        [("P1: {standard: 4h, professional: 1h, enterprise: 15m}", "P1: {standard: 4h, professional: 1h, enterprise: 10m}")],
        ["Enterprise, P1: first response 15 min → 10 min"],
    ),
    (
        "commitments.yaml",
        [("  calendar: {by: plan, standard: office, professional: office, enterprise: always}", "  calendar: office")],
        ["Enterprise: first response counts around the clock → on the calendar office"],
    ),
    (
        "commitments.yaml",
        [
            ("standard: 4h, professional: 1h, enterprise: 15m", "standard: 2h, professional: 2h, enterprise: 2h"),
            ("standard: 8h, professional: 2h, enterprise: 30m", "standard: 8h, professional: 2h, enterprise: 2h"),
        ],
        [
            "Standard, P1: first response 4 h → 2 h",
            "Professional, P1: first response 1 h → 2 h",
            "Enterprise, P1: first response 15 min → 2 h",
            "Enterprise, P2: first response 30 min → 2 h",
        ],
    ),
    ("commitments.yaml", [("  within: 2h\n", "  within: 3h\n")], ["Critical ticket reaches level 2: 2 h → 3 h"]),
    (
        "commitments.yaml",
        [("kept_by: ticket.replied\n", "kept_by: [ticket.replied, ticket.resolved]\n")],
        ["First response: kept by “ticket replied” → “ticket replied” or “ticket resolved”"],
    ),
    (
        "commitments.yaml",
        [("[{notify: team-lead}, {raise: support}]", "[{notify: team-lead}, {page: on-call}, {raise: support}]")],
        ["First response: on a breach now with “whoever is on call is paged”"],
    ),
    ("commitments.yaml", [("mail-answer:", "answer-to-mail:")], [
        "The commitment “mail-answer” is now called “answer-to-mail”; everything else about it is as it was"]),
    ("hours.yaml", [('mon-fri: "08:00-20:00"', 'mon-fri: "08:00-18:00"\n      sat: "08:00-12:00"')], [
        "Office hours: Monday to Friday 08:00–20:00 → 08:00–18:00",
        "Office hours: Saturday closed → 08:00–12:00",
    ]),
    ("hours.yaml", [("hours: closed}", 'hours: "10:00-14:00"}')], [
        "Office hours: holidays: closed on public holidays of US → on public holidays of US open 10:00–14:00"]),
    ("hours.yaml", [("America/New_York", "Europe/Berlin")], ["Office hours: time zone: America/New_York → Europe/Berlin"]),
    ("channels.yaml", [("standard: none", "standard: office")], ["Standard: Telephone not included → on the calendar office"]),
    ("channels.yaml", [("security@techflow", "alarm@techflow")], [
        "Mail: new address alarm@techflowsolutions.com, goes to Security, as Security",
        "Mail: no longer the address security@techflowsolutions.com, goes to Security, as Security",
    ]),
    ("targets.yaml", [("99.9%", "99.95%")], ["Professional: Uptime at least 99.9% → 99.95%"]),
    ("policy.yaml", [("version: 1\n", "version: 2\n")], ["The policy: version 1 → 2"]),
    ("policy.yaml", [("high: {high: P1, medium: P2, low: P3}", "high: {high: P1, medium: P1, low: P3}")], [
        "Impact high, urgency medium: the priority is P2 → P1"]),
    ("policy.yaml", [("close_resolved_after: 7d", "close_resolved_after: 8d")], [
        "A resolved ticket closes by itself after: 7 d → 8 d"]),
    ("escalation.yaml", [("stands: {level: 3}}\n", "stands: {level: 3}}\n      - {name: Lead, stands: {role: lead}}\n")], [
        "Ladder Support: new rung 4, Lead: agents with the role lead"]),
    ("escalation.yaml", [("on_request: {plan: enterprise}", "on_request: {plan: [professional, enterprise]}")], [
        "Ladder Support: the right to ask for it: plan is Enterprise → plan is Enterprise or Professional"]),
    ("notifications.yaml", [("[team]", "[team, on-call]")], [
        "Notification new-ticket: those who hear of it now with whoever is on call"]),
    ("intake.yaml", [("kind: number", "kind: text")], ["Question “People affected”: kind number → text"]),
]  # fmt: skip


@pytest.mark.parametrize(("file", "replacements", "sentences"), TECHFLOW)
def test_a_change_in_one_sentence(file: str, replacements: list[tuple[str, str]], sentences: list[str]) -> None:
    assert told(shipped("techflow"), changed("techflow", file, *replacements)) == sentences


PLANS = "name: small\nversion: 1\npriorities: [P1, P2]\nplans: "
CLAUSE = "first: {on: ticket, begins: ticket.opened, kept_by: ticket.replied, within: "


def with_plans(plans: str, first: str, second: str) -> Policy:
    return loaded(
        policy=PLANS + plans + "\n",
        commitments=f"{CLAUSE}{{by: [priority, plan], P1: {{{first}}}, P2: {{{second}}}}}}}\n",
    )


def test_a_new_plan_tells_its_cells_in_one_sentence() -> None:
    old = with_plans("{a: Basic, b: {name: Gold, about: For firms}}", "a: 4h, b: 1h", "a: 8h, b: 2h")
    new = with_plans(
        "{a: Basic, b: {name: Gold, about: For firms}, c: Platinum}", "a: 4h, b: 1h, c: 10m", "a: 8h, b: 2h, c: 20m"
    )
    assert told(old, new) == ["New plan: Platinum", "Platinum (new): first P1 10 min, P2 20 min"]
    assert told(new, old) == ["No longer a plan: Platinum", "Platinum (gone): no longer first P1 10 min, P2 20 min"]


def test_a_renamed_plan_is_no_change_of_what_speaks_of_it() -> None:
    old = with_plans("{a: Basic, b: {name: Gold, about: For firms}}", "a: 4h, b: 1h", "a: 8h, b: 2h")
    new = with_plans("{a: Basic, top: {name: Gold, about: For firms}}", "a: 4h, top: 1h", "a: 8h, top: 90m")
    assert told(old, new) == [
        "The plan “b” is now called “top”; everything else about it is as it was",
        "Gold, P2: first 2 h → 1 h 30 min",
    ]


def test_cells_that_change_alike_are_one_sentence() -> None:
    old = with_plans("[basic, gold]", "basic: 4h, gold: 2h", "basic: 4h, gold: 2h")
    new = with_plans("[basic, gold]", "basic: 4h, gold: 1h", "basic: 4h, gold: 1h")
    assert told(old, new) == ["Gold, all priorities: first 2 h → 1 h"]
    everything = with_plans("[basic, gold]", "basic: 1h, gold: 1h", "basic: 1h, gold: 1h")
    single = loaded(policy=PLANS + "[basic, gold]\n", commitments=f"{CLAUSE}2h}}\n")
    assert told(single, everything) == ["Everybody: first 2 h → 1 h"]


def test_a_new_language_is_told_by_its_number() -> None:
    head = "name: small\nversion: 1\nlanguages: [en, de]\nplans:\n"
    old = loaded(policy=head + "".join(f"  p{number}: Plan {number}\n" for number in range(14)))
    new = loaded(
        policy=head
        + "".join(f"  p{number}: {{name: {{en: Plan {number}, de: Tarif {number}}}}}\n" for number in range(14))
    )
    (one,) = differences(old, new)
    assert (one.chapter, one.sentence) == ("words", "Names and texts in de: 14 new")
    assert "plans.p3.label: Tarif 3" in one.after


def test_documents_are_told_by_file_and_lines() -> None:
    path = "words/en/support-policy.md"
    raw = b"# Support\n\nOne.\nTwo.\n"
    old = replace(shipped("techflow"), sources={path: raw})
    new = replace(old, sources={path: raw.replace(b"Two.", b"Three.\nFour.")})
    assert told(old, new) == ["Document en/support-policy.md: 2 lines new, 1 line gone"]
    assert text_difference(old.sources, new.sources).splitlines()[:2] == [f"--- old/{path}", f"+++ new/{path}"]


def test_the_text_difference_of_files_that_come_and_go() -> None:
    assert text_difference({"a.yaml": b"x: 1\n"}, {"a.yaml": b"x: 1\n"}) == ""
    assert text_difference({}, {"a.yaml": b"x: 1\n"}) == "--- /dev/null\n+++ new/a.yaml\n@@ -0,0 +1 @@\n+x: 1\n"


@pytest.mark.parametrize("name", NAMES)
def test_equal_policies_have_no_difference_however_they_are_written(name: str) -> None:
    sources = {
        file: written(document(file, raw)) if file.endswith(".yaml") and "/" not in file else raw
        for file, raw in shipped(name).sources.items()
    }
    assert told(shipped(name), load_sources(sources)) == []


@pytest.mark.parametrize("name", NAMES)
def test_every_policy_against_every_other_is_told_in_order_and_without_python(name: str) -> None:
    for other in NAMES:
        found = differences(shipped(name), shipped(other))
        chapters = [list(TITLES).index(one.chapter) for one in found]
        assert chapters == sorted(chapters)
        assert all(one.sentence and (one.before or one.after) for one in found)
        assert not [one.sentence for one in found if "(" in one.sentence and "='" in one.sentence]
        assert found == differences(shipped(name), shipped(other))


# ---- nothing that differs is silent ----------------------------------------------------------------------------------

POOL = [
    "1h",
    "90m",
    "always",
    "office",
    "none",
    "P1",
    "P2",
    "true",
    "false",
    "assignee",
    "manager",
    "Something",
    "2027-01-01",
]
POOL += [
    "ticket.replied",
    "ticket.resolved",
    "enterprise",
    "7",
    "42%",
    "09:00-13:00",
    "closed",
    "Europe/Berlin",
    "support",
]


def spots(node: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The path of everything below this node."""
    items = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    below = [spot for key, value in items for spot in spots(value, (*path, key))]
    return [path, *below] if path else below


def mutated(node: Any, path: tuple[Any, ...], how: str, value: str) -> None:
    """Change, take out, rename or double what stands at the path."""
    for step in path[:-1]:
        node = node[step]
    last = path[-1]
    if how == "change":
        node[last] = value
    elif how == "take out":
        del node[last]
    elif how == "reverse" and isinstance(node[last], list | dict):
        one = node[last]
        node[last] = one[::-1] if isinstance(one, list) else dict(reversed(one.items()))
    elif isinstance(node, dict):
        entries = [(f"{key}-new" if key == last else key, one) for key, one in node.items()]
        node.clear()
        node.update(entries)
    else:
        node.append(node[last])


def said(value: Any) -> Any:
    """All that a policy says, without the places of its lines: the test's own idea of equal."""
    if isinstance(value, Calendar):
        return said(value.form)
    if is_dataclass(value) and not isinstance(value, type):
        return [
            (one.name, said(getattr(value, one.name))) for one in fields(value) if one.name not in ("place", "sources")
        ]
    if isinstance(value, Mapping):
        return [(key, said(one)) for key, one in sorted(value.items(), key=lambda entry: str(entry[0]))]
    if isinstance(value, list | tuple):
        return [said(one) for one in value]
    return sorted(map(repr, value)) if isinstance(value, frozenset) else repr(value)


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.filter_too_much])
@given(st.sampled_from(NAMES), st.sampled_from(FILES), st.data())
def test_nothing_that_differs_is_silent(name: str, file: str, data: st.DataObject) -> None:
    old = shipped(name)
    node = document(f"{file}.yaml", old.sources[f"{file}.yaml"])
    path = data.draw(st.sampled_from(spots(node)))
    mutated(
        node,
        path,
        data.draw(st.sampled_from(["change", "take out", "rename", "reverse"])),
        data.draw(st.sampled_from(POOL)),
    )
    try:
        new = load_sources({**old.sources, f"{file}.yaml": written(node)})
    except PolicyErrors:
        assume(False)
    found = differences(old, new)
    lint(new)
    chapters(new)
    if said(old) != said(new):
        assert found
        assert differences(new, old)
    else:
        assert all("another order" in one.sentence for one in found)
