"""Commitments as chips: what is awaited, how much time is left, and when it becomes amber and red."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from upheld.commitments.models import Commitment, PolicyVersion
from upheld.web.chips import chip

HOUR = 3_600_000_000
BEGAN = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)


def commitment(version: PolicyVersion, **given: object) -> Commitment:
    asked: dict[str, object] = {
        "subject": "ticket:1",
        "clause": "first-response",
        "cycle": 1,
        "version": version,
        "state": "running",
        "began_at": BEGAN,
        "since_at": BEGAN,
        "due_at": BEGAN + timedelta(hours=10),
        "target": 10 * HOUR,
        "used": 0,
        "calendar": "always",
    }
    return Commitment(**{**asked, **given})


@pytest.mark.parametrize(
    ("hours", "time", "look", "share"),
    [
        (0, "10 h", "", 0.0),
        (5, "5 h", "", 0.5),
        (8.99, "1 h", "", 0.9),
        (9, "1 h", "soon", 0.9),
        (9.99, "1 m", "soon", 1.0),
        (10, "1 m late", "late", 1.0),
        (12, "2 h late", "late", 1.0),
    ],
)
def test_it_counts_down_turns_amber_and_red(
    techflow: PolicyVersion, hours: float, time: str, look: str, share: float
) -> None:
    shown = chip(commitment(techflow), BEGAN + timedelta(hours=hours))
    assert (shown.time, shown.look, shown.share) == (time, look, share)
    assert shown.soon_ms == int((BEGAN + timedelta(hours=9)).timestamp() * 1000)


def test_closed_hours_use_no_share(techflow: PolicyVersion) -> None:
    friday = datetime(2026, 3, 7, 1, 0, tzinfo=UTC)  # 20:00 in New York: the office closes
    row = commitment(techflow, calendar="office", since_at=friday, due_at=friday + timedelta(days=3), used=5 * HOUR)
    assert chip(row, friday + timedelta(hours=10)).share == 0.5


@pytest.mark.parametrize(
    ("given", "time", "look"),
    [
        ({"state": "paused", "due_at": None}, "paused", "paused"),
        ({"state": "kept", "ended_at": BEGAN}, "kept", "kept"),
        ({"state": "breached", "ended_at": BEGAN}, "was late", "late"),
        ({"state": "waived", "ended_at": BEGAN}, "waived", "waived"),
        ({"state": "void", "ended_at": BEGAN}, "void", "void"),
        ({"state": "running", "due_at": None}, "no hours", ""),
    ],
)
def test_what_stands_still_says_so(techflow: PolicyVersion, given: dict[str, object], time: str, look: str) -> None:
    shown = chip(commitment(techflow, **given), BEGAN)
    assert (shown.time, shown.look, shown.due_ms) == (time, look, None)


@pytest.mark.parametrize(
    ("clause", "word"),
    [
        ("first-response", "reply"),
        ("next-answer", "reply"),
        ("p1-update", "update"),
        ("p1-reaches-level-2", "resolve"),
        ("root-cause", "root cause"),
    ],
)
def test_the_word_is_what_somebody_has_to_do(techflow: PolicyVersion, clause: str, word: str) -> None:
    row = commitment(techflow, clause=clause)
    assert chip(row, BEGAN).word == word
    assert chip(row, BEGAN, in_full=True).word != word


def test_a_breach_that_is_still_open_counts_on(techflow: PolicyVersion) -> None:
    shown = chip(commitment(techflow, state="breached"), BEGAN + timedelta(hours=11))
    assert (shown.time, shown.look) == ("1 h late", "late")
    assert shown.due_ms is not None
