"""Calling as a provider does: with our secret, and with signatures of keys that are made here."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.x509.oid import NameOID
from django.http import HttpResponse
from django.test import Client

SECRET = "hooks:a-long-random-text"
BASIC = {"Authorization": "Basic " + base64.b64encode(SECRET.encode()).decode()}
TOPIC = "arn:aws:sns:eu-central-1:123456789012:mail"
CERTIFICATE = "https://sns.eu-central-1.amazonaws.com/SimpleNotificationService-0123456789abcdef.pem"
KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
OTHER_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
NOTIFICATION = ("Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type")
SUBSCRIPTION = ("Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type")


def with_keys(settings: Any, **keys: dict[str, str]) -> None:
    settings.UPHELD_MAIL = replace(settings.UPHELD_MAIL, webhook_secret=SECRET, webhook_keys=keys)


def post(provider: str, kind: str, told: Any, **more: Any) -> HttpResponse:
    body = told if isinstance(told, bytes) else json.dumps(told).encode()
    given = {"content_type": "application/json", "headers": BASIC} | more
    return Client().post(f"/mail/hooks/{provider}/{kind}/", body, **given)  # type: ignore[return-value]


def certificate(name: str = "sns.amazonaws.com", *, key: rsa.RSAPrivateKey = KEY, days: int = 10) -> bytes:
    """In PEM form, for SNS; with a negative number of days it is over."""
    now = datetime.now(UTC)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=90))
        .not_valid_after(now + timedelta(days=days))
        .sign(key, hashes.SHA256())
    )
    return made.public_bytes(serialization.Encoding.PEM)


@dataclass
class Sns:
    """Amazon's end: messages as it signs them, and what is asked of its addresses."""

    version: str = "2"
    key: rsa.RSAPrivateKey = field(default_factory=lambda: KEY)
    topic: str = TOPIC

    def message(self, said: Any, **more: str) -> dict[str, str]:
        told = said if isinstance(said, str) else json.dumps(said)
        message = {
            "Type": "Notification", "MessageId": "22b80b92-fdea-4c2c-8f9d-bdfb0c7bf324", "TopicArn": self.topic, "Message": told,
            "Timestamp": "2026-11-22T04:00:00.000Z", "SignatureVersion": self.version, "SigningCertURL": CERTIFICATE, **more,
        }  # fmt: skip
        fields = NOTIFICATION if message["Type"] == "Notification" else SUBSCRIPTION
        signed = "".join(f"{name}\n{message[name]}\n" for name in fields if name in message)
        digest = hashes.SHA1() if self.version == "1" else hashes.SHA256()
        signature = self.key.sign(signed.encode(), padding.PKCS1v15(), digest)
        return {**message, "Signature": base64.b64encode(signature).decode()}

    def subscription(self, url: str = "") -> dict[str, str]:
        asked = f"https://sns.eu-central-1.amazonaws.com/?Action=ConfirmSubscription&TopicArn={self.topic}&Token=2336"
        return self.message(
            "You have chosen …", Type="SubscriptionConfirmation", Token="2336", SubscribeURL=url or asked
        )
