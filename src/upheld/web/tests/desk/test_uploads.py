"""Files in forms: how large, and what the virus scanner says of them. The same scanner stands before mail."""

from __future__ import annotations

import base64

import pytest
from django.conf import LazySettings
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile

from upheld.channels.models import ReceivedMail
from upheld.channels.scanning import ScannerAway
from upheld.channels.tests.test_shelves import EICAR, Telling, clamd
from upheld.config.shelves import Scanner
from upheld.conftest import Cast
from upheld.tickets.intake import take_in_mail
from upheld.tickets.tests.mailbox import take
from upheld.web.uploads import check_uploads

__all__ = ["clamd"]


def test_an_upload_is_refused_kindly(clamd: Telling, settings: LazySettings) -> None:
    check_uploads([SimpleUploadedFile("a.txt", b"words")])
    with pytest.raises(ValidationError, match=r"found Eicar-Test-Signature in b\.txt"):
        check_uploads([SimpleUploadedFile("b.txt", EICAR)])
    clamd("nonsense")
    with pytest.raises(ValidationError, match="does not answer"):
        check_uploads([SimpleUploadedFile("a.txt", b"words")])
    settings.UPHELD_UPLOAD_MAX_BYTES = 5
    with pytest.raises(ValidationError, match="larger than"):
        check_uploads([SimpleUploadedFile("a.txt", b"abc"), SimpleUploadedFile("b.txt", b"abc")])


MAIL = (
    b"From: c@harbour.example\r\nTo: support@techflowsolutions.com\r\nSubject: See the file\r\n"
    b"Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n\r\nHello\r\n--x\r\nContent-Disposition: attachment; filename=a.bin"
    b"\r\nContent-Transfer-Encoding: base64\r\n\r\n" + base64.encodebytes(EICAR) + b"--x--\r\n"
)


def test_infected_mail_goes_to_quarantine(cast: Cast, clamd: Telling) -> None:
    mail = take(MAIL)
    assert (mail.state, mail.reason) == (
        ReceivedMail.State.QUARANTINED,
        "The virus scanner found Eicar-Test-Signature.",
    )
    assert mail.sender == "c@harbour.example"
    assert bytes(mail.raw) == MAIL


def test_while_the_scanner_is_away_mail_waits_and_is_tried_again(
    cast: Cast, clamd: Telling, settings: LazySettings
) -> None:
    there, settings.UPHELD_CLAMD = settings.UPHELD_CLAMD, Scanner("127.0.0.1", 1)
    with pytest.raises(ScannerAway):
        take(MAIL.replace(base64.encodebytes(EICAR), b"SGk=\r\n"))
    mail = ReceivedMail.objects.get()
    assert mail.state == ReceivedMail.State.RECEIVED
    settings.UPHELD_CLAMD = there
    take_in_mail(mail.pk)
    mail.refresh_from_db()
    assert mail.state == ReceivedMail.State.MESSAGE
