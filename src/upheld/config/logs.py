"""Logs that an operator can search and that nobody can read a customer's letter from.

Every line, ours or a library's, goes through one chain: request id, time, level, then `scrub`. What people wrote, and what
opens doors, is dropped by the name of its key; addresses with a password in them are masked in any text.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping
from typing import Any, Literal

import structlog
from structlog.typing import EventDict, Processor

OPENS_DOORS = ("authorization", "cookie", "csrf", "password", "passwd", "secret", "sessionid", "token")
PEOPLES_WORDS = {"body", "content", "headers", "html", "message", "note", "otp", "payload", "raw", "snippet", "text"}
KEEPS_ITS_NAME = {"event", "level", "logger", "timestamp", "request", "exception"}
GONE = "[not logged]"
CREDENTIALS_IN_URL = re.compile(r"(?<=://)[^\s/@:]*:[^\s/@]+(?=@)")
SECRET_IN_TEXT = re.compile(
    r"(?i)\b(password|passwd|secret|token|authorization|cookie|api[_-]?key)(\"?'?\s*[=:]\s*)(?:bearer\s+|basic\s+)?[^\s,;&]+"
)
ROW_OF_A_CONSTRAINT = re.compile(r"(?m)^(DETAIL|CONTEXT):.*$")


def scrub(_logger: object, _method: str, entry: EventDict) -> EventDict:
    """Drop what is private from a log entry, at any depth."""
    return {key: _scrubbed(key, value) for key, value in entry.items()}


def _scrubbed(key: object, value: Any) -> Any:
    if str(key) not in KEEPS_ITS_NAME and _is_private(str(key).lower()):
        return GONE
    if isinstance(value, Mapping):
        return {inner: _scrubbed(inner, part) for inner, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [_scrubbed("", part) for part in value]
    if isinstance(value, (bytes, bytearray, memoryview)):
        return GONE
    return _masked(value) if isinstance(value, str) else value


def _is_private(key: str) -> bool:
    return any(word in key for word in OPENS_DOORS) or not PEOPLES_WORDS.isdisjoint(re.split(r"[^a-z]+", key))


def _masked(text: str) -> str:
    text = CREDENTIALS_IN_URL.sub("***", text)
    text = SECRET_IN_TEXT.sub(r"\1\2***", text)
    return ROW_OF_A_CONSTRAINT.sub(rf"\1: {GONE}", text)  # PostgreSQL quotes the refused row, text and all


def _shared_chain() -> list[Processor]:
    return [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.stdlib.PositionalArgumentsFormatter(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
        structlog.processors.format_exc_info,
        scrub,
    ]


def logging_settings(form: Literal["json", "text"], level: str = "INFO") -> dict[str, Any]:
    """Django's LOGGING: one handler to standard error, one formatter for everybody's lines."""
    renderer: Processor = (
        structlog.processors.JSONRenderer()
        if form == "json"
        else structlog.dev.ConsoleRenderer(colors=False, pad_event_to=0)
    )
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "chain": {
                "()": structlog.stdlib.ProcessorFormatter,
                "processors": [structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
                "foreign_pre_chain": _shared_chain(),
            }
        },
        "filters": {"short_outages": {"()": "upheld.config.failures.ShortOutages"}},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "chain"}},
        "root": {"handlers": ["stderr"], "level": "WARNING"},
        "loggers": {
            "upheld": {"level": level},
            "procrastinate": {"level": "WARNING"},
            "granian": {"level": "WARNING", "handlers": ["stderr"], "propagate": False},
            "_granian": {"level": "WARNING", "handlers": ["stderr"], "propagate": False},
            "django.request": {"level": "ERROR", "filters": ["short_outages"]},
            "psycopg.pool": {"level": "ERROR"},
        },
    }


def configure(form: Literal["json", "text"]) -> None:
    """Set structlog up to speak through the same chain as the standard library's loggers."""
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *_shared_chain(),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )


def quiet_asyncio() -> None:
    """A cancelled stream at the end of a process is no news."""
    logging.getLogger("asyncio").setLevel(logging.ERROR)
