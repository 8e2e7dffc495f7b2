"""Mails that ask for a proof that a person wrote, before they hand on what we sent (challenge and response)."""

from __future__ import annotations

import re
from typing import Final

from upheld.channels.mail.parsing.fields import address_in, text_of
from upheld.channels.mail.parsing.mime import Part

CHALLENGE: Final = "it asks for a proof that a person wrote; until somebody gives it, our mail may not have arrived"
_PROGRAMS: Final = re.compile(
    r"\b(?:tmda|boxbe|spamarrest|spam arrest|active spam killer|sendio|qconfirm|bluebottle)\b", re.IGNORECASE
)
_FIELDS: Final = (
    "x-delivery-agent",
    "x-mailer",
    "user-agent",
    "x-tmda-fingerprint",
    "x-sendio-message-type",
    "x-ask-version",
)
_SERVICES: Final = re.compile(
    r"@(?:[\w-]+\.)*(?:boxbe\.com|spamarrest\.com|mailblocks\.com|bluebottle\.com|0spam\.com|bitbounce\.com)"
)
_TITLES: Final = re.compile(
    r"(?:please )?(?:confirm|verify)(?: that)? (?:your|this|the|you)\b.{0,40}"
    r"\b(?:message|e-?mail|mail|sender|human|person|address)\b.*"
    r"|.{0,80}\b(?:your|this) (?:message|e-?mail|mail)\b.{0,60}\b(?:requires|needs|await(?:s|ing)|waiting for|pending)\b.{0,20}"
    r"\b(?:confirmation|verification|approval|authori[sz]ation)\b.*"
    r"|(?:sender|message) (?:verification|confirmation|authentication)(?: required| needed| request)?\b.*"
    r"|(?:bestätigung|freigabe) (?:ihrer|deiner) (?:nachricht|e-?mail)\b.*"
    r"|veuillez confirmer (?:votre|l'envoi de votre) (?:message|e-?mail)\b.*"
    r"|antispam uol\b.*",
    re.IGNORECASE | re.DOTALL,
)
_MARKS: Final = re.compile(r"^(?:\s*(?:re|aw|fwd?)\s*:)+\s*", re.IGNORECASE)


def is_challenge(mail: Part) -> bool:
    """By the program or service that is known for it; by its subject only where it answers something: people write so too."""
    if any(_PROGRAMS.search(text_of(mail.value(name))) for name in _FIELDS if mail.value(name)):
        return True
    if _SERVICES.fullmatch("@" + address_in(text_of(mail.value("from"))).rpartition("@")[2]):
        return True
    is_answer = mail.value("in-reply-to") or mail.value("references")
    is_machine = mail.value("auto-submitted") or mail.value("precedence")
    return (
        bool(is_answer and is_machine)
        and _TITLES.fullmatch(_MARKS.sub("", text_of(mail.value("subject")))[:400]) is not None
    )
