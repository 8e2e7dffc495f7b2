"""Whose word about a mail counts: what a server is believed at one door is believed at no other."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from ipaddress import ip_network
from typing import Any

import pytest
from django.db import connection

from upheld.channels.mail.receiving import accept
from upheld.channels.mail.trust import looking
from upheld.channels.mail.trust.believing import believed_about
from upheld.channels.mail.trust.looking import look_into
from upheld.channels.models import Mailbox, ReceivedMail, Sighting
from upheld.channels.tests.test_trust import Known
from upheld.config.imap import imap_accounts

pytestmark = pytest.mark.django_db
STRANGER, RELAY = "198.51.100.7", "10.0.0.3"
RECORDS = {
    ("shop.example", "TXT"): [f"v=spf1 ip4:{STRANGER} -all"],
    ("_dmarc.shop.example", "TXT"): ["v=DMARC1; p=reject"],
}


@pytest.fixture(autouse=True)
def trusting(settings: Any) -> None:
    accounts = imap_accounts(
        "support=imaps://a:b@imap.example/?authserv=mx.mail-host.example"
        " billing=imaps://a:b@other.example/?authserv=mx.other.example,MX2.other.example sales=imaps://a:b@third.example/"
    )
    settings.UPHELD_MAIL = replace(
        settings.UPHELD_MAIL,
        imap=accounts,
        trusted_relays=(ip_network("10.0.0.0/8"),),
        trusted_authserv=frozenset({"mx.relay.example"}),
    )


def vouched(server: str) -> bytes:
    return (
        f"Authentication-Results: {server}; dkim=pass header.d=shop.example\r\n"
        "From: Ann <ann@shop.example>\r\nTo: us@desk.example\r\nSubject: Hi\r\n\r\nHello\r\n"
    ).encode()


def brought(raw: bytes, door: str, *, peer: str = "", mailbox: str = "") -> ReceivedMail:
    mail = accept(raw, envelope_from="ann@shop.example", peer=peer, door=door)
    if mailbox:
        place, _ = Mailbox.objects.get_or_create(name=mailbox, defaults={"account": "a@b", "folder": "INBOX"})
        uid = Sighting.objects.count() + 1
        Sighting.objects.create(mailbox=place, uid_validity=1, uid=uid, mail=mail, seen_at=datetime.now(UTC))
    return mail


def found(mail: ReceivedMail) -> dict[str, Any]:
    verdict = look_into(mail.pk, names=Known(RECORDS))
    assert verdict is not None
    return verdict


@pytest.mark.parametrize(
    ("server", "door", "peer", "mailbox", "is_believed"),
    [
        ("mx.relay.example", "smtp", RELAY, "", True),
        ("mx.relay.example", "lmtp", "127.0.0.1", "", True),
        ("mx.relay.example", "pipe", "", "", True),
        ("mx.relay.example", "smtp", "203.0.113.9", "", False),  # a stranger in the relay's name
        ("mx.mail-host.example", "smtp", "203.0.113.9", "", False),  # and in the name of a mailbox's server
        ("mx.mail-host.example", "smtp", RELAY, "", False),  # also when our own relay hands it on
        ("mx.mail-host.example", "lmtp", "127.0.0.1", "", False),
        ("mx.mail-host.example", "pipe", "", "", False),
        ("mx.mail-host.example", "imap", "", "support", True),
        ("mx2.other.example", "imap", "", "billing", True),
        ("mx.mail-host.example", "imap", "", "billing", False),  # the server of another mailbox
        ("mx.mail-host.example", "imap", "", "sales", False),  # where nobody is believed
        ("mx.mail-host.example", "imap", "", "gone", False),  # an account that the environment no longer names
        ("mx.mail-host.example", "imap", "", "", False),
        ("mx.relay.example", "imap", "", "support", False),
        ("mx.relay.example", "webhook", RELAY, "", False),
        ("mx.mail-host.example", "webhook", "127.0.0.1", "", False),
        ("mx.relay.example", "mbox", "", "", False),
    ],
)
def test_a_server_is_believed_at_its_own_door_only(
    server: str, door: str, peer: str, mailbox: str, is_believed: bool
) -> None:
    verdict = found(brought(vouched(server), door, peer=peer, mailbox=mailbox))
    assert verdict["authentic"] is is_believed


def test_a_mailbox_that_saw_it_later_adds_nothing() -> None:
    """The same bytes by SMTP first, or in another mailbox first: whoever brought them first could have written them."""
    by_smtp = brought(vouched("mx.mail-host.example"), "smtp", peer="203.0.113.9")
    assert brought(vouched("mx.mail-host.example"), "imap", mailbox="support") == by_smtp
    assert not found(by_smtp)["authentic"]
    in_sales = brought(vouched("mx.other.example"), "imap", mailbox="sales")
    brought(vouched("mx.other.example"), "imap", mailbox="billing")
    assert believed_about(in_sales).servers == frozenset()


def test_the_address_of_a_provider_says_nothing_of_the_sender() -> None:
    """Neither for a mail (its domain may let the provider send) nor against one (it was sent from elsewhere)."""
    raw = vouched("nobody.example")
    assert found(brought(raw, "smtp", peer=STRANGER))["spf"] == "pass"
    verdict = found(brought(raw + b".", "webhook", peer=STRANGER))
    assert (verdict["spf"], verdict["authentic"]) == ("none", False)
    verdict = found(brought(raw + b"..", "webhook", peer="203.0.113.9"))
    assert (verdict["forged"], verdict["dmarc"]) == (False, "none")
    assert found(brought(raw + b"...", "smtp", peer="203.0.113.9"))["forged"]


def test_a_crowd_keeps_no_connection_of_the_database(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(looking, "Names", lambda: Known(RECORDS))
    mails = [brought(vouched(f"mx{number}.example"), "imap", mailbox="support") for number in range(3)]
    before = sessions()
    assert looking.look_into_many([mail.pk for mail in mails]).keys() == {mail.pk for mail in mails}
    assert sessions() == before


def sessions() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_clear_snapshot()")
        cursor.execute("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()")
        (count,) = cursor.fetchone()
    return int(count)
