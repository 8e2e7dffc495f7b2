"""A connection that the pool hands out is one that stands."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest
from django.db import connection
from procrastinate.contrib.django.utils import connector_params
from psycopg_pool import ConnectionPool

from upheld.channels.mail.doors.committing import database
from upheld.config.database import base

pytestmark = pytest.mark.django_db


@pytest.fixture
def wire() -> Any:
    parameters = connection.get_connection_params()
    known = {name: parameters[name] for name in ("host", "port", "user", "dbname", "password") if name in parameters}
    with psycopg.connect(**known, autocommit=True) as wire:
        yield wire


def test_it_is_asked_once_and_then_looked_at(wire: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Any] = []
    monkeypatch.setattr(ConnectionPool, "check_connection", asked.append)
    for _ in range(3):
        base.check(wire)
    assert asked == [wire]
    monkeypatch.setattr(base, "ASKED_AGAIN_AFTER", 0.0)
    base.check(wire)
    assert asked == [wire, wire]


def test_one_that_the_server_ended_is_noticed_at_once(wire: Any) -> None:
    base.check(wire)
    with connection.cursor() as other:
        other.execute("SELECT pg_terminate_backend(%s, 2000)", [wire.info.backend_pid])
    with pytest.raises(psycopg.OperationalError):
        base.check(wire)


def test_a_line_that_falls_silent_is_given_up_by_the_pool_the_queue_and_the_listener() -> None:
    """A proxy cannot play it, since the machine itself answers for its sockets: so what the driver was told is held."""
    listener = psycopg.conninfo.conninfo_to_dict(database())
    for told in (connection.get_connection_params(), connector_params(), listener):
        assert (str(told["keepalives_idle"]), str(told["tcp_user_timeout"])) == ("15", "30000")
