"""No line of a log carries what a customer wrote or what opens a door."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import structlog

from upheld.config import logs

Speak = Callable[[], dict[str, Any]]


@pytest.fixture
def spoken() -> Iterator[Speak]:
    """What production's chain makes of a line, in JSON; the fixture returns the last one."""
    chain = dict(logs.logging_settings("json")["formatters"]["chain"])
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(chain.pop("()")(**chain))
    logs.configure("json")
    logging.root.addHandler(handler)

    def last() -> dict[str, Any]:
        line: dict[str, Any] = json.loads(stream.getvalue().strip().splitlines()[-1])
        return line

    yield last
    logging.root.removeHandler(handler)


def test_a_line_is_one_object_with_time_level_and_request(spoken: Speak) -> None:
    with structlog.contextvars.bound_contextvars(request="abc12345"):
        structlog.stdlib.get_logger("upheld.test").info("replied", ticket="ticket:7", ms=3)
    line = spoken()
    assert (line["event"], line["ticket"], line["ms"], line["level"]) == ("replied", "ticket:7", 3, "info")
    assert line["request"] == "abc12345"
    assert line["timestamp"].endswith("Z")


@pytest.mark.parametrize(
    "key",
    [
        "body",
        "message_text",
        "html",
        "raw",
        "headers",
        "password",
        "new_password2",
        "access_token",
        "secret",
        "Cookie",
        "sessionid",
        "csrfmiddlewaretoken",
        "Authorization",
        "payload",
        "note",
    ],
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
    refusal = "null value in a column\nDETAIL:  Failing row contains (1, {0}, {0}).".format("hush")
    try:
        raise ValueError(refusal)
    except ValueError:
        structlog.stdlib.get_logger("upheld.test").exception("failed")
    line = spoken()
    assert "(1, hush" not in json.dumps(line)
    assert "null value" in line["exception"]


def test_keys_that_only_look_private_stay(spoken: Speak) -> None:
    structlog.stdlib.get_logger("upheld.test").warning("x", context="c", strawberry=1)
    line = spoken()
    assert (line["context"], line["strawberry"]) == ("c", 1)
