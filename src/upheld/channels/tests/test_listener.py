"""Taking mail by SMTP: what is answered, and what stands in the database when it is."""

from __future__ import annotations

import asyncio
import hashlib
import smtplib
import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import psycopg
import psycopg.sql
import pytest
from django.conf import LazySettings
from django.db import connection
from hypothesis import given, settings
from hypothesis import strategies as st
from psycopg.conninfo import make_conninfo

from upheld.channels.mail.doors.session import Conversation, Room, _Held
from upheld.channels.models import ReceivedMail
from upheld.channels.tests.post import SUPPORT, Listening, conninfo, letter, listening


def jobs() -> list[int]:
    """The mails of this test for which a job was queued."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT mail.id FROM procrastinate_jobs job JOIN events_event event ON event.id = (args->>'event_id')::bigint "
            "JOIN channels_receivedmail mail ON event.subject = 'mail:' || mail.id "
            "WHERE task_name = 'events.react' AND kind = 'message.received' ORDER BY job.id"
        )
        return [row[0] for row in cursor.fetchall()]


def talk(port: int, *lines: bytes, before: bytes = b"") -> list[bytes]:
    """Say raw bytes one after another; returns the answers, that to each line after the greeting. `before` comes before that."""
    answers = []
    with socket.create_connection(("127.0.0.1", port), 10) as client, client.makefile("rb") as reader:
        client.sendall(before)
        reader.readline()
        for line in lines:
            client.sendall(line)
            answer = reader.readline()
            while answer[3:4] == b"-":
                answer = reader.readline()
            answers.append(answer)
    return answers


BEFORE = (b"EHLO a\r\n", b"MAIL FROM:<a@b.example>\r\n", b"RCPT TO:<c@d.example>\r\n", b"DATA\r\n")


def test_what_was_answered_with_250_stands_in_the_database_byte_for_byte(door: Listening) -> None:
    raw = letter("Grüße", files=[("a.bin", "application/octet-stream", bytes(range(256)))])
    code, answer = door.hand_over(raw, to=[SUPPORT, "billing@techflowsolutions.com"])

    assert code == 250
    mail = ReceivedMail.objects.get()
    assert bytes(mail.raw) == raw
    assert mail.sha256 == hashlib.sha256(raw).hexdigest()
    assert mail.sha256[:16] in answer.decode()
    assert (mail.envelope_from, mail.envelope_to, mail.peer) == (
        "customer@harbour.example",
        [SUPPORT, "billing@techflowsolutions.com"],
        "127.0.0.1",
    )
    assert mail.state == "received"
    assert jobs() == [mail.pk]


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        (b".\r\n", b""),
        (b"\r\n.\r\n", b"\r\n"),
        (b"a\r\n.\r\n", b"a\r\n"),
        (b"..\r\n.\r\n", b".\r\n"),
        (b"...a\r\n..\r\nb.\r\n.\r\n", b"..a\r\n.\r\nb.\r\n"),
        (b"no line end\r\n.\r\n", b"no line end\r\n"),
        (b"bare\nfeeds\n.\nare no end\r\n.\r\n", b"bare\nfeeds\n.\nare no end\r\n"),
        (b"bare\r.\rreturns\r\n.\r\n", b"bare\r.\rreturns\r\n"),
        (b"\n.\r\n\r\n.\r\n", b"\n.\r\n\r\n"),
        (b"x" * 300_000 + b".\r\n.\r\n", b"x" * 300_000 + b".\r\n"),
        (b"\x00\xff\xfe\x80 no text\r\n.\r\n", b"\x00\xff\xfe\x80 no text\r\n"),
        (b".\r\r\n.\r\n", b"\r\r\n"),
        (b"\r\n\r\n\r\n.\r\n", b"\r\n\r\n\r\n"),
        (b"ab\r\n.\r\n", b"ab\r\n"),
        (b"ab\rcd\r\n.\r\n", b"ab\rcd\r\n"),
        (b"a\r" + b"x" * 400_000 + b"\r\n.\r\n", b"a\r" + b"x" * 400_000 + b"\r\n"),
        (b"\r\n" * 2_000 + b"..\r\n.\r\n", b"\r\n" * 2_000 + b".\r\n"),
        (b"abc" + b"\r\n" * 300_000 + b".\r\n", b"abc" + b"\r\n" * 300_000),
    ],
)
def test_any_bytes_are_mail_and_end_only_at_the_lone_dot(door: Listening, sent: bytes, kept: bytes) -> None:
    assert talk(door.port, *BEFORE, sent)[-1].startswith(b"250 ")
    assert bytes(ReceivedMail.objects.get().raw) == kept


@pytest.mark.parametrize("cut", range(1, 12))
def test_the_end_is_found_wherever_the_network_cuts_it(door: Listening, cut: int) -> None:
    sent = b"abc\r\n..d\r\n.\r\n"
    with socket.create_connection(("127.0.0.1", door.port), 10) as client, client.makefile("rb") as reader:
        reader.readline()
        for line in BEFORE:
            client.sendall(line)
            while reader.readline()[3:4] == b"-":
                pass
        client.sendall(sent[:cut])
        time.sleep(0.02)
        client.sendall(sent[cut:])
        assert reader.readline().startswith(b"250 ")
    assert bytes(ReceivedMail.objects.get().raw) == b"abc\r\n.d\r\n"


LINES = st.lists(
    st.sampled_from([b"", b".", b"..", b"a", b"ab", b"abc", b"\r", b"\n", b"\r.", b".\n", b"x" * 40]), max_size=12
)


@settings(max_examples=300, deadline=None)
@given(LINES, st.lists(st.integers(1, 20), min_size=1, max_size=10), st.binary(max_size=3))
def test_whatever_the_lines_and_the_pieces_the_mail_is_what_stood_before_the_first_lone_dot(
    lines: list[bytes], cuts: list[int], after: bytes
) -> None:
    text = b"".join(line + b"\r\n" for line in lines)
    wire = b"\r\n" + text + b".\r\n" + after
    expected = wire[2 : wire.index(b"\r\n.\r\n") + 2]

    async def read() -> tuple[bytes, bytes]:
        conversation = Conversation.__new__(Conversation)
        conversation._reader = asyncio.StreamReader(limit=64)
        conversation._timeout_handle, conversation._timeout_duration = None, 60
        conversation.loop = asyncio.get_running_loop()
        held = _Held(Room(1_000_000), 0)
        reading = asyncio.create_task(conversation._mail(held))
        left = wire[2:]
        for cut in [*cuts, len(left)]:
            conversation._reader.feed_data(left[:cut]) if left else None
            left = left[cut:]
            await asyncio.sleep(0)
        conversation._reader.feed_eof()
        return await reading, await conversation._reader.read()

    mail, rest = asyncio.run(read())
    assert mail == (b"\r\n" + expected).replace(b"\r\n.", b"\r\n")[2:]
    assert rest == wire[2 + len(expected) + 3 :]


def test_two_mails_in_one_conversation_and_commands_sent_ahead(door: Listening) -> None:
    with socket.create_connection(("127.0.0.1", door.port), 10) as client, client.makefile("rb") as reader:
        client.sendall(b"EHLO a\r\nMAIL FROM:<>\r\nRCPT TO:<c@d.example>\r\nDATA\r\none\r\n.\r\n" * 2 + b"QUIT\r\n")
        answers = reader.read().split(b"\r\n")
    assert sum(answer.startswith(b"250 2.6.0") for answer in answers) == 2
    assert ReceivedMail.objects.count() == 1  # the same bytes
    assert ReceivedMail.objects.get().envelope_from == "<>"


PATHS = ["<@relay.example:a@b.example>", '<"odd name"@b.example>', "plain@b.example", "<jürgen@köln.example>"]


@pytest.mark.parametrize("path", PATHS)
def test_who_writes_is_not_decided_by_the_grammar_of_addresses(door: Listening, path: str) -> None:
    answers = talk(door.port, BEFORE[0], f"MAIL FROM:{path}\r\n".encode(), *BEFORE[2:], b"x\r\n.\r\n")
    assert [answer[:3] for answer in answers[1:]] == [b"250", b"250", b"354", b"250"]


def test_what_is_no_path_at_all_is_refused(door: Listening) -> None:
    assert talk(door.port, BEFORE[0], b"MAIL FROM:<a b@c.example>\r\n")[-1].startswith(b"553")
    assert talk(door.port, BEFORE[0], b"DATA\r\n")[-1].startswith(b"503")
    assert talk(door.port, b"DATA\r\n")[-1].startswith(b"503")


def test_what_is_too_large_is_refused_for_good_and_the_conversation_goes_on(
    settings: LazySettings, transactional_db: None
) -> None:
    settings.UPHELD_MAIL_MAX_BYTES = 20_000
    with listening(conninfo()) as door:
        large = letter("x" * 30 + "\n" + "line\n" * 8000)
        assert talk(door.port, BEFORE[0], b"MAIL FROM:<a@b.example> SIZE=30000\r\n")[-1].startswith(b"552")
        answers = talk(door.port, *BEFORE, large + b".\r\n", *BEFORE[1:], b"small\r\n.\r\n")
        assert answers[4].startswith(b"552")
        assert answers[-1].startswith(b"250")
    assert ReceivedMail.objects.count() == 1


def test_the_same_mail_two_hundred_times_at_once_is_one_mail(door: Listening) -> None:
    raw = letter("Once")
    with ThreadPoolExecutor(25) as senders:
        codes = [code for code, _ in senders.map(lambda _: door.hand_over(raw), range(200))]
    assert codes == [250] * 200
    assert ReceivedMail.objects.count() == 1
    assert len(jobs()) == 1


def test_many_senders_at_once_share_commits_and_none_is_lost(door: Listening) -> None:
    mails = [letter(f"Number {number}") for number in range(120)]
    with ThreadPoolExecutor(20) as senders:
        assert {code for code, _ in senders.map(door.hand_over, mails)} == {250}
    assert {bytes(raw) for raw in ReceivedMail.objects.values_list("raw", flat=True)} == set(mails)
    assert len(jobs()) == 120


def test_while_the_database_is_away_it_says_451_and_comes_back_by_itself(door: Listening) -> None:
    name = psycopg.sql.Identifier(connection.settings_dict["NAME"])
    assert door.hand_over(letter("before"))[0] == 250
    with psycopg.connect(make_conninfo(conninfo(), dbname="postgres"), autocommit=True) as other:
        other.execute(psycopg.sql.SQL("ALTER DATABASE {} ALLOW_CONNECTIONS false").format(name))
        try:
            mine = "pid <> pg_backend_pid() AND application_name = 'upheld listen'"
            other.execute(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {mine}")
            answers = [door.hand_over(letter(f"away {number}")) for number in range(3)]
        finally:
            other.execute(psycopg.sql.SQL("ALTER DATABASE {} ALLOW_CONNECTIONS true").format(name))
    assert [(code, answer[:5]) for code, answer in answers] == [(451, b"4.3.0")] * 3
    assert door.hand_over(letter("after"))[0] == 250
    assert ReceivedMail.objects.count() == 2


def test_a_connection_that_the_database_cut_is_replaced_and_nobody_notices(door: Listening) -> None:
    assert door.hand_over(letter("one"))[0] == 250
    with psycopg.connect(conninfo(), autocommit=True) as other:
        mine = "pid <> pg_backend_pid() AND datname = current_database() AND application_name = 'upheld listen'"
        assert other.execute(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {mine}").fetchall()
    assert [door.hand_over(letter(f"after {number}"))[0] for number in range(4)] == [250] * 4
    assert ReceivedMail.objects.count() == 5


def test_a_mail_that_the_database_refuses_spoils_no_other(transactional_db: None) -> None:
    with psycopg.connect(conninfo(), autocommit=True) as other:
        other.execute("ALTER TABLE channels_receivedmail ADD CONSTRAINT poison CHECK (size <> 8)")
    try:
        with listening(conninfo()) as door, ThreadPoolExecutor(10) as senders:
            codes = [
                code
                for code, _ in senders.map(door.hand_over, [b"poison\r\n"] + [letter(f"fine {n}") for n in range(9)])
            ]
        assert codes == [451] + [250] * 9
    finally:
        with psycopg.connect(conninfo(), autocommit=True) as other:
            other.execute("ALTER TABLE channels_receivedmail DROP CONSTRAINT poison")


def test_stopping_lets_the_mail_under_way_finish_and_sends_idle_senders_away(transactional_db: None) -> None:
    with listening(conninfo()) as door:
        idle = smtplib.SMTP("127.0.0.1", door.port, timeout=10)
        idle.ehlo()
        busy = socket.create_connection(("127.0.0.1", door.port), 10)
        reader = busy.makefile("rb")
        reader.readline()
        for line in BEFORE:
            busy.sendall(line)
            while reader.readline()[3:4] == b"-":
                pass
        busy.sendall(b"Subject: half\r\n")
        threading.Timer(0.3, busy.sendall, [b"\r\nand whole\r\n.\r\n"]).start()
    assert reader.readline().startswith(b"250 ")
    assert idle.getreply()[0] == 421
    assert bytes(ReceivedMail.objects.get().raw) == b"Subject: half\r\n\r\nand whole\r\n"
    busy.close()
