"""After a storm: what was promised outside against what stands inside. Every entry that is not empty is a broken promise."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from django.db import connection

from upheld.channels.models import Mailbox, OutgoingMail, ReceivedMail, Sighting
from upheld.channels.tests.real.dovecot import Dovecot
from upheld.config.tests.far import FarServer
from upheld.config.tests.streams import MAILBOXES, Streams
from upheld.events.models import Event
from upheld.tickets.models import Message

MOST_SHOWN = 20
WAITING_JOBS = """
    SELECT id FROM procrastinate_jobs WHERE (task_name LIKE 'events.react%' OR task_name = 'channels.send_mail')
       AND (status = 'doing' OR status = 'todo' AND coalesce(scheduled_at, now()) < now() + interval '10 seconds')
"""

GIVEN_UP = """
    SELECT format('%s %s, %s tries, %s', id, task_name, attempts, status) FROM procrastinate_jobs
     WHERE status IN ('failed', 'aborted', 'cancelled')
       AND (task_name LIKE 'events.react%' OR task_name IN ('channels.send_mail', 'tickets.send_reply'))
"""
"""What is done every minute is not tried again when a line breaks: the next minute does it."""


def missing(streams: Streams) -> set[str]:
    """Mails that somebody was told are kept and that we do not hold."""
    return streams.accepted - set(ReceivedMail.objects.values_list("sha256", flat=True))


def unsettled(streams: Streams, boxes: Sequence[str]) -> int:
    """Mails of mailboxes that were not seen yet, or of which their server was not told."""
    settled = Sighting.objects.filter(settled=True, mailbox__name__in=boxes).count()
    return sum(streams.in_boxes[name] for name in boxes) - settled


def jobs_left() -> int:
    """Whether anything still happens: jobs that wait for nothing but a worker, or that one has begun."""
    return len(_rows(WAITING_JOBS))


def wrong(streams: Streams, far: FarServer, box: Dovecot | None) -> dict[str, Any]:
    found = _about_mail_in(streams) | _about_mail_out(streams, far) | (_about_mailboxes(streams, box) if box else {})
    return {what: rows if isinstance(rows, int) else list(rows)[:MOST_SHOWN] for what, rows in found.items()}


def counted(far: FarServer) -> dict[str, Any]:
    delivered = Counter(far.taken)
    received = ReceivedMail.objects.values_list("state", flat=True).order_by()
    sent = OutgoingMail.objects.values_list("state", "perhaps_twice").order_by()
    return {
        "kept": dict(Counter(received)),
        "sent": dict(Counter(state for state, _ in sent)),
        "delivered": sum(delivered.values()),
        "delivered_twice": sum(delivered.values()) - len(delivered),
        "counted_as_perhaps_twice": sum(number for _, number in sent),
    }


def _about_mail_in(streams: Streams) -> dict[str, Any]:
    messages = Counter(Message.objects.exclude(received=None).values_list("received", flat=True))
    states = dict(ReceivedMail.objects.values_list("pk", "state").order_by())
    return {
        "lost": len(missing(streams)),
        "bytes changed": _rows("SELECT id FROM channels_receivedmail WHERE sha256 <> encode(sha256(raw), 'hex')"),
        "without a place": [number for number, state in states.items() if state == "received"],
        "without a reason": ReceivedMail.objects.exclude(state="message")
        .filter(reason="")
        .values_list("pk", flat=True),
        "messages twice, or not at all": [
            number for number, state in states.items() if (state == "message") != (messages[number] == 1)
        ],
        "announced not once": _rows(
            "SELECT mail.id FROM channels_receivedmail mail LEFT JOIN events_event event"
            " ON event.subject = 'mail:' || mail.id AND kind = 'message.received' GROUP BY 1 HAVING count(event.id) <> 1"
        ),
        "jobs left": _rows(WAITING_JOBS),
        "jobs given up": _rows(GIVEN_UP),
    }


def _about_mail_out(streams: Streams, far: FarServer) -> dict[str, Any]:
    """A mail may arrive once more than once for each time that it was counted as perhaps twice, and no more."""
    mails = {mail.message_id: mail for mail in OutgoingMail.objects.defer("raw")}
    delivered = Counter(far.taken)
    excess: Counter[str] = Counter()
    for (message_id, _), count in delivered.items():
        excess[message_id] += count - 1
    promised = {f"message:{number}" for number in streams.replies}
    told = set(Event.objects.filter(kind="message.failed").values_list("data__mail", flat=True))
    failed = [mail for mail in mails.values() if mail.state == "failed"]
    return {
        "replies not sent": promised - {mail.key for mail in mails.values()},
        "neither sent nor failed": [mail.pk for mail in mails.values() if mail.state == "queued"],
        "failed and not shown": [mail.pk for mail in failed if not mail.needs_a_look or mail.pk not in told],
        "failed without a reason": [
            mail.pk for mail in failed for one in mail.recipients if not mail.refused.get(one, "").strip()
        ],
        "refused, and not noted": [
            (mail.pk, one)
            for mail in mails.values()
            for one in mail.recipients
            if (mail.message_id, one) in far.refused and one not in mail.refused and one not in mail.delivered
        ],
        "sent, but not delivered": [
            mail.pk for mail in mails.values() for one in mail.delivered if not delivered[mail.message_id, one]
        ],
        "delivered, but not ours": [one for one in delivered if one[0] not in mails],
        "twice without being counted": [
            mail.pk for mail in mails.values() if excess[mail.message_id] > mail.perhaps_twice * len(mail.recipients)
        ],
    }


def _about_mailboxes(streams: Streams, box: Dovecot) -> dict[str, Any]:
    """What lies on their server: all as it is told to be there, and every mail that ever lay there seen by us."""
    found: dict[str, Any] = {
        "mailboxes failing": list(Mailbox.objects.exclude(failure="").values_list("name", flat=True))
    }
    for user in MAILBOXES:
        here, done, put = box.held(user=user), box.held("Done", user=user), streams.in_boxes[user]
        sightings = Sighting.objects.filter(mailbox__name=user)
        is_right = {
            "kept": len(here) == put,
            "flagged": len(here) == put and all("\\Seen" in one for one in here),
            "moved": not here and len(done) == put,
            "emptied": not here,
        }[user]
        seen = sightings.filter(settled=True).exclude(mail=None).count()
        if not is_right or seen != put or sightings.count() != put:
            told = f"{user}: {put} put, {len(here)} here, {len(done)} done, {sightings.count()} seen, {seen} settled"
            found.setdefault("mailboxes", []).append(told)
    return found


def _rows(query: str) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(query)
        return [number for (number,) in cursor.fetchall()]
