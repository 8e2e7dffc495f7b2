"""What a policy says, without where it stands: two policies with equal forms say the same."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import Any

from upheld.hours import Calendar

PASSED_OVER = frozenset({"place", "sources"})


def form(value: Any) -> Any:
    """The value as plain tuples, dicts and sets that compare by what they say. Calendars compare without their name."""
    if isinstance(value, Calendar):
        return (
            "Calendar",
            {one.name: form(getattr(value.form, one.name)) for one in fields(value.form) if one.name != "name"},
        )
    if is_dataclass(value) and not isinstance(value, type):
        held = {one.name: form(getattr(value, one.name)) for one in fields(value) if one.name not in PASSED_OVER}
        return (type(value).__name__, held)
    if isinstance(value, Mapping):
        return {key: form(one) for key, one in value.items()}
    if isinstance(value, tuple | list):
        return tuple(form(one) for one in value)
    return (type(value).__name__, value)


def same(one: Any, other: Any) -> bool:
    """Whether both say the same, wherever they stand in their files and in whatever order their tables are."""
    return bool(form(one) == form(other))
