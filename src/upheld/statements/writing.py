"""Rows into tables, by statements whose text is kept."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.db import DatabaseError, connection, models
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


def add_once(row: models.Model, *unique: str) -> bool:
    """Insert the row unless one with the same values in the columns `unique` stands already. Says whether it was inserted.

    Of two transactions with the same value the later one waits, and then inserts only if the earlier was rolled back.
    """
    insert = _insert(type(row), _left_out(row))
    with connection.cursor() as cursor:
        cursor.execute(insert.once(*unique), [insert.value(field, row) for field in insert.fields])
        if cursor.rowcount == 0:
            return False
        _take(row, insert, cursor.fetchone() if insert.returned else ())
    return True


def add_together(rows: Iterable[models.Model]) -> None:
    """Insert new rows of several models, all of them with one statement. They may speak of each other by numbers of
    `next_numbers`; numbers that the database gives stand in them afterwards.

    Not for more than some forty columns together: the driver reads a longer statement anew each time.
    """
    parts: dict[tuple[type[models.Model], tuple[str, ...]], list[models.Model]] = {}
    for row in rows:
        parts.setdefault((type(row), _left_out(row)), []).append(row)
    values: list[Any] = []
    for kind, added in parts.items():
        insert = _insert(*kind)
        columns = [[insert.value(field, row) for row in added] for field in insert.fields]
        values += columns if len(added) > 1 else [column[0] for column in columns]
    with connection.cursor() as cursor:
        cursor.execute(_together(tuple((kind, len(added) > 1) for kind, added in parts.items())), values)
        found = iter(cursor.fetchone() or ())
    for kind, added in parts.items():
        insert = _insert(*kind)
        returned = [next(found) for _ in insert.returned]
        for place, row in enumerate(added):
            _take(row, insert, [column[place] for column in returned])


def change(row: models.Model, fields: Iterable[str]) -> None:
    """Update these fields of a row that stands, as `save(update_fields=…)` does."""
    change_all([row], fields)


def change_all(rows: Sequence[models.Model], fields: Iterable[str]) -> None:
    """Update the same fields of some rows of one model with one statement. Raises DatabaseError when a row is gone."""
    if not rows:
        return
    update = _update(type(rows[0]), tuple(sorted(set(fields))))
    values = [[_value(field, row, is_new=False) for row in rows] for field in update.fields]
    with connection.cursor() as cursor:
        cursor.execute(update.many, values)
        if cursor.rowcount != len(rows):
            raise DatabaseError(f"{len(rows) - cursor.rowcount} of {len(rows)} rows are gone.")


def next_numbers(*kinds: type[models.Model]) -> list[int]:
    """A number for a new row of each of these models, so that rows can speak of each other before they are written."""
    with connection.cursor() as cursor:
        cursor.execute(_numbers(kinds))
        numbers = cursor.fetchone()
    assert numbers is not None
    return list(numbers)


@lru_cache(maxsize=16)
def _numbers(kinds: tuple[type[models.Model], ...]) -> str:
    sequences = (f"pg_get_serial_sequence('\"{kind._meta.db_table}\"', '{kind._meta.pk.column}')" for kind in kinds)
    return f"SELECT {', '.join(f'nextval({one})' for one in sequences)}"


@dataclass(frozen=True, slots=True)
class _Update:
    many: str
    fields: tuple[AnyField, ...]


@dataclass(frozen=True, slots=True)
class _Insert:
    one: str
    many: str
    fields: tuple[AnyField, ...]
    returned: tuple[AnyField, ...]

    def value(self, field: AnyField, row: models.Model) -> Any:
        return _value(field, row, is_new=True)

    def once(self, *unique: str) -> str:
        into, returning, back = self.one.partition(" RETURNING ")
        columns = ", ".join(f'"{column}"' for column in unique)
        return f"{into} ON CONFLICT ({columns}) DO NOTHING{returning}{back}"


def _value(field: AnyField, row: models.Model, *, is_new: bool) -> Any:
    return field.get_db_prep_save(field.pre_save(row, add=is_new), connection)


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


@lru_cache(maxsize=64)
def _together(kinds: tuple[tuple[tuple[type[models.Model], tuple[str, ...]], bool], ...]) -> str:
    """The statement for these models; for each with what is left out, and whether there are several rows of it."""
    parts, back = [], []
    for place, (kind, are_several) in enumerate(kinds):
        insert = _insert(*kind)
        parts.append(f"part{place} AS ({insert.many if are_several else insert.one})")
        back += [f'(SELECT array_agg("{one.column}") FROM part{place})' for one in insert.returned]  # noqa: S608 - our names
    return f"WITH {', '.join(parts)} SELECT {', '.join(back) or '1'}"


@lru_cache(maxsize=128)
def _update(model: type[models.Model], names: tuple[str, ...]) -> _Update:
    meta = model._meta
    key = meta.pk
    known = {field.name: field for field in meta.concrete_fields}
    fields = (key, *(known[name] for name in names))
    arrays = ", ".join(f"%s::{_array_of(field)}" for field in fields)
    settings = ", ".join(f'"{field.column}" = given."{field.column}"' for field in fields[1:])
    given = f"unnest({arrays}) AS given ({_named(fields)})"
    where = f'"{meta.db_table}"."{key.column}" = given."{key.column}"'
    return _Update(f'UPDATE "{meta.db_table}" SET {settings} FROM {given} WHERE {where}', fields)  # noqa: S608 - our names


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
