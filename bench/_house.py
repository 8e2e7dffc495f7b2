"""A desk for one measurement: a database of its own in a temporary folder, migrated, with the policy techflow in force."""

from __future__ import annotations

import os
import platform
import shutil
import statistics
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from upheld.commitments.models import PolicyVersion

ROOT = Path(__file__).resolve().parent.parent


@contextmanager
def house() -> Iterator[PolicyVersion]:
    """Django set up on an empty database that is durable (fsync on) and thrown away at the end."""
    folder = tempfile.mkdtemp(prefix="upheld-bench-")
    os.environ |= {"UPHELD_DATA": folder, "DJANGO_SETTINGS_MODULE": "upheld.config.settings", "UPHELD_LOG": "text"}
    os.environ.setdefault("UPHELD_SMTP_URL", "smtp://127.0.0.1:9")
    from upheld.cli.desk import desk

    try:
        with desk():
            from upheld.cli.migrate import gather_static_files, migrate
            from upheld.commitments.actions import publish
            from upheld.events.actors import SYSTEM

            migrate()
            gather_static_files()
            yield publish(ROOT / "policies" / "techflow", by=SYSTEM, at=datetime.now(UTC))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def spread(values: list[float]) -> dict[str, float]:
    """Minimum, median and maximum, as every figure of bench/README.md is given."""
    return {"min": round(min(values), 1), "median": round(statistics.median(values), 1), "max": round(max(values), 1)}


def percentile(values: list[float], share: float) -> float:
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


def machine() -> str:
    return f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}"
