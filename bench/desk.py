"""bin/bench desk [--tickets 100000]: ticket page, queue page, opening and replying over HTTP with 8 clients and 2
server processes.

Server times are the server's own (Server-Timing); rates are what the clients saw, clients and database on the same
two cores. Opening is held
against bare INSERTs of the same rows by psycopg, in the same run, with as many clients.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import random
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import chain
from typing import Any
from urllib.parse import urlencode

from bench._house import house, machine, percentile

CLIENTS = 8
CSRF = "b" * 32
JOB = "INSERT INTO procrastinate_jobs (queue_name, task_name, args) VALUES ('default', 'events.react', %(args)s)"
TIMING = re.compile(r"dur=([\d.]+)")


def run(*, tickets: int, requests: int) -> dict[str, Any]:
    """Fill, serve, measure."""
    with house() as version:
        from bench._fill import AGENTS, fill

        began = time.perf_counter()
        fill(version, tickets=tickets, now=datetime.now(UTC))
        filled = time.perf_counter() - began
        session = _session()
        from upheld.tickets.models import Ticket

        unsettled = list(Ticket.objects.unsettled().values_list("pk", flat=True))
        dice = random.Random(1)
        with serving() as port:
            client = Clients(port, session)
            measured = {
                "ticket_page": client.measure(
                    requests, lambda: ("GET", f"/desk/tickets/{dice.randrange(1, tickets + 1)}/", None)
                ),
                "queue_page": client.measure(requests, lambda: ("GET", "/desk/queue/open/", None)),
                "open": client.measure(requests, lambda: ("POST", "/desk/tickets/new/", _new(dice, AGENTS))),
                "reply": client.measure(
                    requests,
                    lambda: (
                        "POST",
                        f"/desk/tickets/{dice.choice(unsettled)}/replies/",
                        {"text": "We look into it.", "then": ""},
                    ),
                ),
            }
        bare, without_job = (bare_inserts(requests, with_job=with_job) for with_job in (True, False))
        return {
            "machine": machine(),
            "date": datetime.now(UTC).date().isoformat(),
            "tickets": tickets,
            "clients": CLIENTS,
            "filled_in_seconds": round(filled, 1),
            **measured,
            "bare_inserts_a_second": round(bare),
            "bare_inserts_without_the_job_a_second": round(without_job),
            "open_as_share_of_bare_inserts": round(measured["open"]["a_second"] / bare, 3),
        }


class Clients:
    """Eight of them, each with its own connection kept open."""

    def __init__(self, port: int, session: str) -> None:
        self.port = port
        self.headers = {
            "Cookie": f"session={session}; csrf={CSRF}",
            "X-CSRFToken": CSRF,
            "Referer": f"http://127.0.0.1:{port}/",
        }

    def measure(self, requests: int, make: Callable[[], tuple[str, str, dict[str, str] | None]]) -> dict[str, Any]:
        """p50 and p95 of the server's time in milliseconds, answers a second, and how many were not 2xx or 3xx."""
        self._all(16, make, [], [])
        times: list[float] = []
        failed: list[str] = []
        began = time.perf_counter()
        self._all(requests, make, times, failed)
        seconds = time.perf_counter() - began
        return {
            "p50_ms": percentile(times, 0.5),
            "p95_ms": percentile(times, 0.95),
            "a_second": round(len(times) / seconds, 1),
            "failed": len(failed),
            **({"first_failure": failed[0]} if failed else {}),
        }

    def _all(self, requests: int, make: Callable[[], Any], times: list[float], failed: list[str]) -> None:
        todo = iter(range(requests))
        lock = threading.Lock()

        def work() -> None:
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
            while True:
                with lock:
                    if next(todo, None) is None:
                        return
                    method, path, fields = make()
                body = urlencode(fields) if fields else None
                form = {"Content-Type": "application/x-www-form-urlencoded"} if fields else {}
                connection.request(method, path, body, {**self.headers, **form})
                response = connection.getresponse()
                text = response.read()
                if response.status >= 400:
                    failed.append(
                        f"{method} {path} {response.status} {re.sub(rb'<[^>]*>', b' ', text)[:300].decode(errors='replace')}"
                    )
                if found := TIMING.search(response.headers.get("Server-Timing", "")):
                    times.append(float(found[1]))

        threads = [threading.Thread(target=work) for _ in range(CLIENTS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()


@contextmanager
def serving() -> Iterator[int]:
    """`upheld serve` with two processes on a free port of the loopback interface, until the block ends."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    environment = {
        **os.environ,
        "UPHELD_PORT": str(port),
        "UPHELD_WEB_WORKERS": "2",
        "UPHELD_URL": f"http://127.0.0.1:{port}",
    }
    server = subprocess.Popen([sys.executable, "-m", "upheld", "serve"], env=environment, stdout=subprocess.DEVNULL)
    try:
        _wait(port)
        yield port
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(15)


def bare_inserts(requests: int, *, with_job: bool) -> float:
    """Transactions a second that insert the rows of one opened ticket and nothing else, by as many clients.

    One of these rows is the job that tells who hears of it; with it comes what the queue itself writes and signals.
    """
    import psycopg
    from django.db import connection

    statements = _rows_of_a_ticket()
    known = ("host", "port", "user", "dbname", "password")
    parameters = {key: value for key, value in connection.get_connection_params().items() if key in known}
    todo, lock = iter(range(requests)), threading.Lock()

    def work() -> None:
        with psycopg.connect(**parameters) as bare:
            while True:
                with lock:
                    number = next(todo, None)
                if number is None:
                    return
                for statement, values in statements if with_job else statements[:-1]:
                    bare.execute(statement, values | {"subject": f"bare:{number}", "key": None})
                bare.commit()

    threads = [threading.Thread(target=work) for _ in range(CLIENTS)]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return requests / (time.perf_counter() - began)


def _rows_of_a_ticket() -> list[tuple[str, dict[str, Any]]]:
    """An INSERT, with its values by field, for each row that came with the newest ticket; its job last."""
    from django.db import connection
    from psycopg.types.json import Jsonb

    from upheld.commitments.models import Clock, Commitment
    from upheld.events.models import Event
    from upheld.tickets.models import Message, Ticket

    ticket = Ticket.objects.order_by("-id")[0]
    about = (Message.objects.filter(ticket=ticket), Event.objects.about(ticket.key), Commitment.objects.of(ticket.key))
    found = []
    for row in (ticket, *chain(*about), Clock.objects.get(subject=ticket.key)):
        fields = [one for one in row._meta.concrete_fields if one.name == "subject" or not one.primary_key]
        columns = ", ".join(f'"{one.column}"' for one in fields)
        values = ", ".join(f"%({one.name})s" for one in fields)
        statement = f'INSERT INTO "{row._meta.db_table}" ({columns}) VALUES ({values})'
        found.append(
            (statement, {one.name: one.get_db_prep_save(getattr(row, one.attname), connection) for one in fields})
        )
    return [*found, (JOB, {"args": Jsonb({"event_id": 0})})]


def _new(dice: random.Random, agents: int) -> dict[str, str]:
    return {
        "requester": f"p{agents + dice.randrange(1, 50)}@bench.example",
        "title": "Nothing loads",
        "text": "Since nine nothing loads. " * 5,
        "channel": "phone",
        "priority": "P2",
    }


def _session() -> str:
    """A signed-in agent, without the page for it."""
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore

    from upheld.people.models import Agent

    person = Agent.objects.select_related("person").get(pk=1).person
    store = SessionStore()
    store[SESSION_KEY] = str(person.pk)
    store[BACKEND_SESSION_KEY] = "upheld.web.signin.knowing.Backend"
    store[HASH_SESSION_KEY] = person.get_session_auth_hash()
    store.create()
    return str(store.session_key)


def _wait(port: int) -> None:
    for _ in range(300):
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
            connection.request("GET", "/health/ready")
            if connection.getresponse().status == 200:
                return
        except OSError:
            pass
        time.sleep(0.1)
    raise RuntimeError("the server did not start within 30 s")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tickets", type=int, default=100_000)
    parser.add_argument("--requests", type=int, default=800, help="of each kind")
    given = parser.parse_args()
    print(json.dumps(run(tickets=given.tickets, requests=given.requests), indent=2))


if __name__ == "__main__":
    main()
