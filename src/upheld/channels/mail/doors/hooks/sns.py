"""Amazon SNS, which carries what SES says: whether it signed a message, and saying yes to a subscription.

The certificate that a message names is fetched by the guarded client, from Amazon's own hosts only, and kept for a day.
https://docs.aws.amazon.com/sns/latest/dg/sns-verify-signature-of-message.html
"""

from __future__ import annotations

import base64
import re
import threading
import time
from datetime import UTC, datetime
from typing import Any, ClassVar, Final
from urllib.parse import parse_qs, urlsplit

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from upheld.channels.mail.doors.hooks.calls import NotUnderstood, NotYet
from upheld.kernel.fetching import Fetched, NotFetched, fetch

KEPT: Final = 86_400.0  # seconds for which a certificate is not asked for again
MOST_KEPT: Final = 16
MOST_BYTES: Final = 20_000
PATIENCE: Final = 5.0  # seconds; SNS waits for fifteen
LEAST_BITS: Final = 2048
HASHES: Final[dict[str, hashes.HashAlgorithm]] = {"1": hashes.SHA1(), "2": hashes.SHA256()}  # noqa: S303 - SNS's version 1
FIELDS: Final = {
    "Notification": ("Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"),
    "SubscriptionConfirmation": ("Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"),
    "UnsubscribeConfirmation": ("Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"),
}
_HOST: Final = re.compile(r"sns\.[a-z]{2}(?:-[a-z]+){1,3}-\d{1,2}\.amazonaws\.com(?:\.cn)?")
_NAME: Final = re.compile(r"sns(?:\.[a-z0-9-]+)?\.amazonaws\.com(?:\.cn)?")
_FILE: Final = re.compile(r"/[A-Za-z0-9_.-]{1,200}\.pem")


def is_signed(message: dict[str, Any]) -> bool:
    """Whether SNS signed every word of it. Raises NotYet when the certificate cannot be had now."""
    fields, digest = FIELDS.get(str(message.get("Type"))), HASHES.get(str(message.get("SignatureVersion")))
    if fields is None or digest is None or not is_certificate(str(message.get("SigningCertURL", ""))):
        return False
    said = "".join(
        f"{name}\n{message[name]}\n" for name in fields if name != "Subject" or message.get(name) is not None
    )
    key = CERTIFICATES.key_of(message["SigningCertURL"])
    if key is None:
        return False
    try:
        key.verify(base64.b64decode(message["Signature"]), said.encode(), padding.PKCS1v15(), digest)
    except InvalidSignature:
        return False
    return True


def confirm(message: dict[str, Any]) -> None:
    """Say yes to a subscription, at Amazon's own address and for the topic of the message. Raises NotUnderstood, NotYet."""
    url = str(message.get("SubscribeURL", ""))
    asked = parse_qs(urlsplit(url).query)
    if (
        not is_amazon(url)
        or asked.get("Action") != ["ConfirmSubscription"]
        or asked.get("TopicArn") != [message["TopicArn"]]
    ):
        raise NotUnderstood("It is no subscription of Amazon's.")
    try:
        bring(url)
    except NotFetched as reason:
        raise NotYet(f"The subscription could not be confirmed: {reason}") from reason


def is_certificate(url: str) -> bool:
    return is_amazon(url) and _FILE.fullmatch(urlsplit(url).path) is not None and not urlsplit(url).query


def is_amazon(url: str) -> bool:
    """An address of SNS itself, by https and by its usual port."""
    try:
        parts = urlsplit(url)
        return parts.scheme == "https" and _HOST.fullmatch(parts.netloc) is not None and not parts.fragment
    except ValueError:
        return False


def bring(url: str) -> Fetched:
    """One look at an address of Amazon's, which leads nowhere else. For tests to replace."""
    return fetch(url, types=(), most_bytes=MOST_BYTES, seconds=PATIENCE, moves=0)


class Certificates:
    """Keys by the address of their certificate. One that is no good is not kept, and is looked at again."""

    kept: ClassVar[dict[str, tuple[float, rsa.RSAPublicKey]]] = {}
    lock: ClassVar[threading.Lock] = threading.Lock()

    def key_of(self, url: str) -> rsa.RSAPublicKey | None:
        """None for a certificate that is not Amazon's, or not in force. Raises NotYet when it cannot be had."""
        with self.lock:
            at, known = self.kept.get(url, (0.0, None))
        if known is not None and time.monotonic() - at < KEPT:
            return known
        try:
            key = key_in(bring(url).data, datetime.now(UTC))
        except NotFetched as reason:
            raise NotYet(f"The certificate of SNS could not be fetched: {reason}") from reason
        if key is not None:
            with self.lock:
                if len(self.kept) >= MOST_KEPT:
                    self.kept.clear()
                self.kept[url] = (time.monotonic(), key)
        return key


CERTIFICATES: Final = Certificates()


def key_in(pem: bytes, now: datetime) -> rsa.RSAPublicKey | None:
    """The key of a certificate that names SNS, is in force, and is long enough; else None."""
    try:
        certificate = x509.load_pem_x509_certificate(pem)
        key = certificate.public_key()
    except ValueError:
        return None
    if not certificate.not_valid_before_utc <= now <= certificate.not_valid_after_utc:
        return None
    if not isinstance(key, rsa.RSAPublicKey) or key.key_size < LEAST_BITS:
        return None
    return key if any(_NAME.fullmatch(name) for name in _names(certificate)) else None


def _names(certificate: x509.Certificate) -> list[str]:
    names = [str(one.value) for one in certificate.subject.get_attributes_for_oid(x509.NameOID.COMMON_NAME)]
    try:
        more = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return names
    return names + more.get_values_for_type(x509.DNSName)
