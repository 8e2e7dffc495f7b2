"""bin/bench mail [--mails 6000] [--senders 16]: mails a second from SMTP DATA to 250, durable, and from bytes to tickets.

Beside them, in the same run: bare INSERTs of the same bytes, and the standard library's parse alone.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from email import message_from_bytes, policy
from functools import partial
from typing import Any

from bench._house import house, machine, spread
from bench._workers import drained, sink

SIZE = 4_000  # bytes of text, about what a mail with a quotation has
ROUNDS = 3


def letters(count: int, mark: str) -> list[bytes]:
    """Usual mails, all different, with the line ends of SMTP."""
    line = "The pump has stopped again, as it did last week, and nobody knows why.\r\n"
    return [
        (
            f"From: Person {number} <person{number}@harbour.example>\r\nTo: support@techflowsolutions.com\r\n"
            f"Subject: Pump {mark} {number}\r\n"
            f"Date: Mon, 02 Mar 2026 10:00:00 -0500\r\nMessage-ID: <{mark}.{number}@harbour.example>\r\n"
            f'MIME-Version: 1.0\r\nContent-Type: text/plain; charset="utf-8"\r\n\r\n{line * (SIZE // len(line))}'
        ).encode()
        for number in range(count)
    ]


def run(*, mails: int = 6_000, senders: int = 16, tickets: int = 600) -> dict[str, object]:
    """Figures a second, and their ratios, from one run on one database."""
    with sink(), house():
        from upheld.channels.mail.doors.committing import database

        conninfo = database()
        counts = (1, os.cpu_count() or 2)
        by_workers = [
            drained(count, letters(100, f"warm{count}"), letters(tickets, f"crowd{count}")) for count in counts
        ]
        accepted, inserted = [], []
        listener, port = _listener()
        try:
            asyncio.run(_stream(port, letters(200, "warm"), senders))
            for number in range(ROUNDS):
                inserted.append(_bare(conninfo, letters(mails // 3, f"bare{number}"), clients=8))
                batch = letters(mails, f"smtp{number}")
                accepted.append(mails / _timed(partial(asyncio.run, _stream(port, batch, senders))))
            batch = letters(mails, "each")
            each = mails / _timed(partial(asyncio.run, _stream(port, batch, senders, mails_each=1)))
        finally:
            listener.terminate()
            listener.wait(20)
        return {
            "machine": machine(),
            "date": datetime.now(UTC).date().isoformat(),
            "bytes_each": len(letters(1, "x")[0]),
            "senders": senders,
            "accepted_a_second": spread(accepted),
            "accepted_a_second_one_conversation_each": round(each, 1),
            "bare_insert_a_second": spread(inserted),
            "accepted_to_bare_insert": round(sorted(accepted)[1] / sorted(inserted)[1], 2),
            **_understanding(tickets),
            "by_workers": by_workers,
        }


# -- from DATA to 250 ------------------------------------------------------------------------------------------------------


def _listener() -> tuple[subprocess.Popen[bytes], int]:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    environment = os.environ | {"UPHELD_SMTP_LISTEN": f"127.0.0.1:{port}"}
    command, silent = [sys.executable, "-m", "upheld", "listen"], subprocess.DEVNULL
    process = subprocess.Popen(command, env=environment, stdout=silent, stderr=silent)
    for _ in range(400):
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return process, port
        except OSError:
            time.sleep(0.05)
    raise RuntimeError("the listener did not come up")


async def _stream(port: int, mails: list[bytes], senders: int, *, mails_each: int = 100) -> None:
    """Deliver all mails, from `senders` conversations at a time with `mails_each` mails in each; every 250 is awaited."""
    waiting = list(mails)

    async def converse() -> None:
        while waiting:
            mine = [waiting.pop() for _ in range(min(mails_each, len(waiting)))]
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            await _answer(reader, b"220")
            await _say(reader, writer, b"EHLO bench.example\r\n", b"250")
            for mail in mine:
                await _say(reader, writer, b"MAIL FROM:<person@harbour.example>\r\n", b"250")
                await _say(reader, writer, b"RCPT TO:<support@techflowsolutions.com>\r\n", b"250")
                await _say(reader, writer, b"DATA\r\n", b"354")
                await _say(reader, writer, mail + b".\r\n", b"250")
            writer.close()

    await asyncio.gather(*(converse() for _ in range(senders)))


async def _say(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, line: bytes, expected: bytes) -> None:
    writer.write(line)
    await _answer(reader, expected)


async def _answer(reader: asyncio.StreamReader, expected: bytes) -> None:
    line = await reader.readline()
    while line[3:4] == b"-":
        line = await reader.readline()
    if not line.startswith(expected):
        raise RuntimeError(f"wanted {expected!r}, got {line!r}")


def _bare(conninfo: str, mails: list[bytes], *, clients: int) -> float:
    """The same bytes into a table with the same key, one INSERT and COMMIT each, from several connections."""
    import hashlib

    import psycopg

    with psycopg.connect(conninfo, autocommit=True) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS bare (id bigserial PRIMARY KEY, sha256 text UNIQUE, raw bytea)")
    rows = [(hashlib.sha256(mail).hexdigest(), mail) for mail in mails]

    def insert(share: list[tuple[str, bytes]]) -> None:
        with psycopg.connect(conninfo, autocommit=True) as connection:
            for row in share:
                connection.execute("INSERT INTO bare (sha256, raw) VALUES (%s, %s)", row, binary=True)

    with ThreadPoolExecutor(clients) as pool:
        seconds = _timed(lambda: list(pool.map(insert, (rows[start::clients] for start in range(clients)))))
    return len(mails) / seconds


# -- from bytes to tickets -------------------------------------------------------------------------------------------------


def _understanding(count: int) -> dict[str, object]:
    """One process: the standard library's parse alone, ours, and everything up to the committed ticket."""
    from upheld.channels.mail.parsing import parse
    from upheld.channels.mail.receiving import accept
    from upheld.tickets.intake import take_in_mail

    mails = letters(count, "ticket")
    theirs = count / _timed(lambda: [message_from_bytes(mail, policy=policy.default).get_body() for mail in mails])
    ours = count / _timed(lambda: [parse(mail) for mail in mails])

    def to_tickets() -> None:
        for mail in mails:
            row = accept(mail, envelope_from="person@harbour.example", envelope_to=["support@techflowsolutions.com"])
            take_in_mail(row.pk)

    tickets = count / _timed(to_tickets)
    return {
        "standard_parse_a_second": round(theirs, 1),
        "parse_a_second": round(ours, 1),
        "tickets_a_second_one_process": round(tickets, 1),
    }


def _timed(act: Callable[[], Any]) -> float:
    began = time.perf_counter()
    act()
    return time.perf_counter() - began


def main() -> None:
    arguments = argparse.ArgumentParser(prog="bin/bench mail", description=__doc__)
    arguments.add_argument("--mails", type=int, default=6_000)
    arguments.add_argument("--senders", type=int, default=16)
    given = arguments.parse_args()
    print(json.dumps(run(mails=given.mails, senders=given.senders), indent=2))


if __name__ == "__main__":
    main()
