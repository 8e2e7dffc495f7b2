"""What a browser gets when we could not serve it: a page that needs neither database nor templates nor files."""

from __future__ import annotations

import base64
import hashlib
import logging
import sys

import structlog
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse

STYLE = """
:root { color-scheme: light dark }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; font: 1rem/1.6 system-ui, sans-serif;
  background: light-dark(#faf9f7, #16181d); color: light-dark(#1d2129, #e8e9ec) }
main { max-width: 34rem; padding: 2rem }
h1 { font-size: 1.6rem; line-height: 1.25; margin: 0 0 .75rem }
p { margin: 0 0 .75rem }
small { color: light-dark(#5b6270, #a3a9b5) }
"""
POLICY = f"default-src 'none'; style-src 'sha256-{base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()}'"
PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title} – Upheld</title><style>{style}</style></head>
<body><main><h1>{title}</h1><p>{text}</p><p><small>Request {request}</small></p></main></body></html>
"""


def failed(request: HttpRequest) -> HttpResponse:
    """Django's handler for what nobody caught: 503 when the database is away, else 500. Never a traceback."""
    if is_database_away(sys.exc_info()[1]):
        return away()
    return _page(
        500,
        "Something went wrong on our side",
        "It has been noted. What you did was not half done: either all of it was saved, or nothing. Please try again.",
    )


def away() -> HttpResponse:
    response = _page(
        503,
        "Back in a moment",
        "The desk cannot reach its records just now. Nothing is lost, and it comes back by itself. Please try again shortly.",
    )
    response.headers["Retry-After"] = "10"
    return response


def is_database_away(error: BaseException | None) -> bool:
    """Whether the error, or what caused it, is PostgreSQL being out of reach or refusing to go on."""
    while error is not None:
        if isinstance(error, (OperationalError, InterfaceError)):
            return True
        error = error.__cause__ or error.__context__
    return False


class ShortOutages(logging.Filter):
    """A database that is away is one line for each request, and not a page of where we were when we noticed."""

    def filter(self, record: logging.LogRecord) -> bool:
        if record.exc_info and is_database_away(record.exc_info[1]):
            record.exc_info = None
        return True


def _page(status: int, title: str, text: str) -> HttpResponse:
    request = structlog.contextvars.get_contextvars().get("request", "–")
    response = HttpResponse(PAGE.format(title=title, text=text, style=STYLE, request=request), status=status)
    response.headers["Content-Security-Policy"] = POLICY
    response.headers["Cache-Control"] = "no-store"
    return response
