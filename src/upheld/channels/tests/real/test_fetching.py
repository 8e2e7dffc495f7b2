"""Mail from a real Dovecot: by number and not by flag, once, also when the line breaks, and compared with what we hold."""

from __future__ import annotations

import contextlib
import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
from django.conf import LazySettings
from imapclient.exceptions import IMAPClientError

from upheld.channels.mail.fetching import taking
from upheld.channels.mail.fetching.running import run
from upheld.channels.mail.fetching.server import Folder, Trouble
from upheld.channels.mail.fetching.taking import mailbox_of, reconcile, take_in_new
from upheld.channels.mail.servers import NoToken, token
from upheld.channels.models import Mailbox, ReceivedMail, Sighting
from upheld.channels.tests.post import letter
from upheld.channels.tests.real.dovecot import PASSWORD, PROGRAM, USER, Dovecot, dovecot
from upheld.config.imap import ImapAccount, grants, imap_accounts
from upheld.config.values import Grant
from upheld.events.models import Event

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(PROGRAM is None, reason="Dovecot is not installed"),
]


@pytest.fixture(scope="module")
def running() -> Iterator[Dovecot]:
    with dovecot() as server:
        yield server


@pytest.fixture
def server(running: Dovecot) -> Dovecot:
    """Empty."""
    with running.client() as client:
        for folder in ("INBOX", "Done"):
            _, (count, *_rest) = client.select(folder)
            if count != b"0":
                client.store("1:*", "+FLAGS", "\\Deleted")
                client.expunge()
    return running


@pytest.fixture
def account(server: Dovecot) -> ImapAccount:
    return ImapAccount(
        "support", "127.0.0.1", server.port, USER, PASSWORD, "none", address="support@techflowsolutions.com"
    )


def looked(account: ImapAccount, look: Callable[[Mailbox, Folder], int] = reconcile) -> int:
    folder = Folder(account)
    try:
        return look(mailbox_of(account), folder)
    finally:
        folder.close()


def mails() -> list[bytes]:
    return [bytes(mail.raw) for mail in ReceivedMail.objects.order_by("id")]


def test_what_stands_in_the_folder_is_stored_byte_for_byte_and_announced(server: Dovecot, account: ImapAccount) -> None:
    raw = letter("Grüße", files=[("a.bin", "application/octet-stream", bytes(range(256)))])
    server.put(raw)
    assert looked(account) == 1
    mail = ReceivedMail.objects.get()
    assert (bytes(mail.raw), mail.door, mail.envelope_to) == (raw, "imap", ["support@techflowsolutions.com"])
    assert Event.objects.filter(kind="message.received", subject=mail.key).count() == 1
    assert "Seen" in server.held()[0]


def test_read_marked_and_old_mail_is_fetched_like_any_other(server: Dovecot, account: ImapAccount) -> None:
    server.put(b"Date: Thu, 1 Jan 1998 00:00:00 +0000\r\n\r\nold\r\n", flags="(\\Seen \\Answered \\Flagged)")
    server.put(b"no head at all")
    assert looked(account) == 2


def test_it_is_fetched_once_however_often_one_looks(server: Dovecot, account: ImapAccount) -> None:
    server.put(letter())
    assert [looked(account), looked(account), looked(account, take_in_new)] == [1, 0, 0]
    server.put(letter("Another"))
    assert [looked(account, take_in_new), looked(account)] == [1, 0]


def test_the_same_bytes_twice_are_one_mail_seen_twice(server: Dovecot, account: ImapAccount) -> None:
    for _ in range(2):
        server.put(letter(message_id="<same@harbour.example>"))
    server.put(letter("Other words", message_id="<same@harbour.example>"))
    looked(account)
    assert (ReceivedMail.objects.count(), Sighting.objects.count()) == (2, 3)


def test_numbered_anew_all_is_looked_through_and_nothing_is_taken_twice(server: Dovecot, account: ImapAccount) -> None:
    for number in range(3):
        server.put(letter(f"Number {number}"))
    looked(account)
    before = Mailbox.objects.get().uid_validity
    server.number_anew()
    server.put(letter("New since"))
    looked(account)
    assert Mailbox.objects.get().uid_validity != before
    assert (ReceivedMail.objects.count(), Sighting.objects.count()) == (4, 7)


def test_what_was_overlooked_is_found_and_counted(server: Dovecot, account: ImapAccount) -> None:
    for number in range(3):
        server.put(letter(f"Number {number}"))
    looked(account)
    lost = Sighting.objects.order_by("uid")[1]
    lost.delete()
    ReceivedMail.objects.filter(sightings=None).delete()
    assert looked(account, take_in_new) == 0
    assert looked(account) == 1
    box = Mailbox.objects.get()
    assert (box.on_server, box.missing, box.mended) == (3, 0, 1)


@pytest.mark.parametrize(("then", "left", "moved"), [("keep", 1, 0), ("delete", 0, 0), ("move", 0, 1)])
def test_the_server_is_told_only_after_it_is_stored(
    server: Dovecot, account: ImapAccount, then: Any, left: int, moved: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = replace(account, then=then, move_to="Done" if then == "move" else "")
    server.put(letter())
    monkeypatch.setattr(taking, "_settle", lambda *_: (_ for _ in ()).throw(OSError("the line broke")))
    with pytest.raises(OSError, match="broke"):
        looked(account)
    assert (len(mails()), len(server.held())) == (1, 1)
    monkeypatch.undo()
    assert looked(account) == 0
    assert (len(server.held()), len(server.held("Done")), len(mails())) == (left, moved, 1)


def test_a_mail_that_is_not_stored_stays_as_it_was(
    server: Dovecot, account: ImapAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = replace(account, then="delete")
    server.put(letter())

    def full(*_: object, **__: object) -> None:
        raise OSError("the disk is full")

    monkeypatch.setattr(taking, "accept", full)
    with pytest.raises(OSError, match="full"):
        looked(account)
    assert (len(mails()), len(server.held())) == (0, 1)
    monkeypatch.undo()
    assert looked(account) == 1


def test_what_is_too_large_stays_there_and_is_said(
    server: Dovecot, account: ImapAccount, settings: LazySettings
) -> None:
    settings.UPHELD_MAIL_MAX_BYTES = 2000
    account = replace(account, then="delete")
    server.put(letter("x" * 3000))
    server.put(letter("small"))
    assert [looked(account), looked(account)] == [1, 0]
    assert (len(server.held()), Sighting.objects.get(mail=None).size > 2000) == (1, True)


def test_a_mail_that_the_server_cannot_give_does_not_keep_the_others(
    server: Dovecot, account: ImapAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(3):
        server.put(letter(f"Number {number}"))
    folder = Folder(account)
    poison, fetch = min(folder.numbers()), folder.client.fetch

    def refuse(numbers: Any, parts: Any) -> Any:
        if list(numbers) == [poison]:
            raise IMAPClientError("FETCH failed: it is broken")
        return fetch(numbers, parts)

    monkeypatch.setattr(folder.client, "fetch", refuse)
    assert reconcile(mailbox_of(account), folder) == 2
    assert Mailbox.objects.get().missing == 1
    folder.close()
    assert looked(account) == 1


def cut_after(count: int, port: int) -> int:
    """A line to the server that breaks after so many bytes from it, each time. Returns its port."""
    listening = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            try:
                ours, _ = listening.accept()
            except OSError:
                return
            theirs = socket.create_connection(("127.0.0.1", port))
            threading.Thread(target=_pump, args=[ours, theirs, 1 << 40], daemon=True).start()
            threading.Thread(target=_pump, args=[theirs, ours, count], daemon=True).start()

    threading.Thread(target=serve, daemon=True).start()
    return int(listening.getsockname()[1])


def _pump(source: socket.socket, target: socket.socket, count: int) -> None:
    try:
        while count > 0 and (data := source.recv(min(4096, count))):
            target.sendall(data)
            count -= len(data)
    except OSError:
        pass
    finally:
        for one in (source, target):
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)


@pytest.mark.parametrize("count", [50, 700, 1500, 4000, 20_000])
def test_a_line_that_breaks_anywhere_loses_and_doubles_nothing(
    server: Dovecot, account: ImapAccount, count: int
) -> None:
    sent = [letter(f"Number {number} " + "x" * 9000) for number in range(2)]
    for raw in sent:
        server.put(raw)
    with pytest.raises(Trouble):
        looked(replace(account, port=cut_after(count, server.port), then="delete"))
    assert set(mails()) <= set(sent)
    looked(replace(account, then="delete"))
    assert sorted(mails()) == sorted(sent)
    assert server.held() == []


def test_fetching_hears_of_new_mail_by_itself_and_comes_back_after_the_server(
    server: Dovecot, account: ImapAccount
) -> None:
    stop = threading.Event()
    other = replace(account, name="nowhere", port=1)
    thread = threading.Thread(target=run, args=[[account, other], stop])
    thread.start()
    try:
        until(lambda: Mailbox.objects.filter(name="support").exclude(reconciled_at=None).exists())
        server.put(letter("First"))
        until(lambda: len(mails()) == 1)
        server.stop(9)
        until(lambda: Mailbox.objects.get(name="support").failure != "")
        server.start()
        server.put(letter("Second"))
        until(lambda: len(mails()) == 2)
        until(lambda: Mailbox.objects.get(name="support").failure == "")
        assert Mailbox.objects.get(name="nowhere").failing_since is not None
    finally:
        stop.set()
        thread.join(15)
    assert not thread.is_alive()


def until(holds: Callable[[], bool], seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.05)


# -- signing in without a password, and what the environment may say --------------------------------------------------------


class Provider(BaseHTTPRequestHandler):
    asked: list[str] = []
    answer: tuple[int, Any] = (200, {"access_token": "fresh"})

    def do_POST(self) -> None:
        self.asked.append(self.rfile.read(int(self.headers["Content-Length"])).decode())
        self.send_response(self.answer[0])
        self.end_headers()
        self.wfile.write(json.dumps(self.answer[1]).encode())

    def log_message(self, *_: object) -> None:
        pass


@pytest.mark.parametrize(
    ("answer", "words"),
    [((200, {"access_token": "fresh"}), ""), ((400, {"error": "invalid_grant"}), "invalid_grant"), ((200, []), "200")],
)
def test_a_token_is_made_from_what_was_granted(answer: Any, words: str) -> None:
    server = HTTPServer(("127.0.0.1", 0), type("Once", (Provider,), {"asked": [], "answer": answer}))
    thread = threading.Thread(target=server.handle_request)
    thread.start()
    grant = Grant(f"http://127.0.0.1:{server.server_port}/", "id", "secret&", "refresh")
    if words:
        with pytest.raises(NoToken, match=words):
            token(grant)
    else:
        assert token(grant) == "fresh"
    thread.join()
    server.server_close()


def test_a_mailbox_is_written_as_an_address() -> None:
    one, two = imap_accounts(
        "support=imaps://a%40b.example:p%3Aw@imap.example.com/In%20box?then=move:Done x=imap+starttls://u:p@h?address=s@t.example"
    )
    assert (one.user, one.password, one.port, one.folder, one.then, one.move_to, one.address) == (
        "a@b.example", "p:w", 993, "In box", "move", "Done", "a@b.example",
    )  # fmt: skip
    assert (two.security, two.port, two.folder, two.then, two.address) == (
        "starttls",
        143,
        "INBOX",
        "flag",
        "s@t.example",
    )
    assert grants("support=google:a:b:c")["support"].token_url.startswith("https://oauth2.googleapis.com/")


@pytest.mark.parametrize(
    "text",
    [
        "imaps://u:p@h",
        "a=http://h",
        "a=imaps://h?then=eat",
        "a=imaps://h?then=move",
        "a=imaps://h?x=1",
        "a=imaps://h a=imaps://h",
    ],
)
def test_a_wrong_mailbox_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        imap_accounts(text)


@pytest.mark.parametrize("text", ["a=google:b:c", "a=example:b:c:d", "google:a:b:c", "a=http%3A//evil:b:c:d"])
def test_a_wrong_grant_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        grants(text)
