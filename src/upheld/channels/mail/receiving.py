"""Mail comes in: stored as it is and announced, in one statement. Who makes a ticket of it hears `message.received`."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from django.db import connection, transaction

from upheld.channels.mail.parsing import ParsedHead
from upheld.channels.mail.parsing.charsets import storable
from upheld.channels.models import MailReference, ReceivedMail
from upheld.statements import Asked, Given

HEAD: Final = ("message_id", "sender", "title", "is_automatic", "is_repeat_id")

# One statement for many mails: what is new is stored, with its event and the job that tells whoever hears of it, or nothing is.
# The event is written here and not by `record`, since the listener knows no Django and a second statement would cost a second
# wait. Mails are handed over in the order of their digests: two transactions with the same mails wait and never deadlock.
STORE: Final = """
WITH stored AS (
    INSERT INTO channels_receivedmail (sha256, raw, size, envelope_from, envelope_to, peer, door)
    SELECT sha256, raw, size, envelope_from, envelope_to::jsonb, peer, door
      FROM unnest(%s::text[], %s::bytea[], %s::int[], %s::text[], %s::text[], %s::text[], %s::text[])
           AS incoming (sha256, raw, size, envelope_from, envelope_to, peer, door)
     ORDER BY sha256
    ON CONFLICT (sha256) DO NOTHING
    RETURNING id, received_at, size
), announced AS (
    INSERT INTO events_event (kind, subject, actor, at, data, key)
    SELECT 'message.received', 'mail:' || id, 'system:mail', received_at, jsonb_build_object('size', size),
           'message.received:' || id
      FROM stored ORDER BY id
    RETURNING id
), queued AS (
    SELECT procrastinate_defer_jobs_v1(array_agg(
        ROW('default', 'events.react', 0, NULL, NULL, jsonb_build_object('event_id', id), NULL)::procrastinate_job_to_defer_v1
        ORDER BY id
    )) FROM announced HAVING count(*) > 0
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
    door: str = "smtp"
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
        [mail.door for mail in rows],
    ]


@transaction.atomic
def accept(
    raw: bytes, *, envelope_from: str = "", envelope_to: Sequence[str] = (), peer: str = "", door: str = "smtp"
) -> ReceivedMail:
    """Store and announce a mail, in the caller's transaction. The same bytes again return the row that stands."""
    incoming = Incoming(raw, envelope_from, envelope_to, peer, door)
    with connection.cursor() as cursor:
        cursor.execute(STORE, columns([incoming]))
    return ReceivedMail.objects.defer("raw").get(sha256=incoming.sha256)


OTHER: Final = Asked(
    lambda: (
        ReceivedMail.objects.filter(message_id=Given("message_id"))
        .exclude(pk=Given("pk"))
        .order_by()
        .values_list("pk")[:1]
    )
)


def note_head(mail: ReceivedMail, head: ParsedHead) -> None:
    """Set, and leave to the caller to save, the fields in HEAD, by which mails are found and listed; keep what it refers to.

    Under the lock of `hold_ids` on its Message-ID, so that of two mails with one Message-ID the later is flagged.
    """
    mail.message_id = head.message_id
    mail.sender, mail.title, mail.is_automatic = head.sender.address, head.subject, head.is_automatic
    mail.is_repeat_id = bool(head.message_id) and OTHER.first(message_id=head.message_id, pk=mail.pk) is not None
    if head.thread_ids:
        references = [MailReference(mail=mail, message_id=one) for one in head.thread_ids]
        MailReference.objects.bulk_create(references, ignore_conflicts=True)


def hold_ids(ids: Iterable[str]) -> None:
    """Let mails that name one of these Message-IDs be decided one after another, until the end of the transaction."""
    keys = sorted({int.from_bytes(hashlib.sha256(one.encode()).digest()[:8], signed=True) for one in ids if one})
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(key) FROM unnest(%s::bigint[]) AS key", [keys])
