"""`upheld hours`, as a shell sees it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from upheld.cli.main import main

POLICY = """\
name: small
version: 1
effective: 2026-01-01
languages: [en]
plans: [standard]
priorities: [P1]
"""
HOURS = """\
calendars:
  always: {open: always}
  office:
    zone: America/New_York
    weekly:
      mon-fri: "08:00-20:00"
  never:
    zone: Europe/Berlin
    weekly: {mon-sun: closed}
"""


@pytest.fixture
def small(tmp_path: Path) -> Path:
    (tmp_path / "policy.yaml").write_text(POLICY)
    (tmp_path / "hours.yaml").write_text(HOURS)
    return tmp_path


def ask(capsys: pytest.CaptureFixture[str], *words: object) -> tuple[int, str, str]:
    code = main(["hours", *map(str, words)])
    said = capsys.readouterr()
    return code, said.out, said.err


def add(
    folder: Path, calendar: str = "office", start: str = "2026-03-06T23:00:00Z", duration: str = "4h"
) -> list[object]:
    return ["add", "--policy", folder, "--calendar", calendar, "--start", start, "--duration", duration]


def between(folder: Path, start: str, end: str) -> list[object]:
    return ["between", "--policy", folder, "--calendar", "office", "--start", start, "--end", end]


def test_adding_over_a_weekend_and_a_daylight_saving_step(small: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Friday 18:00 in New York: two hours that day, two on Monday, when New York has gone to summer time."""
    code, out, err = ask(capsys, *add(small), "--json")
    assert (code, json.loads(out), err) == (0, {"end": "2026-03-09T14:00:00Z"}, "")


def test_measuring(small: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = ask(capsys, *between(small, "2026-03-06T23:00:00Z", "2026-03-09T10:00:00-04:00"), "--json")
    assert (code, json.loads(out)) == (0, {"seconds": 14400})


def test_parts_of_a_second_stay(small: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _, out, _ = ask(capsys, *between(small, "2026-03-06T15:00:00Z", "2026-03-06T15:00:00.250Z"), "--json")
    assert json.loads(out) == {"seconds": 0.25}


def test_words_for_people(small: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert ask(capsys, *add(small))[1] == "2026-03-09T14:00:00Z\n"
    out = ask(capsys, *between(small, "2026-03-06T15:00:00Z", "2026-03-06T16:30:00Z"))[1]
    assert out == "5400 seconds (1 h 30 min)\n"


def test_always(small: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert ask(capsys, *add(small, calendar="always", duration="1d"))[1] == "2026-03-07T23:00:00Z\n"


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"calendar": "offise"}, "Did you mean “office”?"),
        ({"calendar": "never"}, "never opens"),
        ({"start": "2026-03-06 14:00"}, "--start: “2026-03-06 14:00” has no time zone"),
        ({"start": "yesterday"}, "--start: “yesterday” is not an instant"),
        ({"duration": "4 hours"}, "--duration: “4 hours” is not a duration"),
    ],
)
def test_what_cannot_be_answered(
    small: Path, capsys: pytest.CaptureFixture[str], changed: dict[str, str], said: str
) -> None:
    code, out, err = ask(capsys, *add(small, **changed), "--json")
    assert code == 1
    assert said in err
    assert said in json.loads(out)["error"]
    assert "Traceback" not in err


def test_an_end_before_the_start(small: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, _, err = ask(capsys, *between(small, "2026-03-06T15:00:00Z", "2026-03-06T14:00:00Z"))
    assert code == 1
    assert "lies before" in err


def test_a_folder_that_is_not_there(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, _, err = ask(capsys, *add(tmp_path / "atlantis"))
    assert code == 1
    assert "there is no folder" in err


def test_a_wrong_policy_is_told_by_line(small: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (small / "hours.yaml").write_text(HOURS.replace("08:00-20:00", "08:00-25:00"))
    code, _, err = ask(capsys, *add(small))
    assert code == 1
    assert "hours.yaml:6:" in err


def test_other_files_of_the_policy_do_not_matter(small: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (small / "commitments.yaml").write_text("nonsense: [")
    assert ask(capsys, *add(small))[0] == 0


def test_a_command_written_wrongly_is_exit_2(small: Path) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["hours", "add", "--policy", str(small)])
    assert stopped.value.code == 2


def test_it_starts_at_once_and_without_django(small: Path) -> None:
    """Under half a second. The best of three, since other tests run beside this one."""
    command = [sys.executable, "-X", "importtime", "-m", "upheld", "hours", *map(str, add(small))]
    seconds = []
    for _ in range(3):
        began = time.perf_counter()
        done = subprocess.run(
            command, capture_output=True, text=True, check=True, env=os.environ | {"DATABASE_URL": "x"}
        )
        seconds.append(time.perf_counter() - began)
    assert min(seconds) < 0.5
    assert "django" not in done.stderr
