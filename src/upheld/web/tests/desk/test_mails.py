"""Held mail, decided one by one and several at once; and what a page says of whether a mail is theirs."""

from __future__ import annotations

import pytest

from upheld.channels.models import ReceivedMail
from upheld.conftest import Cast
from upheld.web.tests.conftest import Browsing


@pytest.fixture
def received(cast: Cast) -> ReceivedMail:
    return ReceivedMail.objects.create(
        sha256="a" * 64,
        raw=b"Subject: Hi\r\n\r\nbody",
        size=20,
        sender="ana@harbour.example",
        title="Hi",
        state="quarantined",
    )


def held_mails(received: ReceivedMail, number: int) -> list[ReceivedMail]:
    """So many copies of a mail under other digests."""
    kept = {field.name: getattr(received, field.name) for field in ReceivedMail._meta.fields if field.name != "id"}
    return [ReceivedMail.objects.create(**kept | {"sha256": f"{one:064}"}) for one in range(number)]


def test_several_held_mails_are_decided_at_once_each_by_itself(
    browse: Browsing, cast: Cast, received: ReceivedMail
) -> None:
    client, address = browse(cast.administrator), "/desk/mails/decisions/"
    mails = held_mails(received, 4)
    html = client.get("/desk/mails/?state=held").content.decode()
    assert html.count('name="mail" value=') == 5
    assert "Held for a decision" in html
    numbers = [one.pk for one in mails]
    assert browse(cast.lead).post(address, {"decision": "drop", "mail": numbers}).status_code == 404
    assert client.get(address).status_code == 405
    for odd in (
        {"decision": "burn", "mail": numbers},
        {"decision": "drop"},
        {"decision": "drop", "mail": ["x", "9" * 30]},
    ):
        assert "Tick the mails first" in client.post(address, odd, follow=True).content.decode()
    asked = {"decision": "drop", "mail": numbers[:2], "reason": "Prizes"}
    assert "2 mails dropped." in client.post(address, asked, follow=True).content.decode()
    again = client.post(address, {"decision": "release", "mail": numbers[1:]}, follow=True).content.decode()
    assert "2 mails let through." in again
    assert "1 had been decided already." in again
    stood = dict(ReceivedMail.objects.filter(pk__in=numbers).values_list("pk", "state"))
    assert [stood[one] for one in numbers] == ["dropped", "dropped", "received", "received"]
    assert ReceivedMail.objects.get(pk=numbers[0]).reason == "Dropped by Administrator Ames: Prizes"
    assert (
        "1 mail looked at again."
        in client.post(address, {"decision": "run-again", "mail": numbers[:1]}, follow=True).content.decode()
    )


def test_one_mail_is_dropped_with_its_reason(browse: Browsing, cast: Cast, received: ReceivedMail) -> None:
    browse(cast.administrator).post(f"/desk/mails/{received.pk}/drop/", {"reason": "A chain letter"})
    received.refresh_from_db()
    assert received.reason == "Dropped by Administrator Ames: A chain letter"


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (None, "Not looked into."),
        ({"authentic": True, "forged": False, "words": "DKIM pass"}, "vouches for it"),
        ({"authentic": False, "forged": True, "words": "DMARC fail"}, "such a mail is not its own"),
        ({"authentic": False, "forged": False, "undecided": True, "words": ""}, "did not answer when it came"),
        ({"authentic": False, "forged": False, "undecided": False, "words": ""}, "gains nobody"),
    ],
)
def test_whether_a_mail_is_theirs_is_said_in_words(
    browse: Browsing, cast: Cast, received: ReceivedMail, found: dict[str, object] | None, said: str
) -> None:
    received.authentication = found
    received.save()
    assert said in browse(cast.administrator).get(f"/desk/mails/{received.pk}/").content.decode()
