"""Amazon SES, by way of SNS: mail that came in, in the message itself or left in S3, and what became of ours.

Every call is signed by SNS and about a topic that the environment names; anybody can have SNS sign something about a topic
of theirs. The same message again is harmless: a mail is known by its bytes, a word by its mark.
"""

from __future__ import annotations

import base64
import time
from collections.abc import Iterator
from contextlib import closing
from typing import Any, Final

import structlog
from django.http import HttpRequest

from upheld.channels.mail.amazon import client
from upheld.channels.mail.doors.hooks import sns
from upheld.channels.mail.doors.hooks.calls import MOST_BYTES, Keys, NotUnderstood, NotYet, incoming, read, told
from upheld.channels.mail.doors.hooks.words import Said, Word, word
from upheld.channels.mail.receiving import Incoming

log = structlog.stdlib.get_logger("upheld.mail")

PATIENCE: Final = 11.0  # seconds for a mail in S3; SNS waits for fifteen
CHUNK: Final = 256 * 1024
TAG: Final = "upheld-mail"
"""Under this name our number goes along with a mail, and comes back with what SES publishes of it."""
_ENCRYPTED: Final = ("x-amz-key-v2", "x-amz-iv")


def is_signed(request: HttpRequest, keys: Keys) -> bool:
    """Signed by SNS, and about a topic of ours. Raises NotYet when Amazon's certificate cannot be had."""
    message = told(request)
    if message.get("TopicArn") not in [one for one in keys.get("topics", "").split(",") if one]:
        log.warning("SNS speaks of a topic that is not named", topic=str(message.get("TopicArn"))[:200])
        return False
    return sns.is_signed(message)


def mails(request: HttpRequest, keys: Keys) -> list[Incoming]:
    """Raises NotYet when a mail that lies in S3 cannot be fetched now."""
    event = _event(request)
    if event is None:
        return []
    if event.get("notificationType") != "Received":
        raise NotUnderstood("It speaks of mail that left; its place is the address that ends in tracking/.")
    receipt, action = event["receipt"], event["receipt"]["action"]
    if action["type"] == "S3":
        raw = _left_in_s3(action["bucketName"], action["objectKey"], keys)
    elif action["type"] == "SNS" and "content" in event:
        raw = _in_message(event["content"], str(action.get("encoding", "")))
    else:
        raise NotUnderstood("The rule hands over no mail: it needs an action of SNS with its content, or of S3.")
    found = incoming(raw, event["mail"].get("source") or "", receipt.get("recipients", []))
    if not found:
        raise NotUnderstood("It is an empty mail.")
    return found


def _in_message(content: str, encoding: str) -> bytes:
    """Not every message says how its mail is written; without a colon it has no head, and is no mail as it stands."""
    if encoding.upper() == "BASE64" or ":" not in content:
        return base64.b64decode("".join(content.split()), validate=True)
    return content.encode()


def words(request: HttpRequest, keys: Keys) -> list[Word]:
    """Of events of a configuration set, and of an identity's notifications, which are almost of one form."""
    event = _event(request)
    if event is None:
        return []
    kind = event.get("eventType") or event.get("notificationType")
    if kind == "Received":
        raise NotUnderstood("It brings mail; its place is the address that ends in inbound/.")
    mail = event["mail"]
    number = next(iter((mail.get("tags") or {}).get(TAG, [])), "")
    ours = [one.get("value") for one in mail.get("headers") or [] if str(one.get("name", "")).lower() == "message-id"]
    ids = (mail.get("messageId"), *ours)
    return [word(number=number, ids=ids, **said) for said in _said(str(kind), event)]


def _said(kind: str, event: dict[str, Any]) -> Iterator[dict[str, Any]]:
    if kind == "Bounce":
        bounce = event["bounce"]
        about = {
            "said": Said.LOST,
            "when": bounce.get("timestamp"),
            "is_permanent": bounce["bounceType"] == "Permanent",
        }
        for one in bounce["bouncedRecipients"]:
            reason = one.get("diagnosticCode") or f"{bounce['bounceType']} {bounce.get('bounceSubType', '')}"
            yield {**about, "recipient": one["emailAddress"], "reason": reason}
    elif kind == "Complaint":
        complaint = event["complaint"]
        reason, when = complaint.get("complaintFeedbackType"), complaint.get("timestamp")
        for one in complaint["complainedRecipients"]:
            yield {"said": Said.COMPLAINED, "recipient": one["emailAddress"], "reason": reason, "when": when}
    elif kind == "Delivery":
        delivery = event["delivery"]
        reason, when = delivery.get("smtpResponse"), delivery.get("timestamp")
        for one in delivery["recipients"]:
            yield {"said": Said.DELIVERED, "recipient": one, "reason": reason, "when": when}
    elif kind == "DeliveryDelay":
        delay = event["deliveryDelay"]
        for one in delay["delayedRecipients"]:
            reason = one.get("diagnosticCode") or delay.get("delayType")
            yield {"said": Said.DELAYED, "recipient": one["emailAddress"], "reason": reason, "when": None}
    elif kind in ("Reject", "Rendering Failure"):
        reason = event.get("reject", {}).get("reason") or event.get("failure", {}).get("errorMessage")
        for one in event["mail"]["destination"]:
            yield {"said": Said.LOST, "recipient": one, "reason": reason, "when": kind, "is_permanent": False}


def _event(request: HttpRequest) -> dict[str, Any] | None:
    """What SES says in the message; None for what SNS says of itself, and a subscription is said yes to."""
    message = told(request)
    if message["Type"] == "SubscriptionConfirmation":
        sns.confirm(message)
        log.info("subscribed", topic=message["TopicArn"])
        return None
    if message["Type"] != "Notification":
        log.warning("SNS ended a subscription", topic=message["TopicArn"])
        return None
    if not message["Message"].lstrip().startswith("{"):  # “Successfully validated SNS topic …”
        return None
    return read(message["Message"])


# -- mail that lies in S3 --------------------------------------------------------------------------------------------------


def _left_in_s3(bucket: str, name: str, keys: Keys) -> bytes:
    """Raises NotUnderstood for a bucket that is not named, NotYet for whatever may be another thing the next time."""
    if bucket not in [one for one in keys.get("buckets", "").split(",") if one]:
        raise NotUnderstood("It lies in a bucket that is not named (amazon_ses.buckets).")
    try:
        from botocore.config import Config
        from botocore.exceptions import BotoCoreError, ClientError
    except ImportError as missing:
        raise NotYet("A mail lies in S3, and the extra “ses” is not installed.") from missing
    ends_at = time.monotonic() + PATIENCE
    patience = Config(connect_timeout=2, read_timeout=4, retries={"total_max_attempts": 2, "mode": "standard"})
    given = {"aws_access_key_id": keys.get("access_key"), "aws_secret_access_key": keys.get("secret_key")}
    place = {"region_name": keys.get("region"), "endpoint_url": keys.get("s3_endpoint")}
    try:
        with closing(client("s3", config=patience, **given, **place)) as s3:
            found = s3.get_object(Bucket=bucket, Key=name)
            if any(field in found.get("Metadata", {}) for field in _ENCRYPTED):
                raise NotYet("A mail in S3 is encrypted by SES; take that out of the rule, S3 encrypts by itself.")
            return _read(found["Body"], ends_at)
    except (BotoCoreError, ClientError, OSError) as trouble:
        raise NotYet(f"A mail in S3 could not be fetched: {type(trouble).__name__}: {trouble}"[:300]) from trouble


def _read(body: Any, ends_at: float) -> bytes:
    data = bytearray()
    with body:
        for part in body.iter_chunks(CHUNK):
            data += part
            if len(data) > MOST_BYTES:
                raise NotUnderstood("It is larger than any mail.")
            if time.monotonic() > ends_at:
                raise NotYet("A mail in S3 takes too long.")
    return bytes(data)
