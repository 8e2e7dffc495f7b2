"""What surrounds every request: its id, its line in the log, its time; and the addresses that machines ask."""

from __future__ import annotations

import re
import secrets
import time
from collections.abc import Callable

import structlog
from django.http import HttpRequest, HttpResponse, HttpResponseBase

from upheld.config import health, metrics

GetResponse = Callable[[HttpRequest], HttpResponseBase]
log = structlog.stdlib.get_logger("upheld.web")
GIVEN_ID = re.compile(r"[A-Za-z0-9-]{8,64}")
PROBES: dict[str, Callable[[HttpRequest], HttpResponseBase]] = {
    "/health/live": health.live,
    "/health/ready": health.ready,
    "/metrics": metrics.page,
}


def observed(get_response: GetResponse) -> GetResponse:
    """Give the request an id (or keep the one that a proxy gave), and log and count it when it is answered.

    Logged is the pattern of the address and not the address: a link to reset a password is a secret.
    """

    def respond(request: HttpRequest) -> HttpResponseBase:
        given = request.headers.get("X-Request-ID", "")
        request_id = given if GIVEN_ID.fullmatch(given) else secrets.token_hex(8)
        began = time.perf_counter()
        with structlog.contextvars.bound_contextvars(request=request_id):
            response = get_response(request)
            seconds = time.perf_counter() - began
            response.headers["X-Request-ID"] = request_id
            response.headers["Server-Timing"] = f"app;dur={seconds * 1000:.1f}"
            route = request.resolver_match.route if request.resolver_match else _unmatched(request)
            metrics.count_request(request.method or "", route, response.status_code, seconds)
            if not route.startswith("("):
                log.info(
                    "answered",
                    method=request.method,
                    route=route,
                    status=response.status_code,
                    ms=round(seconds * 1000, 1),
                )
        return response

    return respond


def _unmatched(request: HttpRequest) -> str:
    if request.path.startswith("/static/"):
        return "(static)"
    return "(probe)" if request.path in PROBES else "(none)"


def legible(get_response: GetResponse) -> GetResponse:
    """Refuse an address with a NUL in it: nothing of ours has one in its name, and PostgreSQL cannot even be asked."""

    def respond(request: HttpRequest) -> HttpResponseBase:
        if "\0" in request.path or "%00" in request.META.get("QUERY_STRING", ""):
            return HttpResponse("This address cannot be read.", status=400, content_type="text/plain")
        return get_response(request)

    return respond


def probes(get_response: GetResponse) -> GetResponse:
    """Answer health checks and metrics before hosts, sessions and sign-in are looked at."""

    def respond(request: HttpRequest) -> HttpResponseBase:
        probe = PROBES.get(request.path)
        return probe(request) if probe else get_response(request)

    return respond
