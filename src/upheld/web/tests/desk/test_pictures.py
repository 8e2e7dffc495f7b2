"""Pictures and originals of mails: shown in their place, held back, fetched on demand, and never more than a picture."""

from __future__ import annotations

import base64
import re

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from upheld.channels.models import ReceivedMail
from upheld.conftest import Cast
from upheld.kernel.fetching import Fetched, NotFetched
from upheld.kernel.html import clean_html
from upheld.kernel.pictures import bitmap_type
from upheld.tickets import picturing
from upheld.tickets.models import Attachment, Message, OutsidePicture
from upheld.tickets.tests.mailbox import take
from upheld.web.pictures import pictured
from upheld.web.tests.conftest import Browsing

pytestmark = pytest.mark.usefixtures("own_files")

PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
OUTSIDE = "https://pictures.quarry.example/a.png"


def a_mail(cast: Cast, inner: bytes = PIXEL, kind: bytes = b"image/png", html: bytes = b"") -> Message:
    markup = html or (
        b'<p>See <img src="cid:logo@x" alt="Logo"> <img src="cid:gone"> <img src="' + OUTSIDE.encode()
        + b'" alt="Map"> <img src="https://track.example/1.gif" width="1" height="1"></p>'
    )  # fmt: skip
    raw = (
        b"From: Customer <" + cast.customer.person.email.encode() + b">\r\nTo: support@techflowsolutions.com\r\n"
        b"Subject: With pictures\r\nMessage-ID: <pictures@harbour.example>\r\n"
        b"Content-Type: multipart/related; boundary=x\r\n\r\n--x\r\nContent-Type: text/html\r\n\r\n" + markup
        + b"\r\n--x\r\nContent-Type: " + kind + b"; name=logo.png\r\nContent-ID: <logo@x>\r\nContent-Disposition: inline\r\n"
        b"Content-Transfer-Encoding: base64\r\n\r\n" + base64.encodebytes(inner) + b"--x--\r\n"
    )  # fmt: skip
    mail = take(raw)
    assert mail.state == ReceivedMail.State.MESSAGE, mail.reason
    return Message.objects.get(received=mail)


@pytest.fixture
def customer(browse: Browsing, cast: Cast) -> Client:
    return browse(cast.customer)


@pytest.fixture
def stranger(browse: Browsing, cast: Cast) -> Client:
    return browse(cast.stranger)


@pytest.fixture
def reach(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What was fetched; the one address that has a picture gives it."""
    asked: list[str] = []

    def fetching(address: str) -> Fetched:
        asked.append(address)
        if address != OUTSIDE:
            raise NotFetched("It is no public address.")
        return Fetched(address, "image/png", PIXEL)

    monkeypatch.setattr(picturing, "_fetch", fetching)
    return asked


def test_own_pictures_stand_in_the_message_and_others_are_held_back(
    agent: Client, customer: Client, cast: Cast, reach: list[str]
) -> None:
    message = a_mail(cast)
    attachment = Attachment.objects.get(message=message)
    for client, page in ((agent, f"/desk/tickets/{message.ticket_id}/"), (customer, f"/requests/{message.ticket_id}/")):
        html = client.get(page).content.decode()
        assert f'<img src="/attachments/{attachment.pk}/inline/logo.png" loading="lazy" alt="Logo">' in html
        assert "Picture from pictures.quarry.example – Map" in html
        assert "track.example" not in html
        assert "Picture that is not in the mail" in html
        assert ("Show 1 picture from outside" in html) == (client is agent)
        shown = client.get(f"/attachments/{attachment.pk}/inline/logo.png")
        assert shown["Content-Type"] == "image/png"
        assert shown["Content-Security-Policy"] == "default-src 'none'; sandbox"
        assert shown["X-Content-Type-Options"] == "nosniff"
        assert b"".join(shown.streaming_content) == PIXEL  # type: ignore[attr-defined]
    assert not reach


def test_only_whoever_sees_the_message_sees_its_pictures(stranger: Client, cast: Cast) -> None:
    attachment = Attachment.objects.get(message=a_mail(cast))
    assert stranger.get(f"/attachments/{attachment.pk}/inline/logo.png").status_code == 404
    assert Client().get(f"/attachments/{attachment.pk}/inline/logo.png").status_code == 302


@pytest.mark.parametrize(
    "inner",
    [b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", b"<html><script>alert(1)</script>", b"GIF8", b""],
)
def test_what_is_no_bitmap_by_its_own_bytes_is_never_shown_in_place(agent: Client, cast: Cast, inner: bytes) -> None:
    attachment = Attachment.objects.filter(message=a_mail(cast, inner)).first()
    if attachment is not None:
        assert agent.get(f"/attachments/{attachment.pk}/inline/logo.png").status_code == 404


def test_pictures_from_outside_are_fetched_by_us_when_an_agent_asks(
    agent: Client, customer: Client, cast: Cast, reach: list[str]
) -> None:
    message = a_mail(cast)
    assert customer.post(f"/desk/messages/{message.pk}/pictures/").status_code == 404
    assert agent.get(f"/desk/messages/{message.pk}/pictures/").status_code == 405
    answer = agent.post(f"/desk/messages/{message.pk}/pictures/")
    assert answer["Location"] == f"/desk/tickets/{message.ticket_id}/#m{message.pk}"
    agent.post(f"/desk/messages/{message.pk}/pictures/")
    assert reach == [OUTSIDE]  # once, and never the one that only counts readers
    picture = OutsidePicture.objects.get()
    html = agent.get(f"/desk/tickets/{message.ticket_id}/").content.decode()
    assert f'<img src="/desk/pictures/{picture.pk}/" loading="lazy" alt="Map">' in html
    assert "from outside" not in html
    assert agent.get(f"/desk/pictures/{picture.pk}/")["Content-Type"] == "image/png"
    assert customer.get(f"/desk/pictures/{picture.pk}/").status_code == 404
    assert "/desk/pictures/" not in customer.get(f"/requests/{message.ticket_id}/").content.decode()


def test_what_could_not_be_fetched_says_why_and_may_be_asked_again(agent: Client, cast: Cast, reach: list[str]) -> None:
    message = a_mail(cast, html=b'<img src="https://10.0.0.1/x.png"><p>Hello</p>')
    agent.post(f"/desk/messages/{message.pk}/pictures/")
    html = agent.get(f"/desk/tickets/{message.ticket_id}/").content.decode()
    assert "Picture from 10.0.0.1: It is no public address." in html
    assert agent.get(f"/desk/pictures/{OutsidePicture.objects.get().pk}/").status_code == 404


def test_the_original_is_one_click_away_and_can_do_nothing(agent: Client, customer: Client, cast: Cast) -> None:
    message = a_mail(
        cast,
        html=b"<meta http-equiv=refresh content='0;url=https://e.example'><script>x</script><p style='color:red'>Hi</p>"
        b"<li<meta>nk rel=preconnect href=https://e.example>",
    )
    link = f"/desk/messages/{message.pk}/original/"
    assert link in agent.get(f"/desk/tickets/{message.ticket_id}/").content.decode()
    assert "Subject: With pictures" in agent.get(link).content.decode()
    frame = agent.get(link + "frame/")
    assert frame["Content-Security-Policy"].startswith(
        "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:;"
    )
    assert frame["X-Frame-Options"] == "SAMEORIGIN"
    assert "refresh" not in frame.content.decode()
    assert "<link" not in frame.content.decode()  # not either by taking away what stood in the middle of it
    assert "color:red" in frame.content.decode()
    source = agent.get(link + "source/")
    assert message.received is not None
    assert source.content == bytes(message.received.raw)
    assert source["Content-Disposition"].startswith("attachment")
    for part in ("", "frame/", "source/"):
        assert customer.get(link + part).status_code == 404


def test_times_stand_in_the_zone_of_the_reader() -> None:
    html = pictured('<p><time datetime="2026-03-02T14:00:00Z">14:00 UTC</time></p>').html
    assert "Monday 2 March 2026, " in html
    assert pictured('<time datetime="2026-99-02T14:00:00Z">x</time>').html.endswith(">x</time>")


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        (b"\x89PNG\r\n\x1a\n....", "image/png"), (b"\xff\xd8\xff\xe0", "image/jpeg"), (b"GIF89a", "image/gif"),
        (b"RIFF....WEBPVP8 ", "image/webp"), (b"RIFF....WAVE", ""), (b"<svg", ""), (b"%PDF", ""), (b"", ""),
    ],
)  # fmt: skip
def test_a_picture_is_told_by_its_bytes(head: bytes, kind: str) -> None:
    assert bitmap_type(head) == kind


PIECES = st.sampled_from(
    [
        *("<img src=", '"cid:a"', "'https://x.example/a'", ' alt="a>b"', " alt='&quot;'", ">", "<time datetime="),
        *("</time>", '"2026-03-02T14:00:00Z"', "x", "<", "&", ' onerror="a"', ' width="1"', "cid:%22%3E"),
    ]
)


@given(st.lists(PIECES, max_size=25))
def test_whatever_the_markup_nothing_but_our_own_pictures_is_loaded(pieces: list[str]) -> None:
    files = [{"pk": 1, "name": 'a".png', "content_id": "a"}]
    html = pictured(clean_html("".join(pieces)), files).html
    sources = re.findall(r"<img\b[^<]*?src=\"([^\"]*)", html)
    assert all(source.startswith("/attachments/1/inline/") for source in sources)
    assert clean_html(html.replace("/attachments/", "https://a/")).count("<time") == html.count("<time")
