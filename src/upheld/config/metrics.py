"""Figures for Prometheus: requests and jobs as they pass, and what the database says waits.

Processes of one host share their counters through files, so that any web process can answer for all of them.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from hmac import compare_digest

from django.conf import settings
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector

from upheld.config.metrics_files import SHARED_FILES

METHODS = {"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD"}
LOOPBACK = {"127.0.0.1", "::1"}

REQUESTS = Histogram(
    "upheld_request_seconds",
    "Time from a request's arrival to its answer",
    ["method", "route", "status"],
    buckets=(0.005, 0.01, 0.02, 0.04, 0.06, 0.12, 0.25, 0.5, 1, 2.5, 10),
)
JOBS = Counter("upheld_jobs_done_total", "Jobs that ended", ["task", "outcome"])
TAKEN_UP = Counter("upheld_jobs_taken_up_total", "Jobs of workers that died, queued again")

WAITING = {
    "upheld_jobs_waiting": ("Jobs in the queue", "SELECT count(*) FROM procrastinate_jobs WHERE status = 'todo'"),
    "upheld_jobs_running": ("Jobs being done", "SELECT count(*) FROM procrastinate_jobs WHERE status = 'doing'"),
    "upheld_jobs_failed": ("Jobs given up", "SELECT count(*) FROM procrastinate_jobs WHERE status = 'failed'"),
    "upheld_workers": (
        "Workers heard of within a minute",
        "SELECT count(*) FROM procrastinate_workers WHERE last_heartbeat > now() - interval '1 minute'",
    ),
    "upheld_events_unsealed": (
        "Events that no seal covers yet",
        "SELECT count(*) FROM events_event WHERE id > coalesce((SELECT max(last) FROM events_seal), 0)",
    ),
    "upheld_seal_lag_seconds": (
        "How long the oldest event without a seal has waited for it",
        """SELECT coalesce(extract(epoch FROM now() - min(recorded_at)), 0) FROM events_event
            WHERE id > coalesce((SELECT max(last) FROM events_seal), 0)""",
    ),
    "upheld_job_wait_seconds": (
        "How long the oldest job that is due has waited",
        """SELECT coalesce(extract(epoch FROM now() - min(coalesce(job.scheduled_at, event.at))), 0)
             FROM procrastinate_jobs job
             LEFT JOIN procrastinate_events event ON event.job_id = job.id AND event.type = 'deferred'
            WHERE job.status = 'todo' AND coalesce(job.scheduled_at, now()) <= now()""",
    ),
}


def count_request(method: str, route: str, status: int, seconds: float) -> None:
    REQUESTS.labels(
        method if method in {"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD"} else "other", route, status
    ).observe(seconds)


def page(request: HttpRequest) -> HttpResponse:
    """All figures; for this host, or for who knows UPHELD_METRICS_TOKEN. Everybody else gets a 404."""
    if not _may_read(request):
        return HttpResponse(status=404)
    registry = CollectorRegistry()
    registry.register(_Waiting())
    shared: CollectorRegistry = REGISTRY
    if SHARED_FILES in os.environ:
        shared = CollectorRegistry()
        MultiProcessCollector(shared)  # type: ignore[no-untyped-call]
    return HttpResponse(generate_latest(shared) + generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


def _may_read(request: HttpRequest) -> bool:
    token = settings.UPHELD_METRICS_TOKEN
    if token and compare_digest(request.headers.get("Authorization", "").encode(), f"Bearer {token}".encode()):
        return True
    came_through_a_proxy = "X-Forwarded-For" in request.headers or "Forwarded" in request.headers
    return request.META.get("REMOTE_ADDR") in LOOPBACK and not came_through_a_proxy


class _Waiting:
    """Asks the database at the moment that Prometheus asks us."""

    def collect(self) -> Iterator[GaugeMetricFamily]:
        reachable = GaugeMetricFamily("upheld_database_reachable", "1 when the database answers")
        try:
            with connection.cursor() as cursor:
                for name, (what, query) in WAITING.items():
                    cursor.execute(query)
                    yield GaugeMetricFamily(name, what, value=float(cursor.fetchone()[0]))
            reachable.add_metric([], 1)
        except DatabaseError:
            reachable.add_metric([], 0)
        yield reachable
