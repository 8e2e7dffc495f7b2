"""Mailing lists, which a mail may come by: how they call themselves, and what the mail is apart from that."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Final

from upheld.channels.mail.parsing.automatic import Automation, automation_of
from upheld.channels.mail.parsing.fields import Mailbox, mailboxes, text_of
from upheld.channels.mail.parsing.mime import read_head

_FIELDS: Final = frozenset(
    {
        "list-id",
        "list-post",
        "list-unsubscribe",
        "list-unsubscribe-post",
        "mailing-list",
        "x-mailing-list",
        "precedence",
    }
    | {"list-archive", "list-help", "list-subscribe", "list-owner", "x-google-group-id", "feedback-id"}
)
_ADDRESS: Final = re.compile(r"[^\s<>:;,\"']{1,200}@[^\s<>:;,?\"']{1,254}")
_LIST_ID: Final = re.compile(r"<([^<>@\s]{1,254})>")


def lists_of(raw: bytes) -> tuple[str, ...]:
    """What the lists that it came by call themselves: the addresses to write to, and List-Id with its first dot as an @."""
    head = read_head(raw)
    named = [
        text_of(value) for name in ("list-post", "mailing-list", "x-mailing-list") for value in head.values(name)[:5]
    ]
    found = [address.lower() for text in named for address in _ADDRESS.findall(text)]
    for value in head.values("list-id")[:5]:
        found += [one.lower().replace(".", "@", 1) for one in _LIST_ID.findall(text_of(value))]
    return tuple(dict.fromkeys(found))


def automation_apart_from_lists(raw: bytes, envelope_from: str = "") -> Automation:
    """What wrote the mail, as if it had come by no list."""
    head = read_head(raw)
    return automation_of(replace(head, fields=[one for one in head.fields if one[0] not in _FIELDS]), envelope_from)


def written_for(raw: bytes) -> list[Mailbox]:
    """Who is named as the writer besides From: by a list that rewrote it, or by a form that sends in its own name."""
    head = read_head(raw)
    return [
        box for name in ("x-original-from", "reply-to") for value in head.values(name)[:5] for box in mailboxes(value)
    ]
