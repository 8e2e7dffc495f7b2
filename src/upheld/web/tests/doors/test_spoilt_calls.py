"""Calls of which one value is of another kind than a provider ever sends: refused or taken, and never an error of ours."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import RequestFactory

from upheld.channels.mail.doors.hooks import NotUnderstood, NotYet, mails_in, words_in
from upheld.web.tests.doors.test_amazon import LEFT, in_base64
from upheld.web.tests.doors.test_files_of_brevo import brought, file
from upheld.web.tests.doors.test_hooks import POSTMARK, RAW
from upheld.web.tests.doors.test_words import ANA, bounced, ses

Path = tuple[Any, ...]
READ: dict[str, Any] = {"mails": mails_in, "words": words_in}
NOTHING_SET = SimpleNamespace(webhook_secret="", webhook_keys={}, provider=None)
STRANGE: list[Any] = [
    None,
    0,
    -1.5,
    True,
    "",
    "x",
    "\ud83d",
    "\x00\r\nX: y",
    [],
    {},
    [None],
    {"x": []},
    [["x"]],
    "9" * 40,
]
MAILGUN = {
    "event-data": {
        "event": "failed", "severity": "permanent", "reason": "bounce", "recipient": ANA, "timestamp": 1772445600.5,
        "user-variables": {"mail": "7"}, "message": {"headers": {"message-id": "x@y", "to": ANA}},
        "delivery-status": {"code": 550, "message": "550", "description": ""}, "reject": {"reason": "x"},
    }
}  # fmt: skip
SENDGRID = [{"email": ANA, "event": "bounce", "timestamp": 1772445600, "type": "bounce", "reason": "550", "mail": "7"}]
BREVO = {
    "event": "hard_bounce",
    "email": ANA,
    "ts_epoch": 1772445600000,
    "message-id": "<x@y>",
    "X-Mailin-custom": '{"mail": "7"}',
}
WORD = {
    "RecordType": "Bounce",
    "Type": "HardBounce",
    "Email": ANA,
    "BouncedAt": "2026-03-02T10:00:00Z",
    "Metadata": {"mail": "7"},
}
COMPLAINT = ses("Complaint", complaint={"complainedRecipients": [{"emailAddress": ANA}], "timestamp": "x"})
DELAY = ses("DeliveryDelay", deliveryDelay={"delayType": "x", "delayedRecipients": [{"emailAddress": ANA}]})
CALLS: list[tuple[str, str, Any]] = [
    ("postmark", "mails", POSTMARK), ("postmark", "mails", {"RawEmail": RAW, "Headers": [], "OriginalRecipient": "a@b.c"}),
    ("brevo", "mails", brought(heads={"Received": ["a", "b"]})), ("brevo", "mails", brought(file(ContentID="x"))),
    ("postmark", "words", WORD), ("brevo", "words", BREVO), ("sendgrid", "words", SENDGRID), ("mailgun", "words", MAILGUN),
    ("amazon_ses", "mails", in_base64()), ("amazon_ses", "mails", LEFT), ("amazon_ses", "words", bounced()),
    ("amazon_ses", "words", COMPLAINT), ("amazon_ses", "words", DELAY), ("amazon_ses", "words", bounced(number=7)),
]  # fmt: skip


def places(value: Any, at: Path = ()) -> Iterator[Path]:
    """Every place in it, itself included."""
    yield at
    if isinstance(value, dict | list):
        for name in list(value) if isinstance(value, dict) else range(len(value)):
            yield from places(value[name], (*at, name))


def changed(value: Any, at: Path, put: Any) -> Any:
    if not at:
        return put
    whole = copy.deepcopy(value)
    inner = whole
    for name in at[:-1]:
        inner = inner[name]
    inner[at[-1]] = put
    return whole


@pytest.mark.parametrize("number", range(len(CALLS)))
def test_one_strange_value_breaks_nothing(number: int) -> None:
    provider, what, told = CALLS[number]
    asked = 0
    for at in places(told):
        for put in STRANGE:
            said = changed(told, at, put)
            carried = {"Type": "Notification", "TopicArn": "x", "Message": json.dumps(said)}
            body = json.dumps(carried if provider == "amazon_ses" else said)
            request = RequestFactory().post(f"/mail/hooks/{provider}/", body, "application/json")
            asked += 1
            try:
                found = READ[what](provider, request, NOTHING_SET)
            except (NotUnderstood, NotYet):
                continue
            for one in found:
                assert one.raw.strip() if what == "mails" else len(one.mark) == 32
    assert asked > 50
