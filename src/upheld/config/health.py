"""Is it alive, is it ready: for load balancers, container runtimes and whoever is on call."""

from __future__ import annotations

from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, JsonResponse

OK = "ok"


def live(request: HttpRequest) -> JsonResponse:
    """The process answers. Says nothing of the database: a restart would not bring that back."""
    return JsonResponse({"status": OK})


def ready(request: HttpRequest) -> JsonResponse:
    """200 when a request could be served: the database answers, no migration is missing, jobs can be queued. Else 503."""
    state = readiness()
    is_ready = all(value == OK for value in state.values())
    response = JsonResponse({"status": OK if is_ready else "not ready", **state}, status=200 if is_ready else 503)
    if not is_ready:
        response.headers["Retry-After"] = "5"
    return response


def readiness() -> dict[str, str]:
    """Each thing that the desk stands on, with "ok" or what is wrong with it."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT to_regclass('procrastinate_jobs') IS NOT NULL")
            has_jobs = bool(cursor.fetchone()[0])
        missing = migrations_missing()
    except DatabaseError:
        return {"database": "away", "migrations": "unknown", "jobs": "unknown"}
    return {
        "database": OK,
        "migrations": f"{missing} missing: run upheld migrate" if missing else OK,
        "jobs": OK if has_jobs else "no tables: run upheld migrate",
    }


_up_to_date = False


def migrations_missing() -> int:
    """How many migrations this code has that the database has not. Once none is missing, the answer is remembered."""
    global _up_to_date
    if _up_to_date:
        return 0
    executor = MigrationExecutor(connection)
    missing = len(executor.migration_plan(executor.loader.graph.leaf_nodes()))
    _up_to_date = missing == 0
    return missing
