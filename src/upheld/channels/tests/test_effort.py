# ruff: noqa: E501 - each mail is one line
"""Mails made to cost much: however they are put together, reading one stays within about a second of the processor."""

from __future__ import annotations

import time

import pytest

from upheld.channels.mail.parsing import parse
from upheld.channels.mail.parsing.quoting import folded_html

SECONDS = 3.0  # the promise is one on an idle machine, for mails twice as large
RETURNED = b"From: MAILER-DAEMON@mx.example\r\nSubject: failure notice\r\n\r\n"
PAGE = b"Content-Type: text/html\r\n\r\n"
EVENT = b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nDTSTART:20260302\r\nSUMMARY:x\r\nEND:VEVENT\r\n"


def _parts(part: bytes, count: int, kind: bytes = b"mixed") -> bytes:
    head = b"From: a@b.example\r\nContent-Type: multipart/" + kind + b"; boundary=x\r\n\r\n"
    return (
        head + b"".join(b"--x\r\n" + part.replace(b"#", b"%d" % number) + b"\r\n" for number in range(count)) + b"--x--"
    )


COSTLY = {
    "letters that begin no address": RETURNED + (b"a" * 590 + b"\r\n") * 1000,
    "the word recipient": RETURNED + (b"a recipient rcpt to: " * 28 + b"\r\n") * 400,
    "addresses": RETURNED + (b"a.b@c.example " * 40 + b"\r\n") * 400,
    "alternatives that are pages": _parts(PAGE + b"<p>word#" + b"<b>x</b>" * 2000, 400, b"alternative"),
    "pages": _parts(PAGE + b"<p>word#" + b"<b>x</b>" * 10_000, 150),
    "calendars": _parts(b"Content-Type: text/calendar\r\n\r\n" + EVENT + b"X:y\r\n" * 30_000, 60),
    "wrappers": _parts(b"Content-Type: application/ms-tnef\r\n\r\n\x78\x9f\x3e\x22\x01\x00" + (b"\x01\x07\x90\x06" + b"\0" * 7) * 9999, 100),
    "texts in KOI8": _parts(b"\r\n" + "Привет мир ".encode("koi8-r") * 4000, 400),
    "flowed texts": _parts(b"Content-Type: text/plain; format=flowed\r\n\r\n" + b"a \r\n" * 12_000, 300),
    "mails": _parts(b"Content-Type: message/rfc822\r\n\r\n" + b"X: y\r\n" * 8000, 300),
    "long heads": _parts(b"X: y\r\n" * 5100 + b"Subject: x\r\n\r\nHi", 400),
    "long names": _parts(b"Content-Type: application/x; name*0*=utf-8''" + b"%C3" * 6000 + b"\r\n\r\nx", 400),
    "marks of indents": b"From: a@b.example\r\n" + PAGE + b"<blockquote class=gmail_quote>x" * 8000,
    "elements": b"From: a@b.example\r\n" + PAGE + b"<div>" * 40_000,
    "false beginnings of uuencode": b"From: a@b.example\r\n\r\n" + b"begin 644 a\r\nM\r\n" * 60_000,
}  # fmt: skip


@pytest.mark.parametrize("name", COSTLY)
def test_reading_costs_about_a_second_at_most(name: str) -> None:
    raw = COSTLY[name]
    began = time.process_time()
    mail = parse(raw)
    folded_html(mail.html, mail.text, mail.subject)
    assert time.process_time() - began < SECONDS
    if "too many files" in mail.problems or "too long for a page" in mail.problems:
        assert mail.files[-1].data == raw
