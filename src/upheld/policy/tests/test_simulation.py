"""Histories held against another policy: exact where nothing changes, and right where something does."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from upheld.config.values import SOURCE_ROOT
from upheld.kernel.durations import DAY, HOUR, MINUTE
from upheld.kernel.instants import parse_instant
from upheld.policy import Event, Policy, load
from upheld.policy.fold import SubjectFold
from upheld.policy.matching import Choice
from upheld.policy.model import Effect
from upheld.policy.promises import Promises
from upheld.policy.simulation import History, Missing, Scope, Simulation, Tally, Window, histories_of
from upheld.policy.simulation.caveats import caveats
from upheld.policy.simulation.exactness import missing_from
from upheld.policy.simulation.histories import facts, folded_under
from upheld.policy.simulation.pairing import pairs
from upheld.policy.simulation.results import as_data
from upheld.policy.states import BREACHED, KEPT

MONDAY = parse_instant("2026-03-02T14:00:00Z")  # nine in the morning in New York
WINDOW = Window(MONDAY - DAY, MONDAY + 30 * DAY)
OPENED = {"priority": "P1", "plan": "enterprise", "status": "new", "department": "support", "account": "account:3"}


@pytest.fixture(scope="module")
def techflow() -> Policy:
    return load(SOURCE_ROOT / "policies" / "techflow")


def happened(*facts: tuple[int, str, Mapping[str, Any]], subject: str = "ticket:1") -> list[Event]:
    return [Event(MONDAY + after, kind, subject, "agent:1", data) for after, kind, data in facts]


def answered_after(gap: int, subject: str = "ticket:1", **attributes: str) -> list[Event]:
    return happened(
        (0, "ticket.opened", OPENED | attributes),
        (gap, "ticket.replied", {"status": "waiting_on_customer"}),
        (gap + 2 * HOUR, "ticket.resolved", {"status": "resolved"}),
        subject=subject,
    )


def with_reply_within(policy: Policy, within: int) -> Policy:
    clause = replace(policy.clauses["first-response"], within=Choice(otherwise=within))
    return replace(policy, clauses=dict(policy.clauses) | {"first-response": clause})


def simulated(draft: Policy, in_force: Policy | None, events: list[Event], **options: Any) -> Tally:
    return Simulation(draft, WINDOW, **options).add_all(histories_of(events, in_force, until=WINDOW.until))


def test_the_policy_in_force_changes_nothing(techflow: Policy) -> None:
    tally = simulated(techflow, techflow, answered_after(20 * MINUTE))
    assert tally.changed == (0, 0)
    assert all(sides.then == sides.now for sides in tally.clauses.values())
    assert tally.effects_then == tally.effects_now
    assert tally.clauses["first-response"].now.breached == 1


@pytest.mark.parametrize(
    ("within", "gap", "worse", "better"),
    [(30 * MINUTE, 20 * MINUTE, 0, 1), (10 * MINUTE, 12 * MINUTE, 1, 0), (15 * MINUTE, 20 * MINUTE, 0, 0)],
)
def test_another_time_changes_sides(techflow: Policy, within: int, gap: int, worse: int, better: int) -> None:
    tally = simulated(with_reply_within(techflow, within), techflow, answered_after(gap))
    assert (tally.clauses["first-response"].worse, tally.clauses["first-response"].better) == (worse, better)
    for change in (*tally.worse, *tally.better):
        assert (change.subject, change.clause) == ("ticket:1", "first-response")
        assert (change.then_due_at, change.now_due_at) == (MONDAY + 15 * MINUTE, MONDAY + within)
        assert {change.then, change.now} == {KEPT, BREACHED}


def test_a_clause_that_is_new_or_gone_is_counted_on_one_side(techflow: Policy) -> None:
    clauses = dict(techflow.clauses)
    clauses["first-answer"] = replace(clauses.pop("first-response"), name="first-answer")
    tally = simulated(replace(techflow, clauses=clauses), techflow, answered_after(20 * MINUTE))
    assert tally.clauses["first-response"].now.total == tally.clauses["first-answer"].then.total == 0
    assert tally.clauses["first-response"].better == tally.clauses["first-answer"].worse == 1
    assert {(one.then, one.now) for one in (*tally.better, *tally.worse)} == {
        ("breached", "none"),
        ("none", "breached"),
    }


def test_results_of_the_old_policy_are_no_facts(techflow: Policy) -> None:
    """But a breach that was announced says that its instant was over, and a waiver counts where its clause is."""
    promises = Promises.of(techflow, "ticket")
    told = happened(
        (0, "ticket.opened", OPENED),
        (15 * MINUTE, "commitment.breached", {"clause": "first-response", "plan": "standard"}),
        (16 * MINUTE, "commitment.waived", {"clause": "no-such-clause", "cycle": 1}),
        (16 * MINUTE, "commitment.waived", {"clause": "resolution", "cycle": 1}),
        (17 * MINUTE, "commitment.moved", {"from": 1, "to": 2}),
    )
    taken = list(facts(told, promises))
    assert [event.kind for event in taken] == [
        "ticket.opened", "", "", "commitment.waived" if "resolution" in promises.positions else "", "",
    ]  # fmt: skip
    assert [event.at for event in taken] == [event.at for event in told]
    assert all(not event.data for event in taken if not event.kind)


def test_escalations_and_night_pages(techflow: Policy) -> None:
    clause = replace(
        techflow.clauses["first-response"],
        on_warn=(),
        on_breach=(Effect("raise", "support"), Effect("raise", "support", {"to": 2}), Effect("page", "on-call")),
        calendar=Choice(otherwise="always"),
        within=Choice(otherwise=10 * HOUR),
    )
    draft = replace(techflow, clauses={"first-response": clause})
    at_night = answered_after(12 * HOUR, "ticket:1")  # due at seven in the evening, when support is open
    late = [Event(event.at + 5 * HOUR, event.kind, "ticket:2", event.actor, event.data) for event in at_night]
    tally = simulated(draft, techflow, at_night + late)
    assert tally.effects_now.raised == {"support": 2}, "the second step leads no higher"
    assert tally.effects_now.paged == 2
    assert tally.effects_now.nightly == 1
    assert "outside the hours" in next(iter(tally.effects_now.at_night))


def test_a_settled_ticket_is_not_raised(techflow: Policy) -> None:
    clause = replace(
        techflow.clauses["first-response"],
        kept_by=frozenset({"ticket.replied"}),
        until=frozenset(),
        void_by=frozenset(),
        pauses_while=(),
        on_breach=(Effect("raise", "support"),),
        calendar=Choice(otherwise="always"),
    )
    draft = replace(techflow, clauses={"first-response": clause})
    settled = happened((0, "ticket.opened", OPENED), (MINUTE, "ticket.resolved", {"status": "resolved"}))
    assert simulated(draft, techflow, settled).effects_now.escalations == 0
    standing = happened((0, "ticket.opened", OPENED), (MINUTE, "ticket.noted", {}))
    assert simulated(draft, techflow, standing).effects_now.escalations == 1


def test_a_scope_looks_at_what_was_known_last(techflow: Policy) -> None:
    told = [*answered_after(MINUTE), *answered_after(MINUTE, "ticket:2", account="account:4", plan="standard")]
    for scope, subjects in (
        (Scope(), 2),
        (Scope("account:4"), 1),
        (Scope(plan="enterprise"), 1),
        (Scope("account:9"), 0),
    ):
        assert simulated(techflow, techflow, told, scope=scope).subjects == subjects


def test_lists_are_bounded_and_their_number_is_told(techflow: Policy) -> None:
    told = [event for number in range(150) for event in answered_after(20 * MINUTE, f"ticket:{number}")]
    tally = simulated(with_reply_within(techflow, HOUR), techflow, told)
    assert len(tally.better) == 100
    assert tally.changed == (0, 150)


def test_a_tally_goes_on_where_another_left_off(techflow: Policy) -> None:
    import msgspec

    draft = with_reply_within(techflow, HOUR)
    told = list(histories_of([*answered_after(20 * MINUTE), *answered_after(90 * MINUTE, "ticket:2")], techflow))
    whole = Simulation(draft, WINDOW).add_all(told)
    first = Simulation(draft, WINDOW).add_all(told[:1])
    kept = msgspec.json.decode(msgspec.json.encode(first), type=Tally)
    assert Simulation(draft, WINDOW, tally=kept).add_all(told[1:]) == whole


def test_little_history_says_how_little(techflow: Policy) -> None:
    assert caveats(Tally(), WINDOW) == ["There is no recorded history in this period, so nothing can be said."]
    told = caveats(simulated(techflow, techflow, answered_after(MINUTE)), WINDOW)
    assert "You asked for 31 days; the recorded history covers less than a day of them, with 1 subjects" in told[0]
    assert "fewer than 30 decided" in told[1]
    assert caveats(simulated(techflow, techflow, answered_after(MINUTE)), WINDOW, {"first-response": "First answer"})[
        1
    ].count("First answer")
    everything = caveats(simulated(techflow, techflow, answered_after(MINUTE)), Window(0, WINDOW.until))
    assert not any("You asked for" in one for one in everything)
    assert caveats(simulated(techflow, None, answered_after(MINUTE)), WINDOW)[-1].startswith("Nothing is known")


def test_what_is_missing_is_named(techflow: Policy) -> None:
    events = answered_after(20 * MINUTE)
    recorded = folded_under(Promises.of(techflow, "ticket"), events, WINDOW.until)
    announced = [(state.clause, state.cycle, name) for state in recorded for name, _ in state.marks]

    def missing(given: list[Event], told: Any = announced) -> list[str]:
        replayed = folded_under(Promises.of(techflow, "ticket"), given, WINDOW.until)
        return [one.what for one in missing_from("ticket:1", recorded, replayed, told)]

    assert missing(events) == []
    assert any("the beginning is missing" in what for what in missing(events[1:]))
    assert any("the event of that instant is missing" in what for what in missing(events[:1]))
    assert any("which no event announced" in what for what in missing(events, announced[1:]))
    assert any(
        "nothing is recorded of it" in what for what in missing(events, [*announced, ("first-response", 9, "50%")])
    )
    inexact = History("ticket:1", events, recorded, techflow, [Missing("ticket:1", "first-response", 1, "is lost")])
    data = as_data(Simulation(techflow, WINDOW).add_all([inexact]), techflow, WINDOW)
    assert (data["exact"], data["inexact_subjects"], data["missing"][0]["what"]) == (False, 1, "is lost")


KINDS = (
    "replied",
    "customer_replied",
    "changed",
    "resolved",
    "reopened",
    "closed",
    "merged",
    "unmerged",
    "noted",
    "raised",
)


@st.composite
def lives(draw: st.DrawFn) -> list[Event]:
    """A ticket whose life is any order of events, as a desk would have recorded it, waivers included."""
    at = MONDAY + draw(st.integers(0, 7 * 24)) * HOUR
    events = [
        Event(at, "ticket.opened", "ticket:1", "contact:1", OPENED | {"priority": draw(st.sampled_from(["P1", "P3"]))})
    ]
    for kind in draw(st.lists(st.sampled_from((*KINDS, "waived")), max_size=10)):
        at += draw(st.sampled_from((MINUTE, 14 * MINUTE, HOUR, 5 * HOUR, DAY)))
        if kind == "waived":
            data = {"clause": draw(st.sampled_from(["first-response", "resolution"])), "cycle": 1, "reason": "so"}
            events.append(Event(at, "commitment.waived", "ticket:1", "agent:1", data))
            continue
        data = {"priority": draw(st.sampled_from(["P1", "P2", "P4"]))} if kind == "changed" else {}
        status = {"replied": "waiting_on_customer", "resolved": "resolved", "closed": "closed", "merged": "closed"}.get(
            kind
        )
        events.append(Event(at, f"ticket.{kind}", "ticket:1", "agent:1", data | ({"status": status or "open"})))
    return events


def announced_by_the_desk(policy: Policy, facts_: list[Event]) -> tuple[list[Event], list[Any]]:
    """What the desk would have recorded: after each fact the warnings and breaches that it finds, and the rows at the end."""
    promises = Promises.of(policy, "ticket")
    recorded: list[Event] = []
    known: set[tuple[str, int, str]] = set()

    def look(until: int) -> list[Any]:
        run = SubjectFold(promises)
        for event in recorded:
            run.apply(event)
        states = run.states(until)
        fresh = [(at, one.clause, one.cycle, name) for one in states for name, at in one.marks]
        for at, clause, cycle, name in sorted(one for one in fresh if one[1:] not in known):
            known.add((clause, cycle, name))
            recorded.append(
                Event(at + 1, "commitment.breached" if name == "breach" else "commitment.warned", "ticket:1")
            )
        return states

    for fact in facts_:
        look(fact.at)
        recorded.append(fact)
        look(fact.at)
    look(WINDOW.until + DAY)
    return recorded, look(WINDOW.until + DAY)


@given(lives())
@settings(max_examples=1000, deadline=None)
def test_replaying_the_policy_in_force_gives_what_really_happened(life: list[Event]) -> None:
    """A thousand random histories, recorded as the desk records them: every commitment is reproduced with its marks."""
    policy = _techflow()
    recorded, rows = announced_by_the_desk(policy, life)
    simulation = Simulation(policy, Window(MONDAY, WINDOW.until + DAY))
    assert simulation.states_now(History("ticket:1", recorded)) == rows
    simulation.add(History("ticket:1", recorded, rows, policy))
    assert simulation.tally.changed == (0, 0)
    assert all(sides.then == sides.now for sides in simulation.tally.clauses.values())


@given(lives(), st.sampled_from([5 * MINUTE, HOUR, 20 * HOUR]))
@settings(max_examples=60, deadline=None)
def test_every_cycle_stands_in_one_pair(life: list[Event], within: int) -> None:
    policy = _techflow()
    then = folded_under(Promises.of(policy, "ticket"), life, WINDOW.until)
    now = folded_under(Promises.of(with_reply_within(policy, within), "ticket"), life, WINDOW.until)
    found = list(pairs(then, now))
    assert sorted((one.clause, one.cycle) for one, _ in found if one) == sorted((one.clause, one.cycle) for one in then)
    assert sorted((one.clause, one.cycle) for _, one in found if one) == sorted((one.clause, one.cycle) for one in now)
    assert all(one.clause == other.clause for one, other in found if one and other)


_LOADED: list[Policy] = []


def _techflow() -> Policy:
    if not _LOADED:
        _LOADED.append(load(SOURCE_ROOT / "policies" / "techflow"))
    return _LOADED[0]
