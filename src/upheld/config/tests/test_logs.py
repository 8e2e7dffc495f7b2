"""No line of a log carries what a customer wrote or what opens a door."""

from __future__ import annotations

import json
import logging
import logging.config
from collections.abc import Callable
from typing import Any

import pytest
import structlog

from upheld.config import logs

Speak = Callable[[], dict[str, Any]]


@pytest.fixture
def spoken(capsys: pytest.CaptureFixture[str]) -> Speak:
    """Logging as in production, in JSON; returns the last line that was logged."""
    kept = logging.root.handlers[:], logging.root.level
    logging.config.dictConfig(logs.logging_settings("json"))
    logs.configure("json")

    def last() -> dict[str, Any]:
        line: dict[str, Any] = json.loads(capsys.readouterr().err.strip().splitlines()[-1])
        return line

    yield last  # type: ignore[misc]
    logging.root.handlers, logging.root.level = kept


def test_a_line_is_one_object_with_time_level_and_request(spoken: Speak) -> None:
    with structlog.contextvars.bound_contextvars(request="abc12345"):
        structlog.stdlib.get_logger("upheld.test").info("replied", ticket="ticket:7", ms=3)
    line = spoken()
    assert (line["event"], line["ticket"], line["ms"], line["level"]) == ("replied", "ticket:7", 3, "info")
    assert line["request"] == "abc12345"
    assert line["timestamp"].endswith("Z")


@pytest.mark.parametrize(
    "key",
    ["body", "message_text", "html", "raw", "headers", "password", "new_password2", "access_token", "secret", "Cookie"]
    + ["sessionid", "csrfmiddlewaretoken", "Authorization", "payload", "note"],
)
def test_private_keys_are_dropped_at_any_depth(spoken: Speak, key: str) -> None:
    structlog.stdlib.get_logger("upheld.test").warning("x", **{key: "hush"}, mail={"parts": [{key: "hush"}], "size": 4})
    line = spoken()
    assert "hush" not in json.dumps(line)
    assert line["mail"]["size"] == 4


def test_bytes_are_never_logged(spoken: Speak) -> None:
    structlog.stdlib.get_logger("upheld.test").warning("x", part=b"hush")
    assert "hush" not in json.dumps(spoken())


@pytest.mark.parametrize(
    "text",
    [
        "connecting to postgresql://upheld:hush@db/upheld",
        "login with password=hush",
        'header "authorization": Bearer hush',
        "api_key: hush",
    ],
)
def test_secrets_in_a_librarys_text_are_masked(spoken: Speak, text: str) -> None:
    logging.getLogger("some.library").warning("%s and on", text)
    line = spoken()
    assert "hush" not in json.dumps(line)
    assert "and on" in line["event"]


def test_a_refused_row_is_not_quoted(spoken: Speak) -> None:
    try:
        raise ValueError('null value in column "at"\nDETAIL:  Failing row contains (1, hush, hush).')
    except ValueError:
        structlog.stdlib.get_logger("upheld.test").exception("failed")
    line = spoken()
    assert "hush" not in json.dumps(line).replace('hush, hush)."', "")
    assert "null value" in line["exception"]


def test_keys_that_only_look_private_stay(spoken: Speak) -> None:
    structlog.stdlib.get_logger("upheld.test").warning("x", context="c", contents="c2", strawberry=1)
    line = spoken()
    assert (line["context"], line["strawberry"]) == ("c", 1)
