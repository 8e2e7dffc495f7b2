import pytest
from hypothesis import given
from hypothesis import strategies as st

from upheld.kernel.durations import DAY, HOUR, MINUTE, SECOND, format_duration, parse_duration


@pytest.mark.parametrize(
    ("text", "us"),
    [
        ("15m", 15 * MINUTE),
        ("4h", 4 * HOUR),
        ("1h30m", 90 * MINUTE),
        ("1h 30m", 90 * MINUTE),
        ("2d", 48 * HOUR),
        ("1w", 7 * DAY),
        ("1mo", 30 * DAY),
        ("1q", 90 * DAY),
        ("1y", 365 * DAY),
        ("1mo1m", 30 * DAY + MINUTE),
        ("0s", 0),
        (" 45s ", 45 * SECOND),
    ],
)
def test_what_policies_write(text: str, us: int) -> None:
    assert parse_duration(text) == us


@pytest.mark.parametrize("text", ["", " ", "4", "h", "4 h", "-4h", "1.5h", "4hours", "4H", "1h1h"])
def test_what_is_no_duration_is_refused_kindly(text: str) -> None:
    with pytest.raises(ValueError, match=r"write it as|add the two"):
        parse_duration(text)


@pytest.mark.parametrize(
    ("us", "words"),
    [
        (0, "0 s"),
        (15 * MINUTE, "15 min"),
        (90 * MINUTE, "1 h 30 min"),
        (48 * HOUR, "48 h"),
        (72 * HOUR, "72 h"),
        (100 * HOUR, "4 d 4 h"),
        (90 * DAY, "90 d"),
        (61 * SECOND, "1 min 1 s"),
        (1_500_000, "1.5 s"),
        (1, "0.000001 s"),
        (-HOUR, "-1 h"),
    ],
)
def test_what_people_read(us: int, words: str) -> None:
    assert format_duration(us) == words


@given(st.integers(0, 4000 * DAY // SECOND))
def test_what_people_read_is_exact(seconds: int) -> None:
    written = format_duration(seconds * SECOND).replace(" ", "").replace("min", "m")
    assert parse_duration(written) == seconds * SECOND
