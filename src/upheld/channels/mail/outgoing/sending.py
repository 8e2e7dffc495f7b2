"""The outbox: a mail is queued in the transaction of the act that sends it, and tried until it is taken or given up."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from operator import itemgetter
from typing import Final

import structlog
from django.conf import settings
from django.db import transaction
from procrastinate.exceptions import AlreadyEnqueued

from upheld.channels.files import open_stored
from upheld.channels.mail.outgoing import smtp
from upheld.channels.mail.outgoing.composing import File, Letter, Named, compose, new_message_id
from upheld.channels.mail.outgoing.signing import signed
from upheld.channels.mail.threading import reply_address
from upheld.channels.models import OutgoingMail, StoredFile
from upheld.events.actions import record
from upheld.events.actors import MAIL
from upheld.statements import add_once

log = structlog.stdlib.get_logger("upheld.mail")

PAUSES: Final = (30, 60, 120, 300, 600, 1200, 1800, 3600)  # seconds after the first, second … try; then an hour each
GIVE_UP_AFTER: Final = timedelta(days=4)
SWEPT: Final = 200  # due mails for which one sweep queues jobs
NewFile = tuple[str, str, StoredFile] | tuple[str, str, StoredFile, str]  # name, content type, bytes, Content-ID


def queue(
    *,
    key: str,
    subject_key: str,
    to: Sequence[Named],
    title: str,
    text: str,
    sender: Named,
    cc: Sequence[Named] = (),
    bcc: Sequence[str] = (),
    html: str = "",
    in_reply_to: str = "",
    references: Sequence[str] = (),
    automatic: bool = False,
    unsubscribe: str = "",
    colour: str = "",
    files: Sequence[NewFile] = (),
) -> OutgoingMail:
    """Write the mail as it will leave, and queue the job that sends it, in the caller's transaction.

    `sender` is a name and address of ours; answers come back to a signed form of that address, from which `subject_key` is
    known again. `bcc` stand in the envelope only. `colour` is a line of it above the HTML. A key that was used before returns
    the mail queued then, and nothing else happens.
    """
    answered = reply_address(subject_key, sender[1]) if ":" in subject_key else sender[1]
    first = {address.lower() for _, address in to}
    letter = Letter(
        message_id=new_message_id(sender[1]),
        sender=sender,
        to=to,
        cc=[(name, address) for name, address in cc if address.lower() not in first],
        title=title,
        text=text,
        html=html,
        date=datetime.now(UTC),
        reply_to=answered if answered != sender[1] else "",
        in_reply_to=in_reply_to,
        references=references,
        automatic=("auto-replied" if in_reply_to else "auto-generated") if automatic else "",
        unsubscribe=unsubscribe,
        colour=colour,
        files=[_read(*file) for file in files],
    )
    mail = OutgoingMail(
        key=key,
        message_id=letter.message_id,
        in_reply_to=in_reply_to[:320],
        subject_key=subject_key,
        envelope_from=answered,
        recipients=list(dict.fromkeys(address.strip() for address in (*map(itemgetter(1), (*to, *letter.cc)), *bcc))),
        title=" ".join(title.split())[:400],
        raw=signed(compose(letter), sender[1]),
        is_automatic=automatic,
    )
    with transaction.atomic(savepoint=False):
        if not add_once(mail, "key"):
            return OutgoingMail.objects.get(key=key)
        defer(mail)
    return mail


def _read(name: str, content_type: str, file: StoredFile, content_id: str = "") -> File:
    with open_stored(file) as opened:
        return File(name, content_type, opened.read(), content_id)


def defer(mail: OutgoingMail, at: datetime | None = None) -> None:
    """Queue a try of the mail, now or later, in the caller's transaction."""
    from upheld.channels.jobs import send_mail  # the jobs call this module

    send_mail.configure(schedule_at=at).defer(outgoing_id=mail.pk)


# -- one try ---------------------------------------------------------------------------------------------------------------


def send(outgoing_id: int) -> None:
    """Try a mail once, if it is due and nobody else is at it.

    The try is noted and committed before anything leaves; the outcome is committed right after the receiver's answer. A mark
    that is found without an outcome means that a process died in between: the mail may leave twice, which is counted.
    """
    attempt = _begin(outgoing_id)
    if attempt is None:
        return
    with transaction.atomic():
        # Waits for whoever reads the row just now (a word of a provider, a person): a try that has begun is not left undone.
        mail = OutgoingMail.objects.select_for_update().filter(pk=outgoing_id, state="queued").first()
        if mail is None or mail.attempts != attempt:
            return
        outcome = _hand_over(mail)
        _note(mail, outcome, datetime.now(UTC))


def _hand_over(mail: OutgoingMail) -> smtp.Outcome:
    """To the provider if there is one, else to the server. To nobody when word came that all have it, or will not get it."""
    if not mail.untried:
        return smtp.Outcome()
    provider = settings.UPHELD_MAIL.provider
    if provider is not None:
        from upheld.channels.mail.outgoing import providers  # its packages are large, and few need them

        # The same after a try of which nobody knows how it ended, since then both numbers grow by one.
        once = f"{mail.pk}:{mail.queued_at.timestamp()}:{mail.attempts - mail.perhaps_twice}"
        return providers.deliver(provider, bytes(mail.raw), mail.untried, number=mail.pk, once=once)
    return smtp.deliver(bytes(mail.raw), mail.envelope_from, mail.untried)


@transaction.atomic
def _begin(outgoing_id: int) -> int | None:
    """Mark the mail as under way. Returns the number of the try, or None when there is nothing to do."""
    now = datetime.now(UTC)
    due = OutgoingMail.objects.due(now).filter(pk=outgoing_id)
    mail = due.select_for_update(skip_locked=True).defer("raw").first()
    if mail is None:
        return None
    if mail.in_flight_at is not None:
        mail.perhaps_twice += 1
        log.warning("a try of this mail was cut off, it may arrive twice", mail=mail.pk)
    mail.attempts, mail.in_flight_at = mail.attempts + 1, now
    mail.save(update_fields=["attempts", "in_flight_at", "perhaps_twice"])
    return mail.attempts


def _note(mail: OutgoingMail, outcome: smtp.Outcome, now: datetime) -> None:
    mail.in_flight_at = None
    mail.delivered = [*mail.delivered, *outcome.taken]
    mail.refused = mail.refused | outcome.refused
    mail.error = outcome.error[:400]
    mail.provider_id = outcome.provider_id or mail.provider_id
    mail.perhaps_twice += outcome.is_unsure
    if mail.untried and now - mail.queued_at > GIVE_UP_AFTER:
        mail.refused = mail.refused | dict.fromkeys(
            mail.untried, f"given up after {GIVE_UP_AFTER.days} days: {outcome.error}"[:300]
        )
    if not mail.untried:
        mail.state = OutgoingMail.State.SENT if mail.delivered else OutgoingMail.State.FAILED
        mail.sent_at = now if mail.delivered else None
    else:
        mail.next_try_at = now + timedelta(seconds=PAUSES[min(mail.attempts, len(PAUSES)) - 1])
        defer(mail, mail.next_try_at)
    mail.needs_a_look = bool(mail.refused) and (mail.needs_a_look or bool(outcome.refused) or not mail.untried)
    mail.save(
        update_fields=[
            "needs_a_look",
            "provider_id",
            "in_flight_at",
            "perhaps_twice",
            "delivered",
            "refused",
            "error",
            "state",
            "sent_at",
            "next_try_at",
        ]
    )
    if mail.needs_a_look:
        _tell(mail, now)


def _tell(mail: OutgoingMail, now: datetime) -> None:
    """Say on the subject that somebody did not get it. How many, never who: an event holds no addresses."""
    if mail.subject_key:
        data = {
            "mail": mail.pk,
            "refused": len(mail.refused),
            "of": len(mail.recipients),
            "failed": mail.state == "failed",
        }
        record(
            "message.failed",
            mail.subject_key,
            by=MAIL,
            at=now,
            data=data,
            key=f"message.failed:{mail.pk}:{int(mail.queued_at.timestamp())}:{len(mail.refused)}",
        )


# -- what must not be forgotten --------------------------------------------------------------------------------------------


def sweep(now: datetime) -> int:
    """Queue jobs for mails that are due and have been for a minute: their own job was lost. Returns how many.

    One that waits for longer than any pause was put off by a clock that was put back since, and is due as well.
    """
    farthest = now + timedelta(seconds=max(PAUSES), minutes=1)
    OutgoingMail.objects.filter(state=OutgoingMail.State.QUEUED, next_try_at__gt=farthest).update(
        next_try_at=now - timedelta(minutes=2)
    )
    late = OutgoingMail.objects.due(now - timedelta(minutes=1)).order_by("next_try_at").defer("raw")[:SWEPT]
    return sum(_defer_once(mail) for mail in late)


def _defer_once(mail: OutgoingMail) -> bool:
    from upheld.channels.jobs import send_mail

    try:
        with transaction.atomic():
            send_mail.configure(queueing_lock=f"sweep:outgoing:{mail.pk}").defer(outgoing_id=mail.pk)
    except AlreadyEnqueued:
        return False
    return True
