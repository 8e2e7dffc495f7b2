"""Rows into tables, by INSERTs whose text is kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.db import connection, models
from django.db.models.expressions import DatabaseDefault

AnyField = models.Field[Any, Any]


def add(row: models.Model) -> None:
    """Insert one new row. What the database decides (its number, defaults of its own) stands in it afterwards.

    As `save(force_insert=True)`, without Django's signals. An IntegrityError breaks the transaction: whoever expects one sets
    a savepoint.
    """
    insert = _insert(type(row), _left_out(row))
    with connection.cursor() as cursor:
        cursor.execute(insert.one, [insert.value(field, row) for field in insert.fields])
        _take(row, insert, cursor.fetchone() if insert.returned else ())


def add_all(rows: Sequence[models.Model]) -> None:
    """Insert new rows of one model, all of them with one statement of which the parameters are arrays. Nothing for none."""
    if not rows:
        return
    insert = _insert(type(rows[0]), _left_out(rows[0]))
    columns = [[insert.value(field, row) for row in rows] for field in insert.fields]
    with connection.cursor() as cursor:
        cursor.execute(insert.many, columns)
        found = cursor.fetchall() if insert.returned else [()] * len(rows)
    for row, returned in zip(rows, found, strict=True):
        _take(row, insert, returned)


@dataclass(frozen=True, slots=True)
class _Insert:
    one: str
    many: str
    fields: tuple[AnyField, ...]
    returned: tuple[AnyField, ...]

    @staticmethod
    def value(field: AnyField, row: models.Model) -> Any:
        return field.get_db_prep_save(field.pre_save(row, add=True), connection)


def _left_out(row: models.Model) -> tuple[str, ...]:
    """The columns that the database fills: a number that is not given, and what was left to its default."""
    values = row.__dict__
    return tuple(
        field.attname
        for field in row._meta.concrete_fields
        if isinstance(value := values[field.attname], DatabaseDefault) or (field.primary_key and value is None)
    )


@lru_cache(maxsize=64)
def _insert(model: type[models.Model], left_out: tuple[str, ...]) -> _Insert:
    meta = model._meta
    fields = tuple(field for field in meta.concrete_fields if field.attname not in left_out)
    returned = tuple(field for field in meta.concrete_fields if field.attname in left_out)
    columns, back = _named(fields), f" RETURNING {_named(returned)}" if returned else ""
    into = f'INSERT INTO "{meta.db_table}" ({columns})'
    places = ", ".join("%s" for _ in fields)
    arrays = ", ".join(f"%s::{_array_of(field)}" for field in fields)
    given = f"unnest({arrays}) WITH ORDINALITY AS given ({columns}, place_of_row)"
    ordered = f"SELECT {columns} FROM {given} ORDER BY place_of_row"  # noqa: S608 - names of our own columns
    return _Insert(f"{into} VALUES ({places}){back}", f"{into} {ordered}{back}", fields, returned)


def _named(fields: Sequence[AnyField]) -> str:
    return ", ".join(f'"{field.column}"' for field in fields)


def _array_of(field: AnyField) -> str:
    """The type of a column's values, without its length: a cast to a length would cut off what is too long and say nothing."""
    kind = field.rel_db_type(connection) if field.primary_key else field.db_type(connection)
    assert kind is not None
    return f"{kind.partition('(')[0]}[]"


def _take(row: models.Model, insert: _Insert, returned: Sequence[Any]) -> None:
    for field, value in zip(insert.returned, returned, strict=True):
        setattr(row, field.attname, value)
    row._state.adding = False
    row._state.db = "default"
