"""The disk is full: nothing is said to be kept that is not, and all of it is taken once there is room again."""

from __future__ import annotations

import errno
from functools import partial

import psycopg.errors
import pytest
from django.conf import LazySettings

from upheld.channels.mail.doors.committing import Committer, Writer
from upheld.channels.mail.receiving import accept
from upheld.channels.models import ReceivedMail, StoredFile
from upheld.channels.tests.post import SUPPORT, conninfo, letter, listening
from upheld.conftest import Cast
from upheld.tickets import intake
from upheld.tickets.intake import take_in_mail
from upheld.tickets.models import Ticket


class FullDisk(Writer):
    """What PostgreSQL says when it can write no more, for the first two transactions."""

    full = 2

    async def before_commit(self) -> None:
        if FullDisk.full:
            FullDisk.full -= 1
            raise psycopg.errors.DiskFull("could not extend file: No space left on device")


@pytest.mark.django_db(transaction=True)
def test_the_sender_keeps_what_the_database_cannot_write() -> None:
    FullDisk.full = 2
    raw = letter()
    with listening(conninfo(), partial(Committer, writer=FullDisk)) as door:
        answers = [door.hand_over(raw)[0] for _ in range(3)]
    assert answers == [451, 451, 250]
    assert ReceivedMail.objects.count() == 1


def test_a_mail_whose_files_cannot_be_written_waits_and_is_taken_later(
    cast: Cast, settings: LazySettings, tmp_path: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.MEDIA_ROOT = tmp_path
    mail = accept(letter(files=[("plan.pdf", "application/pdf", b"%PDF-1.7")]), envelope_to=[SUPPORT], peer="127.0.0.1")

    def full(_data: bytes) -> StoredFile:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(intake, "store", full)
    with pytest.raises(OSError, match="No space"):
        take_in_mail(mail.pk)
    mail.refresh_from_db()
    assert (mail.state, Ticket.objects.count()) == (ReceivedMail.State.RECEIVED, 0)
    monkeypatch.undo()
    take_in_mail(mail.pk)
    mail.refresh_from_db()
    assert (mail.state, Ticket.objects.get().messages.get().attachments.count()) == (ReceivedMail.State.MESSAGE, 1)
