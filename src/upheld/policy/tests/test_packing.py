"""Subjects that were put aside come back as they were, and nobody who reads a replay can tell."""

from __future__ import annotations

import random
from itertools import islice

import pytest
from bench.replay import FIRST, ticket
from hypothesis import given, settings
from hypothesis import strategies as st

from upheld.cli.replay import main
from upheld.config.values import SOURCE_ROOT
from upheld.kernel.durations import DAY
from upheld.kernel.instants import iso
from upheld.policy import Event, Promises, SubjectFold, load
from upheld.policy.packing import Shelf, pack, unpack
from upheld.policy.replay import Replay
from upheld.policy.tests.histories import Story, stories

TECHFLOW = load(SOURCE_ROOT / "policies" / "techflow")


def history(tickets: int, seed: int = 7) -> list[Event]:
    """So many tickets within a fortnight, in the order of time."""
    drawn = random.Random(seed)
    facts = [
        fact
        for number in range(tickets)
        for fact in ticket(drawn, f"ticket:{number}", FIRST + drawn.randrange(14 * DAY))
    ]
    return [
        Event(at, kind, subject, "agent:1", data) for at, kind, subject, data in sorted(facts, key=lambda fact: fact[0])
    ]


@pytest.mark.parametrize("most_live", [1, 2, 7, 40, 400])
@pytest.mark.parametrize("with_marks", [True, False])
def test_a_replay_with_few_in_memory_says_the_same_in_the_same_order(most_live: int, with_marks: bool) -> None:
    events = history(150)
    whole = Replay(TECHFLOW, with_marks=with_marks, most_live=10**9)
    small = Replay(TECHFLOW, with_marks=with_marks, most_live=most_live)
    for event in events:
        whole.apply(event)
        small.apply(event)
    assert list(small.states()) == list(whole.states())
    assert len(small.subjects) <= max(most_live, 2)
    assert list(islice(small.states(), 5)) == list(islice(whole.states(), 5)), "looking changes nothing"


def test_memory_does_not_grow_with_the_subjects() -> None:
    run = Replay(TECHFLOW, most_live=50)
    most = 0
    for event in history(600):
        run.apply(event)
        most = max(most, len(run.subjects))
    assert most == run.most_live == 50


@given(stories(), st.integers(0, 12))
@settings(max_examples=150, deadline=None)
def test_a_fold_comes_back_as_it_was_at_any_moment(story: Story, moment: int) -> None:
    promises = story.promises()
    whole, parted = SubjectFold(promises), SubjectFold(promises)
    for number, event in enumerate(story.events):
        if number == moment:
            raw = pack(parted)
            assert raw is not None
            parted = unpack(promises, raw)
        whole.apply(event)
        parted.apply(event)
    raw = pack(parted)
    assert raw is not None
    assert unpack(promises, raw).states(story.until_us) == whole.states(story.until_us)


def test_what_cannot_be_packed_stays() -> None:
    promises = Promises.of(TECHFLOW, "ticket")
    assert pack(SubjectFold(promises, with_traces=True)) is None
    odd = SubjectFold(promises)
    odd.attributes["plan"] = object()
    assert pack(odd) is None
    small, whole = Replay(TECHFLOW, most_live=2), Replay(TECHFLOW)
    for number in range(8):
        data = {"priority": "P1", "plan": {1, 2} if number else "enterprise"}
        for run in (small, whole):
            run.apply(Event(FIRST + number, "ticket.opened", f"ticket:{number}", "", data))
    assert list(small.states()) == list(whole.states())
    assert small.most_live > 2, "more are let live, since they have to"


def test_a_shelf_finds_what_was_put_there_and_nothing_else() -> None:
    shelf = Shelf()
    assert shelf.find("ticket:1") is None
    shelf.put([(5, "ticket:1", b"one"), (2, "ticket:2", b"two")])
    shelf.put([(5, "ticket:1", b"newer")])
    assert shelf.find("ticket:1") == (5, b"newer")
    assert shelf.find("ticket:3") is None
    assert list(shelf.rows()) == [(2, "ticket:2", b"two"), (5, "ticket:1", b"newer")]


def test_progress_is_told_where_it_is_asked_for(
    tmp_path_factory: pytest.TempPathFactory, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("upheld.cli.replay.EVERY", 10)
    path = tmp_path_factory.mktemp("replay") / "events.jsonl"
    line = '{{"at": "{}", "kind": "ticket.noted", "subject": "ticket:1"}}\n'
    path.write_text("".join(line.format(iso(FIRST + number)) for number in range(25)))
    asked = ["--policy", str(SOURCE_ROOT / "policies" / "techflow"), str(path)]
    assert main([*asked, "--progress"]) == 0
    assert capsys.readouterr().err.splitlines() == ["10 events", "20 events", "25 events read"]
    assert main(asked) == 0
    assert capsys.readouterr().err == ""
