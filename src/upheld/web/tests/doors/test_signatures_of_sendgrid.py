"""SendGrid signs both of its calls, each with a key of its own: time and whole body, by ECDSA."""

from __future__ import annotations

import base64
import json
import time
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from django.http import HttpResponse

from upheld.channels.models import ReceivedMail
from upheld.web.tests.doors.calling import BASIC, post, with_keys

INBOUND_KEY, TRACKING_KEY = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
RAW = "From: ana@harbour.example\r\nTo: support@techflowsolutions.com\r\nSubject: The pump\r\n\r\nIt stopped.\r\n"
BOUNDARY = "xYzZY"
FORM = (
    "".join(
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in (
            ("email", RAW),
            ("envelope", json.dumps({"from": "ana@harbour.example", "to": ["a@b.example"]})),
        )
    ).encode()
    + f"--{BOUNDARY}--\r\n".encode()
)
WORDS = json.dumps([{"email": "a@b.example", "event": "bounce", "timestamp": 1772445600, "smtp-id": "<x@y>"}]).encode()


def shown(key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey) -> str:
    """The public half, as SendGrid shows it."""
    public = key.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    return base64.b64encode(public).decode()


@pytest.fixture(autouse=True)
def keys(settings: Any) -> None:
    with_keys(
        settings,
        sendgrid={
            "inbound_webhook_verification_key": shown(INBOUND_KEY),
            "tracking_webhook_verification_key": shown(TRACKING_KEY),
        },
    )


def signed(key: ec.EllipticCurvePrivateKey, body: bytes, *, age: float = 0, stamp: str = "") -> dict[str, str]:
    stamp = stamp or str(int(time.time() - age))
    signature = base64.b64encode(key.sign(stamp.encode() + body, ec.ECDSA(hashes.SHA256()))).decode()
    name = "X-Twilio-Email-Event-Webhook-"
    return {f"{name}Signature": signature, f"{name}Timestamp": stamp}


def call(kind: str, body: bytes, heads: dict[str, str]) -> HttpResponse:
    types = {"inbound": f"multipart/form-data; boundary={BOUNDARY}", "tracking": "application/json"}
    return post("sendgrid", kind, body, headers=BASIC | heads, content_type=types[kind])


@pytest.mark.django_db
def test_what_is_signed_is_taken_each_with_its_own_key() -> None:
    assert call("inbound", FORM, signed(INBOUND_KEY, FORM)).status_code == 200
    assert bytes(ReceivedMail.objects.get().raw) == RAW.encode()
    assert call("tracking", WORDS, signed(TRACKING_KEY, WORDS)).status_code == 200
    assert (
        call("inbound", FORM, signed(INBOUND_KEY, FORM, age=3 * 86_400)).status_code == 200
    )  # brought again for so long


@pytest.mark.django_db
@pytest.mark.parametrize("kind", ["inbound", "tracking"])
def test_what_is_not_is_refused(kind: str) -> None:
    body, key = (FORM, INBOUND_KEY) if kind == "inbound" else (WORDS, TRACKING_KEY)
    other = TRACKING_KEY if kind == "inbound" else INBOUND_KEY
    good = signed(key, body)
    wrong = [
        {}, signed(other, body), signed(key, body + b" "), signed(key, body, age=5 * 86_400), signed(key, body, age=-3600),
        signed(key, body, stamp="soon"), {**good, "X-Twilio-Email-Event-Webhook-Timestamp": "1"},
        {**good, "X-Twilio-Email-Event-Webhook-Signature": "!"}, {**good, "X-Twilio-Email-Event-Webhook-Signature": ""},
    ]  # fmt: skip
    assert [call(kind, body, heads).status_code for heads in wrong] == [401] * len(wrong)
    assert not ReceivedMail.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize(
    "key", ["nonsense", "AAAA", shown(rsa.generate_private_key(public_exponent=65537, key_size=2048))]
)
def test_a_key_that_is_none_lets_nobody_in(settings: Any, key: str) -> None:
    with_keys(settings, sendgrid={"tracking_webhook_verification_key": key})
    assert call("tracking", WORDS, signed(TRACKING_KEY, WORDS)).status_code == 401
