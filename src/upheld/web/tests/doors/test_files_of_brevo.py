"""Brevo keeps the files of a mail until they are fetched: all of them come with the mail, or the mail is not taken."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Any

import pytest

from upheld.channels.mail.doors.hooks import brevo
from upheld.channels.models import ReceivedMail
from upheld.channels.tests.apis import Api, Asked, api_server
from upheld.web.tests.doors.calling import post, with_keys

TO = "support@techflowsolutions.com"
BYTES = b"\x89PNG\r\n\x1a\n\x00\r\rend\n"


@pytest.fixture
def api(settings: Any) -> Iterator[Api]:
    with api_server() as api:
        with_keys(settings, brevo={"api_key": "xkeysib", "api_url": f"{api.url}v3"})
        api.raw, api.fields = BYTES, {"Content-Type": "image/png"}
        yield api


def brought(
    *files: dict[str, Any], heads: dict[str, Any] | None = None, age: float = 0, text: str = "It stopped."
) -> dict[str, Any]:
    date = format_datetime(datetime.now(UTC) - timedelta(seconds=age))
    fields = {
        "From": "Ana <ana@harbour.example>", "To": TO, "Subject": "The pump", "Message-ID": "<1@harbour.example>", "Date": date,
        "Return-Path": "<ana@harbour.example>", "Delivered-To": TO,
    }  # fmt: skip
    item = {
        "Uuid": ["33a5"], "MessageId": "<1@harbour.example>", "Subject": "The pump", "SentAtDate": date,
        "Attachments": list(files), "RawTextBody": text, "RawHtmlBody": f"<p>{text}</p>", "Headers": fields | (heads or {}),
    }  # fmt: skip
    return {"items": [item]}


def file(name: str = "pump.png", token: str = "ey/J0?#", **more: Any) -> dict[str, Any]:
    return {"Name": name, "ContentType": "image/png", "ContentLength": len(BYTES), "DownloadToken": token, **more}


def stored() -> EmailMessage:
    read = message_from_bytes(bytes(ReceivedMail.objects.get().raw), policy=policy.default)
    assert isinstance(read, EmailMessage)
    return read


def files_of(mail: EmailMessage) -> dict[str | None, Any]:
    return {part.get_filename(): part.get_payload(decode=True) for part in mail.walk() if part.get_filename()}


@pytest.mark.django_db
def test_files_come_along_byte_for_byte_and_the_mail_is_one(api: Api) -> None:
    told = brought(
        file(), file("Grüße.eml", "second", ContentType="message/rfc822"), file("in.png", "third", ContentID="c1")
    )
    for _ in range(2):
        assert post("brevo", "inbound", told).status_code == 200
    assert files_of(stored()) == {"pump.png": BYTES, "Grüße.eml": BYTES, "in.png": BYTES}
    assert {asked.path for asked in api.asked} == {
        "/v3/inbound/attachments/ey%2FJ0%3F%23", "/v3/inbound/attachments/second", "/v3/inbound/attachments/third",
    }  # fmt: skip
    assert {asked.fields["api-key"] for asked in api.asked} == {"xkeysib"}


@pytest.mark.django_db
@pytest.mark.parametrize("trouble", [401, 403, 404, 429, 500, 503, "cut", "gone", "no key"])
def test_without_its_files_a_mail_is_not_taken_yet(api: Api, settings: Any, trouble: int | str) -> None:
    api.code = trouble if isinstance(trouble, int) else 200
    api.cut = trouble == "cut"
    if trouble == "gone":
        with socket.create_server(("127.0.0.1", 0)) as probe:
            gone = f"http://127.0.0.1:{probe.getsockname()[1]}/"
        with_keys(settings, brevo={"api_key": "xkeysib", "api_url": gone})
    if trouble == "no key":
        with_keys(settings)
    answer = post("brevo", "inbound", brought(file()))
    assert (answer.status_code, ReceivedMail.objects.count()) == (503, 0)
    assert b"xkeysib" not in answer.content


@pytest.mark.django_db
def test_a_file_that_will_not_come_leaves_a_note_where_it_would_be(api: Api) -> None:
    def judge(asked: Asked) -> None:
        api.code = 404 if asked.path.endswith("lost") else 200

    api.then = judge
    assert post("brevo", "inbound", brought(file(), file("log.txt", "lost"), age=4000)).status_code == 200
    files = files_of(stored())
    assert files["pump.png"] == BYTES
    assert b"log.txt" in files["log.txt is missing.txt"]
    assert b"404" in files["log.txt is missing.txt"]


@pytest.mark.django_db
def test_files_of_a_mail_have_one_bound_together(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(brevo, "MOST_BYTES", len(BYTES) + 5)
    assert post("brevo", "inbound", brought(file(), file("second.png"))).status_code == 200
    assert set(files_of(stored())) == {"pump.png", "second.png is missing.txt"}


@pytest.mark.django_db
def test_the_key_is_shown_to_brevo_and_to_nobody_whom_it_names(api: Api) -> None:
    with api_server() as other:
        other.raw = BYTES
        api.code, api.fields = 302, {"Location": f"{other.url}file"}
        post("brevo", "inbound", brought(file()))
        assert all("api-key" not in asked.fields for asked in other.asked)
    assert [asked.fields["api-key"] for asked in api.asked] == ["xkeysib"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    "heads",
    [
        {"from": "Eve <eve@evil.example>", "FROM": ["a@b.example", "c@d.example"]}, {"Subject": "two\r\n lines\nof it"},
        {"Content-Transfer-Encoding": "base64", "Content-Type": "text/plain"}, {"X\r\nBcc": "x", "": "y", "No Name": "z"},
        {"Message-Id": "<2@harbour.example>"}, {"Subject": "half \ud83d of a letter"},
    ],
)  # fmt: skip
def test_a_head_that_cannot_be_written_is_none_the_less_a_mail(api: Api, heads: dict[str, Any]) -> None:
    assert post("brevo", "inbound", brought(file(), heads=heads, text="Gr\u00fc\udcffße")).status_code == 200
    mail = stored()
    assert len(mail.get_all("from", [])) == len(mail.get_all("subject", [])) == 1
    assert files_of(mail) == {"pump.png": BYTES}
    body = mail.get_body(("plain",))
    assert body is not None
    assert str(body.get_content()).startswith("Grü")
