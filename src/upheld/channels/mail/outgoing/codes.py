"""Mails that let somebody in: once they left, or came too late to help, nobody reads the code in our own database."""

from __future__ import annotations

from datetime import datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP
from typing import Final

from django.db import transaction
from django.db.models import Q

from upheld.channels.models import OutgoingMail

MARK: Final = "signin:"  # how the keys of such mails begin
BLANKED: Final = "signin-blanked:"
EXPIRED_AFTER: Final = timedelta(hours=1)
INSTEAD: Final = "This mail held a code or a link for signing in. It was taken out after the mail had left.\n"
KEPT: Final = ("content-", "mime-version")
AT_ONCE: Final = 200


@transaction.atomic
def blank_codes(now: datetime, *, keep_sent: bool = False) -> int:
    """Take the body out of sign-in mails that were sent, failed, or are older than an hour. Returns how many.

    One that still waits after an hour is given up: its code has expired, and whoever needs one asks again. With `keep_sent` what
    was sent stays for that hour, for the demo, in which its mails are read on a page.
    """
    old = Q(queued_at__lt=now - EXPIRED_AFTER)
    over = old if keep_sent else old | ~Q(state=OutgoingMail.State.QUEUED)
    mails = OutgoingMail.objects.select_for_update(skip_locked=True).filter(over, key__startswith=MARK)[:AT_ONCE]
    found = list(mails)
    for mail in found:
        mail.raw = without_body(bytes(mail.raw))
        mail.key = BLANKED + mail.key.removeprefix(MARK)
        if mail.state == OutgoingMail.State.QUEUED:
            mail.state, mail.error = OutgoingMail.State.FAILED, "Too late: the code in it had expired."
        mail.save(update_fields=["raw", "key", "state", "error"])
    return len(found)


def without_body(raw: bytes) -> bytes:
    """The mail with its head as it was and a sentence in place of what it said."""
    blank = EmailMessage(policy=SMTP)
    for name, value in message_from_bytes(raw, policy=SMTP).items():
        if not name.lower().startswith(KEPT):
            blank[name] = value
    blank.set_content(INSTEAD)
    return blank.as_bytes()
