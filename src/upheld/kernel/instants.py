"""Instants: whole microseconds since 1970-01-01T00:00Z inside, aware datetimes at the edge."""

from datetime import UTC, datetime, timedelta

Instant = int

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_REMEDY = "write it as 2026-03-02T14:00:00Z, or with an offset such as +01:00"


def to_us(moment: datetime) -> Instant:
    """Exact, in any zone and in the repeated hour (``fold`` counts).

    A datetime without a zone raises ValueError: it names no instant.
    """
    if moment.tzinfo is UTC:  # the usual case, in half the time
        return (moment - _EPOCH) // _MICROSECOND
    if moment.utcoffset() is None:
        raise ValueError(f"{moment.isoformat()} has no time zone, so it names no instant")
    return (moment.astimezone(UTC) - _EPOCH) // _MICROSECOND


def from_us(us: Instant) -> datetime:
    """The same instant as an aware datetime in UTC. Outside the years 1-9999: ValueError."""
    try:
        return _EPOCH + timedelta(microseconds=us)
    except OverflowError as error:
        raise ValueError(f"{us} µs lies outside the years 1 to 9999") from error


def parse_instant(text: str) -> Instant:
    """Read ISO 8601 with a zone (``Z`` or an offset). Anything else raises a kind ValueError."""
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        raise ValueError(f"“{text}” is not an instant; {_REMEDY}") from None
    if moment.tzinfo is None:
        raise ValueError(f"“{text}” has no time zone; {_REMEDY}")
    try:
        return to_us(moment)
    except OverflowError:
        raise ValueError(f"“{text}” lies outside the years 1 to 9999 in UTC") from None


def iso(us: Instant) -> str:
    """``2026-03-02T14:00:00Z``; a fraction appears only when there is one."""
    return from_us(us).isoformat().removesuffix("+00:00") + "Z"
