"""Other ways in than plain SMTP: LMTP, STARTTLS, behind a balancer, by a limit for each source, from an mbox."""

from __future__ import annotations

import io
import mailbox
import smtplib
import socket
import ssl
from dataclasses import replace
from ipaddress import ip_network
from pathlib import Path

import pytest
from django.conf import LazySettings
from hypothesis import given
from hypothesis import strategies as st

from upheld.channels.mail.doors.listener import certificate
from upheld.channels.mail.doors.mbox import NotAnMbox, mails_in
from upheld.channels.mail.doors.session import Allowance, Manner
from upheld.channels.models import ReceivedMail
from upheld.channels.tests.certificates import self_signed
from upheld.channels.tests.post import SUPPORT, conninfo, letter, listening
from upheld.channels.tests.test_listener import talk

pytestmark = pytest.mark.django_db(transaction=True)


def test_lmtp_answers_for_each_recipient_and_stores_once() -> None:
    lines = (b"LHLO a\r\n", b"MAIL FROM:<a@b.example>\r\n", b"RCPT TO:<c@d.example>\r\n", b"RCPT TO:<e@d.example>\r\n")
    with listening(conninfo(), manner=Manner(is_lmtp=True)) as door:
        answers = talk(door.port, *lines, b"DATA\r\n", b"Subject: x\r\n\r\n.\r\n", b"")
    mail = ReceivedMail.objects.get()
    assert [answer[:3] for answer in answers[-3:]] == [b"354", b"250", b"250"]
    assert (mail.door, mail.envelope_to) == ("lmtp", ["c@d.example", "e@d.example"])


def test_each_door_speaks_its_own_language() -> None:
    with listening(conninfo(), manner=Manner(is_lmtp=True)) as door:
        assert talk(door.port, b"EHLO a\r\n", b"HELO a\r\n", b"LHLO a\r\n")[0][:3] == b"500"
    with listening(conninfo()) as door:
        assert talk(door.port, b"LHLO a\r\n")[0][:3] == b"500"


def test_starttls_is_offered_with_a_certificate_and_works(tmp_path: Path) -> None:
    chain, key = self_signed(tmp_path)
    trusting = ssl.create_default_context(cafile=str(chain))
    with (
        listening(conninfo(), manner=Manner(tls=certificate(chain, key))) as door,
        smtplib.SMTP("localhost", door.port, timeout=10) as client,
    ):
        client.ehlo()
        assert client.has_extn("starttls")
        client.starttls(context=trusting)
        client.sendmail("customer@harbour.example", [SUPPORT], letter())
    assert ReceivedMail.objects.count() == 1


def test_without_a_certificate_none_is_offered() -> None:
    with listening(conninfo()) as door, smtplib.SMTP("127.0.0.1", door.port, timeout=10) as client:
        client.ehlo()
        assert not client.has_extn("starttls")
    with pytest.raises(FileNotFoundError):
        certificate(Path("/nowhere.pem"), None)


MAIL = (
    b"EHLO a\r\n",
    b"MAIL FROM:<a@b.example>\r\n",
    b"RCPT TO:<c@d.example>\r\n",
    b"DATA\r\n",
    b"Subject: x\r\n\r\n.\r\n",
)


PROXY = "PROXY TCP4 {} 10.0.0.1 5000 25\r\n"


def test_a_balancer_names_the_source() -> None:
    with listening(conninfo(), manner=Manner(is_behind_proxy=True)) as door:
        answers = talk(door.port, *MAIL, before=PROXY.format("198.51.100.7").encode())
    assert answers[-1][:3] == b"250"
    assert ReceivedMail.objects.get().peer == "198.51.100.7"


@pytest.mark.parametrize("line", [b"EHLO a\r\n", b"PROXY TCP4 999.1.1.1 10.0.0.1 5000 25\r\n", b"PROXY nonsense\r\n"])
def test_without_a_name_nobody_is_let_in(line: bytes) -> None:
    with listening(conninfo(), manner=Manner(is_behind_proxy=True)) as door:
        assert talk_once(door.port, line) == b""


def talk_once(port: int, line: bytes) -> bytes:
    with socket.create_connection(("127.0.0.1", port), 10) as client:
        client.sendall(line)
        try:
            return client.recv(1000)
        except ConnectionResetError:
            return b""


def test_a_source_that_brings_too_much_is_asked_to_come_later(settings: LazySettings) -> None:
    settings.UPHELD_MAIL = replace(settings.UPHELD_MAIL, rate=2, trusted_relays=(ip_network("192.0.2.0/24"),))
    brought = {"198.51.100.7": [b"250", b"250", b"451"], "192.0.2.9": [b"250"] * 3, "198.51.100.8": [b"250"]}
    with listening(conninfo(), manner=Manner(is_behind_proxy=True)) as door:
        for source, answers in brought.items():
            for answer in answers:
                assert talk(door.port, *MAIL[:2], before=PROXY.format(source).encode())[-1][:3] == answer


def test_the_allowance_is_for_each_source_and_each_minute() -> None:
    allowance = Allowance(1)
    assert [allowance.take(source, at) for source, at in (("a", 0), ("a", 59), ("b", 59), ("a", 60))] == [
        True,
        False,
        True,
        True,
    ]
    assert all(Allowance(0).take("a", 0) for _ in range(1000))


# -- mbox ------------------------------------------------------------------------------------------------------------------


@given(st.lists(st.text("aF \nrom>:", max_size=60).map(lambda text: text.strip("\n")), max_size=4))
def test_what_a_program_writes_into_an_mbox_is_read_again(
    tmp_path_factory: pytest.TempPathFactory, texts: list[str]
) -> None:
    path = tmp_path_factory.mktemp("mbox") / "box"
    box = mailbox.mbox(path)
    for text in texts:
        box.add(f"Subject: x\n\n{text}\n".encode())
    box.close()
    with path.open("rb") as file:
        assert list(mails_in(file)) == [f"Subject: x\n\n{text}\n".encode() for text in texts]


def test_another_file_is_refused() -> None:
    with pytest.raises(NotAnMbox):
        list(mails_in(io.BytesIO(b"%PDF-1.7\n")))
    assert list(mails_in(io.BytesIO(b""))) == []
