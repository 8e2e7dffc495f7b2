"""Providers that bring mail, and word of ours: believed only with the secret, and the same however often they say it."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from dataclasses import replace
from email import message_from_bytes, policy
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from upheld.channels.mail.doors import hooks
from upheld.channels.mail.doors.hooks import calls
from upheld.channels.mail.outgoing.sending import queue
from upheld.channels.mail.trust.looking import look_into
from upheld.channels.models import OutgoingMail, ReceivedMail
from upheld.channels.tests.test_trust import Known
from upheld.config.providers import MailProvider
from upheld.conftest import Cast
from upheld.events.models import Event
from upheld.tickets.models import Ticket

SECRET = "hooks:a-long-random-text"
BASIC = {"Authorization": "Basic " + base64.b64encode(SECRET.encode()).decode()}
SIGNING = "mailgun-signing-key"
RAW = (
    "Return-Path: <ana@harbour.example>\r\nFrom: Ana <ana@harbour.example>\r\nTo: support@techflowsolutions.com\r\n"
    "Subject: The pump\r\nMessage-ID: <1@harbour.example>\r\nDate: Mon, 2 Mar 2026 10:00:00 +0000\r\n\r\nIt stopped.\r\n"
)
TO = "support@techflowsolutions.com"


@pytest.fixture(autouse=True)
def wired(settings: Any) -> None:
    mailgun = MailProvider("mailgun", {"api_key": "k", "webhook_signing_key": SIGNING})
    settings.UPHELD_MAIL = replace(settings.UPHELD_MAIL, webhook_secret=SECRET, provider=mailgun)


def stamped(key: str = SIGNING, *, token: str = "token", age: float = 0) -> dict[str, str]:
    stamp = str(int(time.time() - age))
    signature = hmac.new(key.encode(), f"{stamp}{token}".encode(), hashlib.sha256).hexdigest()
    return {"timestamp": stamp, "token": token, "signature": signature}


POSTMARK = {
    "FromName": "Ana", "From": "ana@harbour.example", "MessageStream": "inbound", "OriginalRecipient": TO,
    "FromFull": {"Email": "ana@harbour.example", "Name": "Ana", "MailboxHash": ""}, "Subject": "The pump",
    "MessageID": "73e6d360",
    "ToFull": [{"Email": TO, "Name": "", "MailboxHash": ""}], "CcFull": [], "BccFull": [],
    "Date": "Mon, 2 Mar 2026 10:00:00 +0000",
    "TextBody": "It stopped.", "HtmlBody": "<p>It stopped.</p>", "Tag": "",
    "Headers": [
        {"Name": "Return-Path", "Value": "<ana@harbour.example>"}, {"Name": "Message-ID", "Value": "<1@harbour.example>"},
    ],
    "Attachments": [
        {"Name": "log.txt", "Content": base64.b64encode(b"all of it").decode(), "ContentType": "text/plain", "ContentLength": 9},
    ],
}  # fmt: skip
BREVO = {
    "items": [
        {
            "Uuid": ["33a5"], "MessageId": "<1@harbour.example>",
            "From": {"Name": "Ana", "Address": "ana@harbour.example"},
            "To": [{"Name": None, "Address": TO}], "Cc": [], "Subject": "The pump",
            "SentAtDate": "Mon, 2 Mar 2026 10:00:00 +0000",
            "Attachments": [], "RawTextBody": "It stopped.", "RawHtmlBody": "<p>It stopped.</p>",
            "ExtractedMarkdownMessage": "It stopped.",
            "Headers": {
                "From": "Ana <ana@harbour.example>", "To": TO, "Subject": "The pump", "Message-ID": "<1@harbour.example>",
                "Date": "Mon, 2 Mar 2026 10:00:00 +0000", "Return-Path": "<ana@harbour.example>", "Delivered-To": TO,
            },
        }
    ]
}  # fmt: skip
INBOUND: dict[str, dict[str, Any]] = {
    "postmark": {"data": json.dumps(POSTMARK | {"RawEmail": RAW}), "content_type": "application/json"},
    "postmark without source": {"data": json.dumps(POSTMARK), "content_type": "application/json"},
    "mailgun": {"data": {"sender": "ana@harbour.example", "recipient": TO, "body-mime": RAW, **stamped()}},
    "sendgrid": {"data": {
        "email": RAW, "envelope": json.dumps({"from": "ana@harbour.example", "to": [TO]}), "spam_score": "0.1",
    }},
    "brevo": {"data": json.dumps(BREVO), "content_type": "application/json"},
}  # fmt: skip


@pytest.mark.django_db
@pytest.mark.parametrize("name", INBOUND)
def test_a_mail_is_stored_before_it_is_taken_and_once(name: str) -> None:
    provider = name.split(maxsplit=1)[0]
    for _ in range(2):
        answer = Client().post(f"/mail/hooks/{provider}/inbound/", headers=BASIC, **INBOUND[name])
        assert answer.status_code == 200, answer.content
    mail = ReceivedMail.objects.get()
    assert (mail.door, mail.envelope_from, mail.envelope_to) == (
        "webhook",
        "ana@harbour.example",
        [TO],
    ) or "without" in name
    if name in ("postmark", "mailgun", "sendgrid"):
        assert bytes(mail.raw) == RAW.encode()
    assert b"<1@harbour.example>" in bytes(mail.raw)
    assert Event.objects.filter(kind="message.received", subject=mail.key).count() == 1


BYTES = b"\x89PNG\r\n\x1a\n\x00\r\rend\n"


@pytest.mark.django_db
def test_what_is_made_of_fields_has_its_files_byte_for_byte() -> None:
    """A mail within it that cannot be read, and fields that no head can have, keep nobody's mail away."""
    files = [
        {"Name": "pump.png", "Content": base64.b64encode(BYTES).decode(), "ContentType": "image/png"},
        {
            "Name": "old.eml",
            "Content": base64.b64encode(b"Subject: \xff\r\n\r\n\xff").decode(),
            "ContentType": "message/rfc822",
        },
    ]
    heads = [{"Name": name, "Value": value} for name, value in (
        ("Return-Path", "<ana@harbour.example>"), ("Message-ID", "<1@harbour.example>"), ("Subject", "another"),
        ("Message-ID", "<2@harbour.example>"), ("X-Long", "a\r\n b\nc"), ("Content-Transfer-Encoding", "base64"),
    )]  # fmt: skip
    told = POSTMARK | {"Attachments": files, "Headers": heads}
    answer = Client().post("/mail/hooks/postmark/inbound/", json.dumps(told), "application/json", headers=BASIC)
    assert answer.status_code == 200, answer.content
    mail = message_from_bytes(bytes(ReceivedMail.objects.get().raw), policy=policy.default)
    read = {part.get_filename(): part.get_payload(decode=True) for part in mail.walk() if part.get_filename()}
    assert read == {"pump.png": BYTES, "old.eml": b"Subject: \xff\r\n\r\n\xff"}
    assert (mail["Message-ID"], mail["Subject"]) == ("<1@harbour.example>", "The pump")


@pytest.mark.django_db
@pytest.mark.parametrize("provider", ["mailgun", "sendgrid"])
def test_so_has_a_form_of_fields(provider: str) -> None:
    given: dict[str, Any] = {
        "mailgun": {
            "sender": "ana@harbour.example", "recipient": TO, "body-plain": "It stopped.", "attachment-count": "1",
            "message-headers": json.dumps([["From", "ana@harbour.example"], ["Message-Id", "<1@harbour.example>"]]),
            "attachment-1": SimpleUploadedFile("pump.png", BYTES, "image/png"), **stamped(token="parsed"),
        },
        "sendgrid": {
            "headers": "From: ana@harbour.example\nMessage-ID: <1@harbour.example>\n", "text": "It stopped.",
            "envelope": json.dumps({"from": "ana@harbour.example", "to": [TO]}),
            "attachment-info": json.dumps({"attachment1": {"filename": "pump.png"}}),
            "attachment1": SimpleUploadedFile("pump.png", BYTES, "image/png"),
        },
    }[provider]  # fmt: skip
    answer = Client().post(f"/mail/hooks/{provider}/inbound/", given, headers=BASIC)
    assert answer.status_code == 200, answer.content
    stored = ReceivedMail.objects.get()
    mail = message_from_bytes(bytes(stored.raw), policy=policy.default)
    assert [part.get_payload(decode=True) for part in mail.walk() if part.get_filename() == "pump.png"] == [BYTES]
    assert (mail["Message-ID"], stored.envelope_to) == ("<1@harbour.example>", [TO])


@pytest.mark.django_db
def test_what_is_larger_than_any_mail_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calls, "MOST_BYTES", 1000)
    for provider in hooks.HOOKS:
        answer = Client().post(f"/mail/hooks/{provider}/inbound/", b"x" * 1001, "application/json", headers=BASIC)
        assert answer.status_code == 400
    assert not ReceivedMail.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize("name", INBOUND)
@pytest.mark.parametrize("kind", ["inbound", "tracking"])
def test_without_the_secret_nothing_is_taken(name: str, kind: str, settings: Any) -> None:
    address, given = f"/mail/hooks/{name.split(maxsplit=1)[0]}/{kind}/", INBOUND[name]
    assert Client().post(address, **given).status_code == 401
    wrong = "Basic " + base64.b64encode(b"hooks:wrong").decode()
    assert Client().post(address, headers={"Authorization": wrong}, **given).status_code == 401
    settings.UPHELD_MAIL = replace(settings.UPHELD_MAIL, webhook_secret="")
    empty = "Basic " + base64.b64encode(b"").decode()
    assert Client().post(address, headers={"Authorization": empty}, **given).status_code == 401
    assert not ReceivedMail.objects.exists()


@pytest.mark.django_db
def test_a_wrong_signature_is_refused_although_the_secret_is_right() -> None:
    for wrong in (stamped("another key"), stamped(age=11 * 3600), stamped(age=-1000), {"timestamp": "soon"}):
        given = INBOUND["mailgun"]["data"] | wrong
        assert Client().post("/mail/hooks/mailgun/inbound/", given, headers=BASIC).status_code == 401
    assert Client().post("/mail/hooks/mailgun/inbound/", {"sender": "x"}, headers=BASIC).status_code == 401


@pytest.mark.django_db
def test_what_was_overheard_proves_nothing_else() -> None:
    """Mailgun signs a token and not what it says; a call that comes again says the same."""
    given = INBOUND["mailgun"]["data"] | stamped(token="once")
    other = given | {"body-mime": RAW.replace("It stopped.", "Pay here.")}
    answers = [Client().post("/mail/hooks/mailgun/inbound/", one, headers=BASIC) for one in (given, other, given)]
    assert [answer.status_code for answer in answers] == [200, 401, 200]
    assert bytes(ReceivedMail.objects.get().raw) == RAW.encode()


NONSENSE = ["", "[]", "{", "{}", '{"items": 1}', '{"items": [{}]}', "null", "[" * 5000, b"\xff"]
KINDS = ["text/plain", "multipart/form-data", "multipart/form-data; boundary=x"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("body", "kind"), [*((body, "application/json") for body in NONSENSE), *(("{}", kind) for kind in KINDS)]
)
def test_nonsense_is_refused_and_breaks_nothing(body: str | bytes, kind: str) -> None:
    for provider in ("postmark", "sendgrid", "brevo", "mailgun", "amazon_ses"):
        for place in ("inbound", "tracking"):
            answer = Client().post(f"/mail/hooks/{provider}/{place}/", body, content_type=kind, headers=BASIC)
            assert answer.status_code in (400, 401) or (provider, place) in EMPTY, (provider, place, answer.content)
    assert not ReceivedMail.objects.exists()


EMPTY = {("sendgrid", "tracking"), ("postmark", "tracking"), ("brevo", "tracking")}
"""A list of no words is none the less one, and an object may be a word that is nothing to us."""


@pytest.mark.django_db
def test_other_ways_to_call_are_refused() -> None:
    assert Client().post("/mail/hooks/pigeon/inbound/", headers=BASIC).status_code == 404
    assert Client().get("/mail/hooks/postmark/inbound/").status_code == 405
    assert Client().head("/mail/hooks/postmark/inbound/").status_code == 200


def bounce_of(provider: str, mail: OutgoingMail) -> Any:
    to, number = "customer@harbour.example", str(mail.pk)
    return {
        "postmark": {
            "RecordType": "Bounce", "ID": 42, "Type": "HardBounce", "TypeCode": 1, "MessageID": "883953f4",
            "Details": "550 5.1.1 unknown",
            "Email": to, "BouncedAt": "2026-03-02T10:00:00Z", "Metadata": {"mail": number},
            "Description": "The server was unable …",
        },
        "mailgun": {
            "signature": stamped(token="bounce"),
            "event-data": {
                "event": "failed", "severity": "permanent", "reason": "bounce", "recipient": to, "timestamp": 1772445600.5,
                "user-variables": {"mail": number}, "message": {"headers": {"message-id": mail.message_id.strip("<>")}},
                "delivery-status": {"code": 550, "message": "550 5.1.1 unknown", "description": ""},
            },
        },
        "sendgrid": [
            {
                "email": to, "event": "bounce", "timestamp": 1772445600, "reason": "550 5.1.1 unknown", "status": "5.1.1",
                "type": "bounce",
                "sg_event_id": "x", "sg_message_id": "y", "smtp-id": mail.message_id, "mail": number,
            }
        ],
        "brevo": {
            "event": "hard_bounce", "email": to, "id": 1, "date": "2026-03-02 10:00:00", "ts_epoch": 1772445600000,
            "message-id": mail.message_id, "reason": "550 5.1.1 unknown", "X-Mailin-custom": json.dumps({"mail": number}),
        },
    }[provider]  # fmt: skip


@pytest.mark.parametrize("provider", ["postmark", "mailgun", "sendgrid", "brevo"])
def test_what_came_back_is_on_the_mail_the_ticket_and_the_contact(cast: Cast, ticket: Ticket, provider: str) -> None:
    mail = queue(
        key="message:1", subject_key=ticket.key, to=[("", "customer@harbour.example")], title="Re", text="Hi",
        sender=("Us", TO),
    )  # fmt: skip
    OutgoingMail.objects.update(state="sent", delivered=mail.recipients)
    for _ in range(2):
        answer = Client().post(
            f"/mail/hooks/{provider}/tracking/", json.dumps(bounce_of(provider, mail)),
            content_type="application/json", headers=BASIC,
        )  # fmt: skip
        assert answer.status_code == 200, answer.content
    mail.refresh_from_db()
    assert mail.bounced_at is not None
    assert "550 5.1.1 unknown" in mail.refused["customer@harbour.example"]
    assert mail.needs_a_look
    cast.customer.refresh_from_db()
    assert cast.customer.bounced_at is not None
    assert Event.objects.filter(kind="message.bounced", subject=ticket.key).count() == 1
    assert ticket.messages.filter(is_internal=True).count() == 1


def test_nothing_of_a_stranger_is_read(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("upheld.channels.mail.doors.hooks.read_body", lambda _: pytest.fail("The body was read."))
    for headers in ({}, {"Authorization": "Basic " + base64.b64encode(b"hooks:wrong").decode()}):
        assert (
            client.post("/mail/hooks/postmark/inbound/", b"x", "application/json", headers=headers).status_code == 401
        )


@pytest.mark.django_db
def test_a_word_of_our_relay_inside_what_a_provider_brings_was_written_by_somebody_else(settings: Any) -> None:
    settings.UPHELD_MAIL = replace(settings.UPHELD_MAIL, trusted_authserv=frozenset({"mx.desk.example"}))
    raw = b"Authentication-Results: mx.desk.example; dkim=pass header.d=harbour.example\r\n" + RAW.encode()
    verdicts = {}
    for door in ("webhook", "smtp"):
        mail = ReceivedMail.objects.create(raw=raw, size=len(raw), sha256=door, peer="127.0.0.1", door=door)
        verdicts[door] = look_into(mail.pk, names=Known({}))
    assert verdicts["smtp"] is not None
    assert verdicts["smtp"]["authentic"]
    assert verdicts["webhook"] is not None
    assert not verdicts["webhook"]["authentic"]
