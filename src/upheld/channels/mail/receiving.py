"""Mail comes in: stored as it is, then announced. Who makes a ticket of it hears `message.received`."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from django.db import connection, transaction

from upheld.channels.mail.charsets import storable
from upheld.channels.mail.parsing import ParsedHead, parse_head
from upheld.channels.models import MailReference, ReceivedMail
from upheld.events.actions import record
from upheld.events.actors import MAIL

READ: Final = "channels.read_mail"

# One statement for many mails: what is new is stored, and a job for each is queued with it, or nothing is. Mails are handed
# over in the order of their digests, so that two transactions with the same mails wait for each other and never deadlock.
STORE: Final = """
WITH stored AS (
    INSERT INTO channels_receivedmail (sha256, raw, size, envelope_from, envelope_to, peer)
    SELECT sha256, raw, size, envelope_from, envelope_to::jsonb, peer
      FROM unnest(%s::text[], %s::bytea[], %s::int[], %s::text[], %s::text[], %s::text[])
           AS incoming (sha256, raw, size, envelope_from, envelope_to, peer)
     ORDER BY sha256
    ON CONFLICT (sha256) DO NOTHING
    RETURNING id
), queued AS (
    SELECT procrastinate_defer_jobs_v1(array_agg(
        ROW('default', %s, 0, NULL, NULL, jsonb_build_object('mail_id', id), NULL)::procrastinate_job_to_defer_v1 ORDER BY id
    )) FROM stored HAVING count(*) > 0
)
SELECT count(*) FROM queued
"""


@dataclass(frozen=True, slots=True)
class Incoming:
    """A mail as it stands at our door. `envelope_from` is `<>` where the server said that nobody is to be answered."""

    raw: bytes
    envelope_from: str = ""
    envelope_to: Sequence[str] = ()
    peer: str = ""
    sha256: str = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "sha256", hashlib.sha256(self.raw).hexdigest())


def columns(mails: Iterable[Incoming]) -> list[Any]:
    """The parameters of STORE."""
    rows = sorted(mails, key=lambda mail: mail.sha256)
    return [
        [mail.sha256 for mail in rows],
        [mail.raw for mail in rows],
        [len(mail.raw) for mail in rows],
        [storable(mail.envelope_from)[:320] for mail in rows],
        [json.dumps([storable(address)[:320] for address in mail.envelope_to]) for mail in rows],
        [mail.peer[:64] for mail in rows],
        READ,
    ]


@transaction.atomic
def accept(raw: bytes, *, envelope_from: str = "", envelope_to: Sequence[str] = (), peer: str = "") -> ReceivedMail:
    """Store a mail and queue its reading, in the caller's transaction. The same bytes again return the row that stands."""
    incoming = Incoming(raw, envelope_from, envelope_to, peer)
    with connection.cursor() as cursor:
        cursor.execute(STORE, columns([incoming]))
    return ReceivedMail.objects.defer("raw").get(sha256=incoming.sha256)


@transaction.atomic
def announce(mail_id: int) -> None:
    """Read what the mail says of itself, and record that it came, once."""
    mail = ReceivedMail.objects.select_for_update().filter(pk=mail_id).waiting().first()
    if mail is None:
        return
    note_head(mail, parse_head(bytes(mail.raw), envelope_from=mail.envelope_from))
    record(
        "message.received",
        mail.key,
        by=MAIL,
        at=mail.received_at,
        data={"size": mail.size},
        key=f"message.received:{mail.pk}",
    )


def note_head(mail: ReceivedMail, head: ParsedHead) -> None:
    """Write down the columns by which mails are found and listed. Mails of one Message-ID wait here for each other."""
    hold_ids([head.message_id])
    mail.message_id = head.message_id
    mail.sender, mail.title, mail.is_automatic = head.sender.address, head.subject, head.is_automatic
    others = ReceivedMail.objects.filter(message_id=head.message_id).exclude(pk=mail.pk)
    mail.is_repeat_id = bool(head.message_id) and others.exists()
    mail.save(update_fields=["message_id", "sender", "title", "is_automatic", "is_repeat_id"])
    references = [MailReference(mail=mail, message_id=one) for one in head.thread_ids]
    MailReference.objects.bulk_create(references, ignore_conflicts=True)


def hold_ids(ids: Iterable[str]) -> None:
    """Let mails that name one of these Message-IDs be decided one after another, until the end of the transaction."""
    keys = sorted({int.from_bytes(hashlib.sha256(one.encode()).digest()[:8], signed=True) for one in ids if one})
    with connection.cursor() as cursor:
        for key in keys:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [key])
