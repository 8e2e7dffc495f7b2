"""Jobs that a test's worker does, in a process of its own."""

from __future__ import annotations

import time

from procrastinate.contrib.django import app


@app.task(name="tests.slow")
def slow(path: str, seconds: float) -> None:
    """Leave a mark at the beginning and one at the end."""
    with open(path, "a") as file:  # noqa: PTH123
        file.write("begun\n")
    time.sleep(seconds)
    with open(path, "a") as file:  # noqa: PTH123
        file.write("done\n")
