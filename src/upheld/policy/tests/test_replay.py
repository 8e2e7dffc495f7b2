"""`upheld replay`, as one calls it from a shell: what it prints, and what it says of a history that it cannot read."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from upheld.cli.replay import main
from upheld.config.values import SOURCE_ROOT
from upheld.kernel.instants import parse_instant
from upheld.policy import load
from upheld.policy.replay import Replay, read_events, replay
from upheld.policy.tests.telling import HOURS, POLICY

CLAUSE = """\
first-response:
  on: ticket
  begins: ticket.opened
  kept_by: ticket.replied
  pauses_while: {status: waiting_on_customer}
  calendar: {by: plan, basic: office, gold: always}
  within: {by: priority, P1: 15m, P2: 4h, P3: 8h}
  warn: 50%
"""
TECHFLOW = load(SOURCE_ROOT / "policies" / "techflow")
KEYS = ["subject", "clause", "cycle", "state", "began_at", "due_at", "ended_at", "used_seconds", "late_seconds"]

Shell = Callable[..., tuple[int, list[str], str]]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, text in {"policy": POLICY, "hours": HOURS, "commitments": CLAUSE}.items():
        (tmp_path / f"{name}.yaml").write_text(text, encoding="utf-8")
    return tmp_path


@pytest.fixture
def shell(folder: Path, capsys: pytest.CaptureFixture[str]) -> Shell:
    """Replay these lines; the exit code, the lines printed, and the complaint."""

    def run(lines: list[str], *options: str) -> tuple[int, list[str], str]:
        path = folder / "events.jsonl"
        path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
        code = main(["--policy", str(folder), str(path), *options])
        printed = capsys.readouterr()
        return code, printed.out.splitlines(), printed.err

    return run


def line(at: str, kind: str, subject: str = "ticket:1", **data: Any) -> str:
    return json.dumps({"at": at, "kind": kind, "subject": subject, "actor": "contact:7", "data": data})


OPENED = line("2026-03-02T14:00:00Z", "ticket.opened", priority="P1", plan="gold", channel="email", status="new")
REPLIED = line("2026-03-02T14:10:00Z", "ticket.replied", status="waiting_on_customer")


def test_a_line_comes_out_for_each_cycle_in_the_form_of_the_interface(shell: Shell) -> None:
    code, printed, complaint = shell([OPENED, REPLIED], "--json")
    assert (code, complaint) == (0, "")
    (only,) = printed
    assert list(json.loads(only)) == KEYS
    assert json.loads(only) == {
        "subject": "ticket:1",
        "clause": "first-response",
        "cycle": 1,
        "state": "kept",
        "began_at": "2026-03-02T14:00:00Z",
        "due_at": "2026-03-02T14:15:00Z",
        "ended_at": "2026-03-02T14:10:00Z",
        "used_seconds": 600,
        "late_seconds": 0,
    }


def test_a_commitment_fulfilled_after_it_was_breached_says_how_late(shell: Shell) -> None:
    _, printed, _ = shell([OPENED, line("2026-03-02T15:00:00.500Z", "ticket.replied")], "--json")
    (found,) = map(json.loads, printed)
    assert (found["state"], found["due_at"]) == ("breached", "2026-03-02T14:15:00Z")
    assert (found["ended_at"], found["used_seconds"]) == ("2026-03-02T15:00:00.500000Z", 3600.5)
    assert found["late_seconds"] == 2700.5


def test_what_is_awaited_after_its_breach_has_no_end_and_no_lateness_yet(shell: Shell) -> None:
    _, printed, _ = shell([OPENED], "--until", "2026-03-02T15:00:00Z", "--json")
    (found,) = map(json.loads, printed)
    assert (found["state"], found["ended_at"], found["late_seconds"]) == ("breached", None, None)
    assert found["used_seconds"] == 3600


def test_changed_attributes_hold_from_then_on(shell: Shell) -> None:
    changed = line("2026-03-02T14:05:00Z", "ticket.changed", priority="P2")
    _, printed, _ = shell([OPENED, changed], "--json")
    assert json.loads(printed[0])["due_at"] == "2026-03-02T18:00:00Z"


def test_until_ignores_what_happens_later(shell: Shell) -> None:
    _, printed, _ = shell([OPENED, REPLIED], "--until", "2026-03-02T14:05:00Z", "--json")
    (found,) = map(json.loads, printed)
    assert (found["state"], found["used_seconds"], found["ended_at"]) == ("running", 300, None)


def test_until_before_every_event_leaves_nothing(shell: Shell) -> None:
    assert shell([OPENED, REPLIED], "--until", "2026-03-02T13:59:59Z", "--json") == (0, [], "")


def test_until_may_name_any_zone_and_the_instant_of_an_event(shell: Shell) -> None:
    _, printed, _ = shell([OPENED, REPLIED], "--until", "2026-03-02T09:10:00-05:00", "--json")
    assert json.loads(printed[0])["state"] == "kept"


def test_without_until_all_stand_as_at_the_last_event_of_all(shell: Shell) -> None:
    other = line("2026-03-02T14:05:00Z", "ticket.opened", "ticket:2", priority="P1", plan="gold")
    _, printed, _ = shell([OPENED, other], "--json")
    assert [json.loads(one)["used_seconds"] for one in printed] == [300, 0]


def test_one_event_may_change_what_different_clauses_look_at(shell: Shell, folder: Path) -> None:
    second = "next:\n  {on: ticket, begins: ticket.opened, within: 1h, pauses_while: {status: waiting_on_customer}}\n"
    first = "first:\n  {on: ticket, begins: ticket.opened, within: {by: priority, P1: 15m, P2: 4h}}\n"
    (folder / "commitments.yaml").write_text(first + second, encoding="utf-8")
    changed = line("2026-03-02T14:05:00Z", "ticket.changed", priority="P2", status="waiting_on_customer")
    _, printed, _ = shell([OPENED, changed], "--json")
    assert [json.loads(one)["due_at"] for one in printed] == ["2026-03-02T18:00:00Z", None]


def test_paused_has_no_due_time(shell: Shell) -> None:
    waiting = line("2026-03-02T14:05:00Z", "ticket.changed", status="waiting_on_customer")
    _, printed, _ = shell([OPENED, waiting], "--json")
    assert (json.loads(printed[0])["state"], json.loads(printed[0])["due_at"]) == ("paused", None)


def test_subjects_stand_in_the_order_in_which_they_came_and_others_are_passed_over(shell: Shell) -> None:
    others = line("2026-03-02T14:01:00Z", "ticket.opened", "ticket:0", priority="P1", plan="gold")
    agent = line("2026-03-02T14:02:00Z", "agent.joined", "agent:1")
    _, printed, _ = shell([OPENED, others, agent, REPLIED], "--json")
    assert [json.loads(one)["subject"] for one in printed] == ["ticket:1", "ticket:0"]


def test_without_json_it_speaks_in_sentences(shell: Shell) -> None:
    _, printed, _ = shell([OPENED, REPLIED])
    assert printed == [
        "ticket:1 first-response #1: kept, due 2026-03-02T14:15:00Z, ended 2026-03-02T14:10:00Z, 600 s used"
    ]


def test_empty_lines_missing_actors_and_a_byte_order_mark_do_no_harm(shell: Shell) -> None:
    bare = '\ufeff{"at": "2026-03-02T14:00:00Z", "kind": "ticket.opened", "subject": "ticket:1", "actor": null, "data": null}'
    changed = line("2026-03-02T14:00:00Z", "ticket.changed", priority="P1", plan="gold")
    code, printed, complaint = shell([bare, "", "   ", changed], "--json")
    assert (code, len(printed), complaint) == (0, 1, "")


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ("{", "truncated"),
        ("{]", "malformed"),
        ("[]", "Expected `object`"),
        ("null", "Expected `object`"),
        ('{"kind": "ticket.opened", "subject": "ticket:1"}', "`at`"),
        ('{"at": "2026-03-02T14:00:00Z", "subject": "ticket:1"}', "`kind`"),
        ('{"at": "2026-03-02T14:00:00Z", "kind": "ticket.opened"}', "`subject`"),
        ('{"at": 5, "kind": "ticket.opened", "subject": "ticket:1"}', "Expected `str`"),
        (line("yesterday", "ticket.opened"), "“yesterday” is not an instant"),
        (line("2026-03-02T14:00:00", "ticket.opened"), "has no time zone"),
        (line("1815-06-18T11:00:00Z", "ticket.opened"), "outside the years"),
        (line("9999-12-31T23:59:59-05:00", "ticket.opened"), "outside the years"),
        ('{"at": "2026-03-02T14:00:00Z", "kind": "k", "subject": "t:1", "data": [1]}', "data"),
    ],
)
def test_a_wrong_line_is_named_with_what_is_wrong_and_what_is_right(shell: Shell, wrong: str, said: str) -> None:
    code, printed, complaint = shell([OPENED, wrong, REPLIED], "--json")
    assert (code, printed) == (1, [])
    assert complaint.startswith("line 2: ")
    assert said in complaint
    assert 'An event is one line such as {"at": "2026-03-02T14:00:00Z"' in complaint


def test_bytes_that_are_no_text_are_named_too(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = folder / "events.jsonl"
    path.write_bytes(OPENED.encode() + b'\n{"at": "\xff", "kind": "ticket.opened", "subject": "ticket:1"}\n')
    assert main(["--policy", str(folder), str(path), "--json"]) == 1
    assert capsys.readouterr().err.startswith("line 2: ")


@pytest.mark.parametrize("until", ["tomorrow", "2026-03-02", "2350-01-01T00:00:00Z"])
def test_a_wrong_until_is_refused_in_words(shell: Shell, until: str) -> None:
    code, printed, complaint = shell([OPENED], "--until", until)
    assert (code, printed) == (1, [])
    assert complaint


def test_a_file_or_a_folder_that_is_not_there_is_named(
    shell: Shell, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--policy", str(folder), str(folder / "none.jsonl")]) == 1
    assert "none.jsonl" in capsys.readouterr().err
    assert main(["--policy", str(folder / "none"), str(folder / "none.jsonl")]) == 1
    assert "none" in capsys.readouterr().err


odd_values = st.sampled_from([None, True, 1, 1.5, -1, "", "P1", "nan", [], ["P1", {"a": 1}], [[1]], {"a": [1]}, 10**30])
odd_data = st.dictionaries(
    st.sampled_from(["priority", "plan", "status", "tags", "clause", "cycle"]), odd_values, max_size=3
)
odd_events = st.tuples(
    st.sampled_from(["ticket.opened", "ticket.changed", "commitment.waived", "ticket.resolved"]), odd_data
)


@settings(max_examples=200, deadline=None)
@given(st.lists(odd_events, max_size=3))
def test_whatever_stands_in_data_a_history_is_folded(events: list[tuple[str, dict[str, Any]]]) -> None:
    lines = [OPENED, *(line("2026-03-02T14:01:00Z", kind, **data) for kind, data in events), REPLIED]
    for _, state in replay(TECHFLOW, read_events(lines)):
        state.as_line("ticket:1")


def test_a_history_may_be_folded_on_while_one_looks() -> None:
    policy = TECHFLOW
    events = list(read_events([OPENED.replace("gold", "enterprise"), REPLIED]))
    run = Replay(policy)
    run.apply(events[0])
    far = parse_instant("2027-01-01T00:00:00Z")
    assert {state.state for _, state in run.states(far)} == {"breached"}
    run.apply(events[1])
    assert list(run.states()) == list(replay(policy, events))
