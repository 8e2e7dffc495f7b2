"""Postmark. It signs nothing: our secret in the address is its proof."""

from __future__ import annotations

from typing import Any, Final

from django.http import HttpRequest

from upheld.channels.mail.doors.hooks import parsed
from upheld.channels.mail.doors.hooks.calls import Keys, NotUnderstood, incoming, told
from upheld.channels.mail.doors.hooks.words import Word
from upheld.channels.mail.receiving import Incoming

_FOR_GOOD: Final = frozenset({"HardBounce", "BadEmailAddress", "ManuallyDeactivated"})


def is_signed(request: HttpRequest, keys: Keys) -> bool:
    return True


def mails(request: HttpRequest, keys: Keys) -> list[Incoming]:
    """With “include raw email content” the bytes are the sender's; without it the mail is made of its fields."""
    mail = told(request)
    if "RawEmail" not in mail and "FromFull" not in mail:
        raise NotUnderstood("It is no mail that came in.")
    head = {one["Name"].lower(): one["Value"] for one in mail.get("Headers", [])[:1]}
    sender = head.get("return-path", "").strip("<>") or mail.get("From", "")
    raw = incoming(mail.get("RawEmail", ""), sender, [mail.get("OriginalRecipient", "")])
    return raw or parsed.mails_of([parsed.view("postmark", "Inbound").esp_to_anymail_event(_plain(mail))])


def _plain(mail: dict[str, Any]) -> dict[str, Any]:
    told_apart = ("from", "to", "cc", "bcc", "subject")
    heads = parsed.plain(((one["Name"], one["Value"]) for one in mail.get("Headers", [])), taken=told_apart)
    files = [one | {"ContentType": parsed.kind_of(one.get("ContentType"))} for one in mail.get("Attachments", [])]
    rest = {name: value for name, value in mail.items() if name != "RawEmail"}
    subject = " ".join(str(mail.get("Subject") or "").split())
    named = [{"Name": name, "Value": value} for name, value in heads]
    return rest | {"Headers": named, "Attachments": files, "Subject": subject}


def words(request: HttpRequest, keys: Keys) -> list[Word]:
    told(request)
    return parsed.words_of("postmark", request, _is_permanent)


def _is_permanent(event: dict[str, Any]) -> bool:
    return event.get("Type") in _FOR_GOOD
