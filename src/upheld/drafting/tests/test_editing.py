"""Forms change what they were asked to change, and no other byte."""

from __future__ import annotations

import difflib
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from upheld.config.subjects import VOCABULARY
from upheld.drafting.editing.cells import grid_of, set_cells
from upheld.drafting.editing.plans import add_plan
from upheld.drafting.editing.rungs import RungText, add_rung, change_rung, remove_rung, rung_texts
from upheld.drafting.editing.source import NotEditable, Source
from upheld.drafting.editing.values import set_values, values_under
from upheld.drafting.editing.week import date_texts, set_dates, set_week, week_texts
from upheld.hours.week import DAYS
from upheld.kernel.durations import parse_duration
from upheld.policy import Policy
from upheld.policy.loader import load_sources

POLICIES = Path(__file__).parents[4] / "policies"
NAMES = ("techflow", "crm-pro", "guidelines", "yourbestsoftware")


def files_of(name: str) -> dict[str, str]:
    return {path.name: path.read_bytes().decode() for path in (POLICIES / name).glob("*.yaml")}


@cache
def policy_named(name: str) -> Policy:
    return loaded(files_of(name))


def loaded(files: dict[str, str]) -> Policy:
    return load_sources({name: text.encode() for name, text in files.items()}, vocabulary=VOCABULARY)


def changed_lines(before: str, after: str) -> list[str]:
    return [line for line in difflib.ndiff(before.splitlines(True), after.splitlines(True)) if line[0] in "+-"]


@pytest.mark.parametrize("name", NAMES)
def test_saving_every_form_without_a_change_leaves_every_byte(name: str) -> None:
    files, policy = files_of(name), policy_named(name)
    commitments, hours = (
        Source("commitments.yaml", files["commitments.yaml"]),
        Source("hours.yaml", files["hours.yaml"]),
    )
    escalation, top = Source("escalation.yaml", files["escalation.yaml"]), Source("policy.yaml", files["policy.yaml"])
    for clause in policy.clauses.values():
        grid = grid_of(policy, clause, commitments)
        if grid is not None:
            assert set_cells(commitments, grid, {key: cell.text for key, cell in grid.cells.items()}) == []
    for calendar in policy.calendars:
        if hours.find(["calendars", calendar, "weekly"]):
            assert set_week(hours, calendar, week_texts(hours, calendar)) == []
            assert not set_dates(hours, calendar, list(date_texts(hours, calendar).items()))
    for ladder in policy.ladders:
        for number, rung in enumerate(rung_texts(escalation, ladder)):
            change_rung(escalation, ladder, number, rung)
    for priority in policy.priorities:
        values = values_under(top, "priorities", priority, ("name", "about"))
        assert set_values(top, values, {value.field: value.text for value in values}) == []
    for source in (commitments, hours, escalation, top):
        assert source.text() == files[source.name]


@pytest.mark.parametrize("name", NAMES)
def test_the_grid_shows_what_the_policy_promises(name: str) -> None:
    files, policy = files_of(name), policy_named(name)
    source = Source("commitments.yaml", files["commitments.yaml"])
    for clause in policy.clauses.values():
        grid = grid_of(policy, clause, source)
        for key, cell in (grid.cells if grid else {}).items():
            promised = clause.within.pick(dict(zip(clause.within.by, key, strict=True)))  # type: ignore[union-attr]
            assert (parse_duration(cell.text) if cell.text else None) == promised, (clause.name, key)


@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_one_changed_cell_changes_that_cell_and_one_line(data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(NAMES))
    files, policy = files_of(name), policy_named(name)
    source = Source("commitments.yaml", files["commitments.yaml"])
    grids = [grid for clause in policy.clauses.values() if (grid := grid_of(policy, clause, source))]
    grid = data.draw(st.sampled_from(grids))
    key = data.draw(st.sampled_from(sorted(grid.cells)))
    set_cells(source, grid, {key: "77m"})
    after = source.text()
    lines = changed_lines(files["commitments.yaml"], after)
    assert len(lines) == 2, lines
    now = loaded(files | {"commitments.yaml": after}).clauses[grid.clause].within
    was = policy.clauses[grid.clause].within
    assert now is not None
    assert was is not None
    for one in grid.cells:
        attributes = dict(zip(grid.by, one, strict=True))
        assert now.pick(attributes) == (77 * 60_000_000 if one == key else was.pick(attributes))


def test_a_row_with_one_value_for_all_and_an_else_are_spread_out() -> None:
    text = "a:\n  on: ticket\n  within:\n    by: [priority, plan] # rows, columns\n    P1: 1h # all\n    else: 9h\n"
    source = Source("commitments.yaml", text)
    policy = policy_named("techflow")
    clause = policy.clauses["first-response"]
    grid = grid_of(policy, replace(clause, name="a"), source)
    assert grid is not None
    assert grid.cells["P1", "standard"].text == "1h"
    assert grid.cells["P3", "standard"].text == "9h"
    set_cells(source, grid, {("P1", "enterprise"): "5m", ("P3", "standard"): ""})
    assert source.text() == (
        "a:\n  on: ticket\n  within:\n    by: [priority, plan] # rows, columns\n"
        "    P1: {standard: 1h, professional: 1h, enterprise: 5m} # all\n    else: 9h\n    P3: {standard: none}\n"
    )


@pytest.mark.parametrize("name", NAMES)
def test_a_plan_like_another_gets_its_cells_and_entitlements(name: str) -> None:
    files, policy = files_of(name), policy_named(name)
    like = list(policy.plans)[-1]
    after = add_plan(files, name="trial", label="Trial", about="For a month: all of it.", like=like)
    now = loaded(after)
    assert list(now.plans) == [*policy.plans, "trial"]
    assert str(now.plans["trial"].label) == "Trial"
    assert now.plans["trial"].services == policy.plans[like].services
    for clause in now.clauses.values():
        for choice in (clause.within, clause.calendar):
            if choice is not None and choice.table is not None and "plan" in choice.by:
                place = choice.by.index("plan")
                mine = {key[:place] + key[place + 1 :]: v for key, v in choice.table.items() if key[place] == "trial"}
                assert mine == {
                    key[:place] + key[place + 1 :]: v for key, v in choice.table.items() if key[place] == like
                }
        assert clause.when.holds({"plan": "trial"}) == clause.when.holds({"plan": like})
    for channel in now.channels.values():
        assert channel.open_to.pick({"plan": "trial"}) == channel.open_to.pick({"plan": like})
    for file, text in after.items():
        lost = [line for line in changed_lines(files[file], text) if line[0] == "-" and "#" in line]
        assert all(any("#" in line for line in text.splitlines()) for _ in lost)


def test_rungs_come_change_and_go() -> None:
    text = files_of("techflow")["escalation.yaml"]
    source = Source("escalation.yaml", text)
    add_rung(source, "support", RungText("Board: all of it", level="4", stands="mail", who="board@techflow.example"))
    grown = source.text()
    assert changed_lines(text, grown) == [
        '+       - {name: "Board: all of it", level: 4, stands: {mail: board@techflow.example}}\n'
    ]
    again = Source("escalation.yaml", grown)
    assert rung_texts(again, "support")[-1].who == "board@techflow.example"
    change_rung(again, "support", 4, RungText("Board", level="4", stands="role", who="executive"))
    assert rung_texts(Source("escalation.yaml", again.text()), "support")[4] == RungText(
        "Board", "", "4", "role", "executive"
    )
    gone = Source("escalation.yaml", again.text())
    remove_rung(gone, "support", 4)
    assert gone.text() == text


def test_a_ladder_keeps_its_last_rung() -> None:
    source = Source("escalation.yaml", "ladders:\n  one:\n    rungs:\n      - Somebody\n")
    with pytest.raises(NotEditable, match="needs a rung"):
        remove_rung(source, "one", 0)


@settings(max_examples=30, deadline=None)
@given(st.dictionaries(st.sampled_from(DAYS), st.sampled_from(["closed", "08:00-12:00", "09:00-12:00, 13:00-17:00"])))
def test_any_week_can_be_typed(typed: dict[str, str]) -> None:
    source = Source("hours.yaml", files_of("techflow")["hours.yaml"])
    wanted = week_texts(source, "office") | typed
    set_week(source, "office", typed)
    after = source.text()
    assert week_texts(Source("hours.yaml", after), "office") == wanted
    assert "the engineers on call cover holidays" in after
    loaded(files_of("techflow") | {"hours.yaml": after})


def test_friday_alone_leaves_the_other_days_on_their_line() -> None:
    text = files_of("techflow")["hours.yaml"]
    source = Source("hours.yaml", text)
    set_week(source, "office", {"fri": "08:00 - 14:00"})
    assert changed_lines(text, source.text()) == [
        '-       mon-fri: "08:00-20:00"\n', '+       mon-thu: "08:00-20:00"\n', '+       fri: "08:00-14:00"\n'
    ]  # fmt: skip


def test_single_days_come_change_and_go() -> None:
    text = files_of("techflow")["hours.yaml"]
    source = Source("hours.yaml", text)
    set_dates(source, "office", [("2026-12-24", "08:00-12:00"), ("2026-12-31", "closed")])
    one = source.text()
    assert date_texts(Source("hours.yaml", one), "office") == {"2026-12-24": "08:00-12:00", "2026-12-31": "closed"}
    two = Source("hours.yaml", one)
    set_dates(two, "office", [("2026-12-24", "08:00-11:00")])
    assert date_texts(Source("hours.yaml", two.text()), "office") == {"2026-12-24": "08:00-11:00"}
    three = Source("hours.yaml", two.text())
    set_dates(three, "office", [])
    assert three.text() == text


@settings(max_examples=100, deadline=None)
@given(st.text(alphabet=st.characters(codec="utf-8", categories=("L", "N", "P", "S", "Zs")), min_size=1, max_size=40))
def test_any_text_reads_back_as_it_was_typed(typed: str) -> None:
    for text in ("a: {name: x, b: 1} # kept\n", 'a:\n  name: "x" # kept\n', "a:\n  name: 'x' # kept", "a: {b: 1}\n"):
        source = Source("policy.yaml", text)
        source.set(["a", "name"], typed)
        after = source.text()
        assert Source("policy.yaml", after).value(["a", "name"]) == typed
        assert ("# kept" in after) == ("# kept" in text)


def test_windows_line_ends_and_a_missing_last_one_are_kept() -> None:
    source = Source("x.yaml", "a:\r\n  b: 1")
    source.add(["a"], "c", "2")
    assert source.text() == "a:\r\n  b: 1\r\n  c: 2\r\n"


def test_what_a_form_cannot_change_safely_it_refuses() -> None:
    with pytest.raises(NotEditable, match="anchors"):
        Source("x.yaml", "a: &one {b: 1}\nc: *one\n").set(["a", "b"], "2")
    with pytest.raises(NotEditable, match="not valid YAML"):
        Source("x.yaml", "a: [")
