"""Values as YAML writes them on one line. Pure."""

from __future__ import annotations

import json
import re
from typing import Any

from upheld.policy.nodes import Scalar

_PLAIN = re.compile(r"[^\W_](?:[^\n\r\t#:,\[\]{}&*!|>'\"%@`?\\\x85\u2028\u2029]|:(?=\S)(?![,\]}])|(?<=\S)[#@%])*")


def flow(value: Any) -> str:
    """A text, number, list or mapping on one line, quoted only where it would mean something else."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{flow(str(key))}: {flow(below)}" for key, below in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(flow(item) for item in value) + "]"
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, int | float) else _text(str(value))


def like(value: str, style: str | None) -> str:
    """A text in the quotes of the one that it replaces, where those can hold it."""
    if style == "'" and "\n" not in value:
        return "'" + value.replace("'", "''") + "'"
    return _quoted(value) if style == '"' else _text(value)


def _text(value: str) -> str:
    """Plain where it reads back as the same text; numbers stay as they were typed."""
    is_safe = _PLAIN.fullmatch(value) and value == value.strip() and not value.endswith(":") and ": " not in value
    is_clock = re.fullmatch(r"[0-9:, -]+", value) and ":" in value
    is_word = Scalar(value, 1, 1).value() is None or isinstance(Scalar(value, 1, 1).value(), bool)
    return value if is_safe and not is_clock and not is_word else _quoted(value)


def _quoted(value: str) -> str:
    text = json.dumps(value, ensure_ascii=False)
    for line_end in "\x85\u2028\u2029":  # which YAML would fold
        text = text.replace(line_end, f"\\u{ord(line_end):04x}")
    return text
