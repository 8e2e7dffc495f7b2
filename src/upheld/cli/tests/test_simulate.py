"""`upheld simulate` and `upheld staffing` without a database: what they print, and what they say of what they cannot read."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from upheld.cli import simulate, staffing
from upheld.config.values import SOURCE_ROOT

TECHFLOW = SOURCE_ROOT / "policies" / "techflow"
OPENED = {"priority": "P1", "plan": "enterprise", "status": "new", "channel": "portal"}
EVENTS = [
    {"at": "2026-03-02T15:00:00Z", "kind": "ticket.opened", "subject": "ticket:1", "data": OPENED},
    {"at": "2026-03-02T15:40:00Z", "kind": "ticket.replied", "subject": "ticket:1", "data": {"status": "open"}},
]
ARRIVALS = "day,hour,tickets,priority,plan\nmon,9,6,P3,standard\ntue,14,4.5,P3,professional\n"
Printed = pytest.CaptureFixture[str]


@pytest.fixture
def events(tmp_path: Path) -> str:
    path = tmp_path / "events.jsonl"
    path.write_text("".join(f"{json.dumps(one)}\n" for one in EVENTS))
    return str(path)


@pytest.fixture
def draft(tmp_path: Path) -> str:
    folder = tmp_path / "draft"
    shutil.copytree(TECHFLOW, folder)
    clauses = folder / "commitments.yaml"
    clauses.write_text(clauses.read_text().replace("enterprise: 15m", "enterprise: 1h"))
    return str(folder)


def test_then_and_now_from_a_file(events: str, draft: str, capsys: Printed) -> None:
    asked = ["--policy", draft, "--events", events, "--in-force", str(TECHFLOW), "--since", "30d"]
    assert simulate.main(asked) == 0
    table = capsys.readouterr().out
    assert "0 → 1" in next(line for line in table.splitlines() if line.startswith("first-response"))
    assert "ticket:1 first-response #1: breached → kept, due 2026-03-02T15:15 → 2026-03-02T16:00" in table
    assert "Mind: You asked for 30 days" in table
    assert simulate.main([*asked, "--json"]) == 0
    data = json.loads(capsys.readouterr().out)
    assert (data["changes"]["better"], data["changes"]["worse"], data["exact"]) == (1, 0, True)
    assert simulate.main([*asked, "--plan", "standard"]) == 0
    assert "There is no recorded history" in capsys.readouterr().out


def test_without_the_policy_in_force_only_now_is_told(events: str, draft: str, capsys: Printed) -> None:
    assert simulate.main(["--policy", draft, "--events", events]) == 0
    assert "Nothing is known of what happened" in capsys.readouterr().out


@pytest.mark.parametrize(
    "wrong", [["--since", "soon"], ["--until", "yesterday"], ["--policy", "nowhere"], ["--events", "none"]]
)
def test_what_cannot_be_read_is_said(events: str, wrong: list[str], capsys: Printed) -> None:
    assert simulate.main(["--policy", str(TECHFLOW), "--events", events, *wrong]) == 1
    assert capsys.readouterr().err.strip()


def test_people_for_typed_in_arrivals(tmp_path: Path, capsys: Printed) -> None:
    path = tmp_path / "week.csv"
    path.write_text(ARRIVALS)
    asked = ["--policy", str(TECHFLOW), "--arrivals", str(path), "--agents", "office=2", "--handling", "10m"]
    assert staffing.main([*asked, "--json"]) == 0
    data = json.loads(capsys.readouterr().out)
    assert data["tickets_a_week"] == 10.5
    assert data["clauses"][0]["mean"] > 0.95
    assert data["needed_hours"] < data["agent_hours"]
    assert staffing.main(asked) == 0
    assert "first-response" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (["--agents", "office"], "is no shift"),
        (["--agents", "nowhere=2"], "There is no calendar"),
        (["--target", "100"], "--target is a share"),
        (["--handling", "long"], ""),
        (["--arrivals", "none.csv"], "cannot be read"),
    ],
)
def test_what_makes_no_sense_is_said(tmp_path: Path, wrong: list[str], said: str, capsys: Printed) -> None:
    path = tmp_path / "week.csv"
    path.write_text(ARRIVALS)
    asked = ["--policy", str(TECHFLOW), "--arrivals", str(path), "--agents", "office=2", "--handling", "10m"]
    assert staffing.main([*asked, *wrong]) == 1
    assert said in capsys.readouterr().err
    path.write_text("day,hour,tickets\nmon,25,3\n")
    assert staffing.main(asked) == 1
    assert "line 2: a line is day,hour,tickets" in capsys.readouterr().err
