"""An event as bytes, and its hash: what a seal keeps of it. Pure but for the one statement that reads the rows.

The bytes are canonical JSON of all columns in one order; numbers inside `data` are kept digit by digit, so that no change of a
column, however small, leaves the hash as it was.
"""

from __future__ import annotations

import decimal
import hashlib
import zlib
from collections.abc import Iterator
from typing import Any

import msgspec
from django.db import connection

from upheld.kernel.ed25519 import canonical

DOMAIN = b"upheld.event.1\n"
COLUMNS = ("kind", "subject", "actor", "at", "recorded_at", "data", "key")
LEAF, HINT = 32, 2
HINTS = HINT * len(COLUMNS)
CHUNK = 5000
_data = msgspec.json.Decoder(float_hook=decimal.Decimal)

# Instants as whole microseconds and `data` as the text that PostgreSQL keeps: nothing is rounded on the way.
INSTANT = "(CASE WHEN isfinite({0}) THEN extract(epoch FROM {0}) * 1000000 ELSE -1e18 END)::bigint"
ROWS = f"""
SELECT id, kind, subject, actor, {INSTANT.format("at")}, {INSTANT.format("recorded_at")}, data::text, key
  FROM events_event WHERE id > %s AND id <= %s ORDER BY id LIMIT %s
"""  # noqa: S608 - names of columns only
Values = tuple[Any, ...]
BEFORE_ALL, AFTER_ALL = -(2**63), 2**63 - 1


def rows(after: int, up_to: int = AFTER_ALL, *, limit: int | None = None) -> Iterator[Values]:
    """Events by id, as `(id, kind, subject, actor, at, recorded_at, data, key)`, a few thousand at a time.

    Each chunk is a statement of its own, so that a walk over millions holds no snapshot and little memory.
    """
    left = AFTER_ALL if limit is None else limit
    while left > 0:
        with connection.cursor() as cursor:
            cursor.execute(ROWS, [after, up_to, min(left, CHUNK)])
            found = cursor.fetchall()
        yield from found
        if len(found) < min(left, CHUNK):
            return
        left -= len(found)
        after = found[-1][0]


def leaf(row: Values) -> bytes:
    """The hash of an event."""
    return hashlib.sha256(DOMAIN + canonical((*row[:6], _data.decode(row[6]), row[7]))).digest()


def hints(row: Values) -> bytes:
    """Two bytes for each column. They prove nothing; they say which column it was when the hash differs."""
    columns = (*row[1:6], _data.decode(row[6]), row[7])
    return b"".join((zlib.crc32(canonical(value)) & 0xFFFF).to_bytes(HINT, "big") for value in columns)
