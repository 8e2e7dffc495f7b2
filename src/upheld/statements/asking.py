"""Questions that Django compiles once for each process, and that are asked with other values each time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Generic, TypeVar, cast

from django.db import connection, models
from django.db.models import F, Func, Value
from django.db.models.query import ModelIterable, get_related_populators
from django.db.models.sql.compiler import SQLCompiler
from django.db.transaction import TransactionManagementError

Row = TypeVar("Row")
Read = Callable[[Sequence[tuple[Any, ...]]], list[Any]]
DATABASE = "default"


class Given(Value):
    """The place of a value that comes with each question. A plain value (text, number, instant), never None."""

    def __init__(self, name: str) -> None:
        super().__init__(None)
        self.name = name

    def as_sql(self, compiler: SQLCompiler, connection: Any) -> tuple[str, Any]:  # noqa: ARG002 - Django's signature
        return "%s", (self,)


def among(column: str, given: Given) -> Func:
    """A condition: the column is one of a list. One parameter, however long the list."""
    template = "%(expressions)s)"
    return Func(F(column), given, template=template, arg_joiner=" = ANY(", output_field=models.BooleanField())


def take_over(row: models.Model, fresh: models.Model) -> None:
    """Let the row say what a fresh reading of it says, with its relations. As `refresh_from_db(from_queryset=…)`."""
    row.__dict__.update({name: value for name, value in fresh.__dict__.items() if name != "_state"})
    row.__dict__.pop("_prefetched_objects_cache", None)
    row._state.fields_cache = fresh._state.fields_cache


@dataclass(frozen=True, slots=True)
class _Made:
    sql: str
    parameters: tuple[Any, ...]
    read: Read
    locks: bool


class Asked(Generic[Row]):
    """A query with places for values. Made at the first question; `ask` is called once and may use the database's models freely.

    Rows are model instances (with what `select_related` says) or tuples (of `values_list`). No prefetching, no annotations.
    """

    def __init__(self, ask: Callable[[], models.QuerySet[Any, Row]]) -> None:
        self._ask = ask

    def __call__(self, **given: Any) -> list[Row]:
        """The answer, as a list. A question that locks rows has to be asked in a transaction, as with Django's own."""
        made = self._made
        if made.locks and not connection.in_atomic_block:
            raise TransactionManagementError("Rows are locked until the end of a transaction, and there is none.")
        values = [given[one.name] if isinstance(one, Given) else one for one in made.parameters]
        with connection.cursor() as cursor:
            cursor.execute(made.sql, values)
            return made.read(cursor.fetchall())

    def first(self, **given: Any) -> Row | None:
        """The first row, or None."""
        return next(iter(self(**given)), None)

    @cached_property
    def _made(self) -> _Made:
        asked = self._ask()
        of_instances = asked._iterable_class is ModelIterable
        if of_instances and asked.query.annotations:
            raise TypeError("A question for model instances cannot carry annotations.")
        compiler = asked.query.get_compiler(DATABASE)
        sql, parameters = compiler.as_sql()
        return _Made(sql, tuple(parameters), _reader(compiler, of_instances), bool(asked.query.select_for_update))


def _reader(compiler: SQLCompiler, of_instances: bool) -> Read:
    """From what the driver returns to rows, as Django's own iterables do it."""
    converters = compiler.get_converters([column for column, *_ in compiler.select])

    def plain(rows: Sequence[tuple[Any, ...]]) -> list[Any]:
        if not converters:
            return list(rows)
        here = cast("SQLCompiler", _Here)
        return [tuple(row) for row in SQLCompiler.apply_converters(here, rows, converters)]

    if not of_instances or compiler.klass_info is None:
        return plain
    model, chosen = compiler.klass_info["model"], compiler.klass_info["select_fields"]
    names = [column.target.attname for column, *_ in compiler.select[chosen[0] : chosen[-1] + 1]]
    start, end = chosen[0], chosen[-1] + 1
    populators: Callable[..., Any] = get_related_populators  # the stubs describe a later Django
    related = populators(compiler.klass_info, compiler.select, DATABASE)

    def instances(rows: Sequence[tuple[Any, ...]]) -> list[Any]:
        read = []
        for row in plain(rows):
            one = model.from_db(DATABASE, names, row[start:end])
            for populator in related:
                populator.populate(row, one)
            read.append(one)
        return read

    return instances


class _Here:
    """All that converting asks of a compiler: the connection of the thread that asks, not of the one that compiled."""

    connection = connection
