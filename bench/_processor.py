"""Processor time: what an act costs wherever it is done, which changes less than seconds with what else the machine has to do."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

TICK = os.sysconf("SC_CLK_TCK")


def seconds_used(*processes: int) -> float:
    """What these processes, all beneath them and the database have used so far."""
    return sum(_used(one) for pid in (*processes, _postmaster()) for one in _with_children(pid))


def _with_children(pid: int) -> Iterator[int]:
    yield pid
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return
    for child in children:
        yield from _with_children(int(child))


def _used(pid: int) -> float:
    """User and system time, that of children which ended included."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return sum(map(int, fields[11:15])) / TICK


def _postmaster() -> int:
    """The first process of the database that Django speaks to."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SHOW data_directory")
        (folder,) = cursor.fetchone()
    return int(Path(folder, "postmaster.pid").read_text().split()[0])
