"""Jobs that a test's worker does, in a process of its own."""

from __future__ import annotations

import time

from django.db import transaction
from procrastinate.contrib.django import app


@app.task(name="tests.slow")
def slow(path: str, seconds: float) -> None:
    """Leave a mark at the beginning and one at the end."""
    with open(path, "a") as file:  # noqa: PTH123
        file.write("begun\n")
    time.sleep(seconds)
    with open(path, "a") as file:  # noqa: PTH123
        file.write("done\n")


@app.task(name="tests.undone")
def undone(path: str) -> None:
    """Queue a job in a transaction that is rolled back, and wait a little before that."""
    try:
        with transaction.atomic():
            slow.defer(path=path, seconds=0)
            time.sleep(0.5)
            raise RuntimeError
    except RuntimeError:
        slow.defer(path=f"{path}-after", seconds=0)
