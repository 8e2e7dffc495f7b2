"""The form of calendars as JSON Schema (2020-12), for editors. The reader says more, and kindlier."""

from typing import Any

from upheld.hours.forms import CALENDAR_KEYS
from upheld.hours.holiday_forms import HOLIDAY_KEYS
from upheld.hours.spans import CLOSED, SPAN_PATTERN
from upheld.hours.week import DAYS_PATTERN


def calendars_schema() -> dict[str, Any]:
    """The schema of the value of ``calendars:``; refers to nothing outside itself."""
    span = {"type": "string", "pattern": SPAN_PATTERN}
    hours = {"oneOf": [{"const": CLOSED}, span, {"type": "array", "items": span, "minItems": 1}]}
    names = {"oneOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}, "minItems": 1}]}
    holiday = _mapping(
        HOLIDAY_KEYS,
        {
            "country": {"type": "string", "pattern": "^[A-Z]{2,3}$"},
            "region": {"type": "string"},
            "hours": hours,
            "only": names,
            "except": names,
            "observed": {"type": "boolean"},
        },
    )
    shapes: dict[str, dict[str, Any]] = {
        "open": {"const": "always"},
        "zone": {"type": "string"},
        "weekly": {"type": "object", "patternProperties": {DAYS_PATTERN: hours}, "additionalProperties": False},
        "holidays": {"type": "array", "items": {**holiday, "required": ["country"]}},
        "dates": {
            "type": "object",
            "patternProperties": {r"^\d{4}-\d{2}-\d{2}$": hours},
            "additionalProperties": False,
        },
    }
    calendar = _mapping(CALENDAR_KEYS, shapes)
    alone = {"not": {"anyOf": [{"required": [key]} for key in ("weekly", "holidays", "dates")]}}
    calendar["oneOf"] = [{"required": ["open"], **alone}, {"required": ["zone", "weekly"]}]
    return {"type": "object", "additionalProperties": calendar}


def _mapping(keys: dict[str, str], shapes: dict[str, dict[str, Any]]) -> dict[str, Any]:
    properties = {key: {"description": sentence, **shapes[key]} for key, sentence in keys.items()}
    return {"type": "object", "properties": properties, "additionalProperties": False}
