"""A mail as it was meant, where something of our own stands between its writer and us: our own list, our own form.

A list whose address is ours makes nobody a machine: support@ may well be a group that hands on to the desk. Where such a list,
or a form on our pages, writes in our own name and is proved to, the writer is who it names; proved is then nobody but ourselves.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Final

from upheld.channels.mail.parsing import ParsedMail, parse
from upheld.channels.mail.parsing.automatic import Automation, Kind
from upheld.channels.mail.parsing.lists import automation_apart_from_lists, lists_of, written_for
from upheld.channels.mail.threading import bare
from upheld.channels.models import ReceivedMail

_VIA: Final = re.compile(r"^['\"]?(.+?)['\"]? (?:via|durch|par) .+$")
ON_BEHALF: Final = "on_behalf"


def read_as_meant(mail: ReceivedMail, own: frozenset[str]) -> ParsedMail:
    """The mail parsed, its writer and the kind of its writer put right; sets `authentication` where the writer is another."""
    raw = bytes(mail.raw)
    parsed = parse(raw, envelope_from=mail.envelope_from)
    automation = automation_beyond(raw, parsed.automation, own, envelope_from=mail.envelope_from)
    if automation is not parsed.automation:
        parsed = replace(parsed, automation=automation)
    return _by_its_writer(mail, parsed, own)


def automation_beyond(raw: bytes, automation: Automation, own: frozenset[str], *, envelope_from: str) -> Automation:
    """What wrote it, our own lists left out of account."""
    if automation.kind != Kind.BULK or not own.intersection(map(bare, lists_of(raw))):
        return automation
    return automation_apart_from_lists(raw, envelope_from)


def _by_its_writer(mail: ReceivedMail, parsed: ParsedMail, own: frozenset[str]) -> ParsedMail:
    found = mail.authentication
    if parsed.report is not None or not found or bare(parsed.sender.address) not in own:
        return parsed
    if not (found["authentic"] or found.get(ON_BEHALF)):
        return parsed
    writer = next((box for box in written_for(bytes(mail.raw)) if bare(box.address) not in own), None)
    if writer is None:
        return parsed
    if not writer.name and (called := _VIA.match(parsed.sender.name)):
        writer = writer._replace(name=called[1])
    words = found["words"] if found.get(ON_BEHALF) else f"{found['words']}, handed on by {parsed.sender.address}"
    mail.authentication = {**found, "authentic": False, "forged": False, ON_BEHALF: True, "words": words}
    automation = parsed.automation
    if automation.kind == Kind.GENERATED and automation.reason.startswith("from "):
        automation = Automation()  # the name of our own form says nothing of its writer
    return replace(parsed, sender=writer, automation=automation)
