"""What a mail server that is hostile, poor or full can do to us: its mailbox is told of, and nothing else comes of it."""

from __future__ import annotations

import tracemalloc
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from django.conf import LazySettings
from django.utils import timezone

from upheld.channels.mail.fetching import bounded
from upheld.channels.mail.fetching.server import Folder, Trouble
from upheld.channels.mail.fetching.taking import mailbox_of, reconcile, take_in_new
from upheld.channels.mail.fetching.telling import tell_of_silence
from upheld.channels.models import Mailbox, ReceivedMail, Sighting
from upheld.channels.models.mailboxes import LEFT
from upheld.channels.tests.hostile_server import Server, server
from upheld.channels.tests.post import letter
from upheld.config.imap import ImapAccount
from upheld.conftest import Cast
from upheld.people.models import Notification

pytestmark = pytest.mark.django_db
RAW = letter("Hello")
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def account(told: Server, **fields: str) -> ImapAccount:
    made = ImapAccount("support", "127.0.0.1", told.port, "support", "secret", "none")
    return replace(made, **fields)  # type: ignore[arg-type]


def body(number: int, raw: bytes = RAW) -> bytes:
    return b"* 1 FETCH (UID %d BODY[] {%d}\r\n%s)\r\n" % (number, len(raw), raw)


def holding(*numbers: int) -> dict[str, bytes]:
    """A server with mails of these numbers."""
    told = " ".join(map(str, numbers)).encode()
    sizes = b"".join(
        b"* %d FETCH (UID %d RFC822.SIZE %d)\r\n" % (at, one, len(RAW)) for at, one in enumerate(numbers, 1)
    )
    return {"UID SEARCH": b"* SEARCH " + told + b"\r\n", r"UID FETCH [\d,:]+ \(?RFC822": sizes}


def looked(told: Server, **fields: str) -> int:
    one = account(told, **fields)
    folder = Folder(one)
    try:
        return reconcile(mailbox_of(one), folder)
    finally:
        folder.close()


@pytest.mark.parametrize(
    "said",
    [
        b"* 1 FETCH (UID 1 BODY[] {99999999999}\r\n",
        b"* 1 FETCH (UID 1 BODY[] {3000000}\r\n" + b"x" * 3_000_000 + b")\r\n",
    ],
    ids=["announced", "sent"],
)
def test_a_mail_larger_than_any_is_not_read(said: bytes, settings: LazySettings) -> None:
    settings.UPHELD_MAIL_MAX_BYTES = 1_000_000
    tracemalloc.start()
    with server(**holding(1)) as told:
        told.answers[r"UID FETCH 1 \(?BODY"] = said
        with pytest.raises(Trouble, match="bytes at once"):
            looked(told)
    assert tracemalloc.get_traced_memory()[1] < 12_000_000
    tracemalloc.stop()
    assert not ReceivedMail.objects.exists()


@pytest.mark.parametrize("said", [b"* " + b"x" * 200_000, b"* OK x\r\n" * 100_000], ids=["a line", "lines"])
def test_a_server_that_never_stops_is_left(
    said: bytes, settings: LazySettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.UPHELD_MAIL_MAX_BYTES = 1000
    monkeypatch.setattr(bounded, "LONGEST_LINE", 100_000)
    monkeypatch.setattr(bounded, "BESIDE", 1000)
    with server() as told:
        told.answers["UID SEARCH"] = said + b"\r\n"
        with pytest.raises(Trouble, match=r"without an end|more than was asked"):
            looked(told)


@pytest.mark.parametrize("number", [b"0", b"4294967296", b"99999999999999999999999999", b"-5"])
def test_a_number_that_there_cannot_be_is_no_number(number: bytes) -> None:
    with server() as told:
        told.answers["UID SEARCH"] = b"* SEARCH 1 " + number + b"\r\n"
        if number.strip(b"-") in (b"0", b"5"):
            looked(told)  # passed over: what we ask for begins with 1
            Sighting.objects.all().delete()
        else:
            with pytest.raises(Trouble):
                looked(told)
        told.answers["SELECT"] = b"* OK [UIDVALIDITY " + number + b"] x\r\n"
        with pytest.raises(Trouble):
            looked(told)
    assert not Sighting.objects.exists()


def test_what_a_server_lies_about_sizes_fits_the_row(settings: LazySettings) -> None:
    with server(**holding(1)) as told:
        told.answers[r"UID FETCH [\d,:]+ \(?RFC822"] = b"* 1 FETCH (UID 1 RFC822.SIZE 9999999999999999999999)\r\n"
        assert looked(told) == 0
    assert Sighting.objects.get().mail is None


def test_many_mails_are_asked_for_in_lines_that_servers_take_and_read_in_one_that_is_long() -> None:
    """Dovecot takes 64 kB a command; 200,000 numbers are more than the megabyte at which the library stops."""
    there = range(1, 200_001)
    with server() as told:
        told.answers["UID SEARCH"] = b"* SEARCH " + " ".join(map(str, there)).encode() + b"\r\n"
        folder = Folder(account(told))
        assert folder.numbers() == set(there)
        folder.sizes(range(100_000, 103_000))
        folder.close()
    asked = [line for line in told.heard if line.startswith("UID FETCH")]
    assert len(asked) == 6
    assert max(map(len, asked)) < 8000


def test_a_full_mailbox_keeps_nothing_from_us_and_is_told_of() -> None:
    """Over quota, nothing can be copied to another folder there: the mail is here, and the next look tries again."""
    with server(**holding(1)) as told:
        told.answers[r"UID FETCH 1 \(?BODY"] = body(1)
        told.answers["UID MOVE"] = b"NO [OVERQUOTA] Mailbox is full"
        assert looked(told, then="move", move_to="Done") == 1
        row = Mailbox.objects.get()
        assert row.failing_since is not None
        assert "OVERQUOTA" in row.failure
        assert (row.missing, row.on_server, Sighting.objects.get().settled) == (0, 1, False)
        del told.answers["UID MOVE"]
        assert looked(told, then="move", move_to="Done") == 0
        assert row.on_server == 1
    row.refresh_from_db()
    assert row.failure == ""
    assert Mailbox.objects.filter(failing_since=None).exists()
    assert Sighting.objects.get().settled


def test_a_folder_to_move_to_is_made_where_it_is_missing() -> None:
    with server(**holding(1)) as told:
        told.answers[r"UID FETCH 1 \(?BODY"] = body(1)
        told.answers["UID MOVE"] = b"NO [TRYCREATE] no such folder"
        looked(told, then="move", move_to="Done")
    assert [line.partition(" ")[0] for line in told.heard if line.startswith(("CREATE", "UID MOVE"))] == [
        "UID",
        "CREATE",
        "UID",
    ]


def test_a_cut_off_look_is_told_of_at_the_next_and_not_before() -> None:
    with server(**holding(1, 2)) as told:
        one = account(told)
        folder = Folder(one)
        row = mailbox_of(one)
        Sighting.objects.create(mailbox=row, uid_validity=7, uid=1, seen_at=timezone.now(), settled=False)
        told.answers[r"UID FETCH 2 \(?BODY"] = body(2)
        take_in_new(row, folder)
        assert not Sighting.objects.get(uid=1).settled
        folder.close()


def test_what_is_missing_is_named() -> None:
    with server(**holding(1, 2, 3)) as told:
        told.answers[r"UID FETCH 1 \(?BODY"] = body(1)
        told.answers[r"UID FETCH 2 \(?BODY"] = b"NO cannot read it"
        told.answers[r"UID FETCH 3 \(?BODY"] = body(3, RAW + b"other")
        assert looked(told) == 2
    row = Mailbox.objects.get()
    assert (row.on_server, row.missing, row.missing_numbers) == (3, 1, [2])


def test_a_name_that_is_given_to_another_account_or_folder_begins_anew() -> None:
    """The same numbers there are other mails; whoever took them for seen lost them."""
    with server(**holding(1)) as told:
        told.answers[r"UID FETCH 1 \(?BODY"] = body(1)
        assert looked(told) == 1
        told.answers[r"UID FETCH 1 \(?BODY"] = body(1, RAW + b"another")
        assert looked(told, user="billing") == 1
        told.answers[r"UID FETCH 1 \(?BODY"] = body(1, RAW + b"a third")
        assert looked(told, folder="Box") == 1
        assert looked(told) == 0  # back at the first: seen already
    assert ReceivedMail.objects.count() == 3
    assert Mailbox.objects.get(name="support").account == "support@127.0.0.1"
    assert Mailbox.objects.filter(name__contains=LEFT).count() == 2


def test_administrators_are_told_once_of_a_mailbox_that_stays_out_of_reach(cast: Cast) -> None:
    row = Mailbox.objects.create(
        name="support", account="s@h", folder="INBOX", failure="The server refuses", failing_since=NOON
    )
    for minutes in (1, 14, 15, 16, 900):
        tell_of_silence(row, at=NOON + timedelta(minutes=minutes))
    told = Notification.objects.get()
    assert (told.person, told.text) == (
        cast.administrator.person, "The mailbox support needs a look. The server refuses"
    )  # fmt: skip
    row.failing_since = NOON + timedelta(days=2)
    tell_of_silence(row, at=NOON + timedelta(days=3))
    assert Notification.objects.count() == 2
