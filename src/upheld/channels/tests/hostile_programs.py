"""Mails as real programs get them wrong, each with what has to be found in it all the same. Written here, after faults seen elsewhere."""
# ruff: noqa: E501 - each mail is one line, to be read at a glance

from __future__ import annotations

import base64
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

HEAD: Final = (
    b"From: Customer Reed <customer@harbour.example>\r\nTo: support@techflowsolutions.com\r\nSubject: The pump\r\n"
)
BACK: Final = b"To: support@techflowsolutions.com\r\nSubject: "


@dataclass(frozen=True, slots=True)
class Case:
    """`words` stand in the text, `files` is all of them by name; `sender` and `title` as they are read; `failed` with `!` where for good."""

    name: str
    raw: bytes
    words: tuple[str, ...] = ()
    files: dict[str, bytes] | None = None
    sender: str = "customer@harbour.example"
    title: str = "The pump"
    failed: tuple[str, ...] | None = None


def cases() -> list[Case]:
    return [*_heads(), *_parts(), *_encodings(), *_returned()]


def _mixed(*parts: bytes, kind: bytes = b"mixed", after: bytes = b"") -> bytes:
    return (
        HEAD
        + b"Content-Type: multipart/"
        + kind
        + b"; boundary=x\r\n\r\n"
        + b"".join(b"--x\r\n" + part + b"\r\n" for part in parts)
        + b"--x--\r\n"
        + after
    )


def _heads() -> Iterator[Case]:
    rest = b"\r\nHello there"
    yield Case("a blank before the first field", b" " + HEAD + rest, ("Hello there",))
    yield Case(
        "a mailbox mark after two fields",
        b"Return-Path: <a@b.example>\r\nFrom a@b.example  Mon Mar  2 10:00:00 2026\r\n" + HEAD + rest,
        ("Hello there",),
    )
    yield Case(
        "a title that goes on without a blank",
        HEAD.replace(b"pump\r\n", b"pump\r\nis broken\r\nDate: Mon, 2 Mar 2026 10:00:00 +0000\r\n") + rest,
        ("Hello there",),
    )
    yield Case(
        "an option on a line of its own",
        _mixed(
            b"\r\nSee",
            b"Content-Type: application/zip; x=1;\r\nname=a.zip\r\nContent-Disposition: attachment; filename=a.zip\r\n\r\ndata",
        ),
        ("See",),
        {"a.zip": b"data"},
    )
    yield Case(
        "the writer behind 1 MB of something", b"X-Trace: " + b"y" * 1_000_000 + b"\r\n" + HEAD + rest, ("Hello there",)
    )
    yield Case(
        "the writer behind ten thousand fields",
        b"".join(b"X-%d: y\r\n" % number for number in range(10_000)) + HEAD + rest,
        ("Hello there",),
    )
    yield Case(
        "a blank line with a blank in it",
        HEAD
        + b"Content-Type: multipart/mixed; boundary=x\r\n \r\n--x\r\nContent-Type: text/plain\r\n\r\nHello there\r\n--x--",
        ("Hello there",),
        {},
    )
    yield Case(
        "two writers without a comma",
        b"From: A <a@b.example> B <b@c.example>\r\nSubject: The pump\r\n\r\nHello",
        ("Hello",),
        sender="a@b.example",
    )


def _parts() -> Iterator[Case]:
    named = b"Content-Type: text/plain; name=log.txt\r\nContent-Disposition: inline; filename=log.txt\r\n\r\nline of the log"
    yield Case(
        "a file of words that is shown",
        _mixed(b"\r\nSee", named),
        ("See", "line of the log"),
        {"log.txt": b"line of the log"},
    )
    yield Case(
        "parts after the last boundary",
        _mixed(b"\r\nFirst", after=b"--x\r\n\r\nSecond\r\n--x--\r\n"),
        ("First", "Second"),
        {},
    )
    yield Case(
        "alternatives that say different things",
        _mixed(b"\r\nFirst words", b"\r\nOther words", kind=b"alternative"),
        ("Other words",),
        {"message.txt": b"First words"},
    )
    yield Case(
        "alternatives that say the same",
        _mixed(b"\r\nSame words", b"\r\nSame words", kind=b"alternative"),
        ("Same words",),
        {},
    )
    page = b"Content-Type: text/html\r\n\r\n"
    yield Case(
        "two pages that say different things",
        _mixed(page + b"<p>First page</p>", page + b"<p>Other page</p>", kind=b"alternative"),
        ("Other page",),
        {"message.html": b"<p>First page</p>"},
    )
    yield Case(
        "an empty page beside the words",
        _mixed(b"\r\nOnly here", page + b"<html><body><br></body></html>", kind=b"alternative"),
        ("Only here",),
        {},
    )
    many = b"Content-Disposition: attachment; filename=f\r\n\r\nd%d"
    yield Case(
        "more files than anybody is shown", _mixed(b"\r\nSee", *(many % number for number in range(300))), ("See",)
    )
    yield Case(
        "more parts than anybody is shown", _mixed(*(b"\r\nword%d" % number for number in range(1200))), ("word0",)
    )


def _encodings() -> Iterator[Case]:
    coded = b"Content-Transfer-Encoding: base64\r\n\r\n"
    yield Case(
        "words under the label base64",
        HEAD + coded + b"the pump does not run\r\nand nobody knows why\r\nwe wait",
        ("pump does not run", "we wait"),
    )
    yield Case(
        "base64 with the footer of a list",
        HEAD
        + coded
        + base64.encodebytes(b"Hello there")
        + b"_____________\r\nThe list of all pumps\r\nhttps://lists.example/pumps\r\n",
        ("Hello there", "The list of all pumps"),
    )
    yield Case("base64 with a wrong sign in it", HEAD + coded + b"SGVsbG8g*\r\ndGhlcmU=\r\n", ("Hello there",))
    code = b"begin 644 \r\n%:&5L;&\\\r\n`\r\nend\r\n"
    yield Case(
        "uuencode without a name", HEAD + b"\r\nSee\r\n" + code + b"Bye", ("See", "Bye"), {"attachment.bin": b"hello"}
    )
    full = bytes(range(45)) * 40
    lines = b"".join(
        b"M" + base64.b64encode(full[at : at + 45]).translate(_UU) + b"\r\n" for at in range(0, len(full), 45)
    )
    yield Case(
        "uuencode of many lines",
        HEAD + b"\r\nSee\r\nbegin 644 a.bin\r\n" + lines + b"`\r\nend\r\n",
        ("See",),
        {"a.bin": full},
    )
    yield Case(
        "uuencode with blanks at the ends of lines",
        HEAD + b"\r\nbegin 644 a.bin\r\n" + lines.replace(b"\r\n", b"  \r\n") + b"`\r\nend\r\n",
        (),
        {"a.bin": full},
    )


_UU: Final = bytes.maketrans(
    b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/", b"`" + bytes(range(0x21, 0x60))
)


def _returned() -> Iterator[Case]:
    """Mail that came back, as servers say it in words of their own."""
    tail = b"\r\n\r\n--- Below this line is a copy of the message.\r\n\r\nReturn-Path: <support@techflowsolutions.com>\r\nTo: someone@else.example\r\n"
    for name, sender, title, text, failed in (
        ("in brackets", b"MAILER-DAEMON@mx.harbour.example", b"failure notice", b"I could not bring your mail to:\r\n\r\n<gone@harbour.example>:\r\nThere is no mailbox of that name. (#5.1.1)", ("gone@harbour.example!",)),
        ("to two", b"Mail Delivery Subsystem <MAILER-DAEMON@mx.harbour.example>", b"Returned mail: see below", b"   ----- these had errors -----\r\n<gone@harbour.example>\r\n    (reason: 550 5.1.1 no such user)\r\nfull@harbour.example\r\n    (reason: 452 4.2.2 full)", ("gone@harbour.example!", "full@harbour.example")),
        ("by a list", b"MAILER-DAEMON@mx.harbour.example\r\nPrecedence: bulk", b"Undelivered mail", b"User gone@harbour.example is unknown here.", ("gone@harbour.example!",)),
        ("by an office", b"System Administrator <postmaster@harbour.example>", b"Undeliverable: The pump", b"Your message\r\n\r\n  To:  everybody@harbour.example\r\n  Subject: The pump\r\n\r\ndid not reach:\r\n\r\ngone@harbour.example on Mon, 2 Mar 2026 10:00\r\n   550 unknown", ("gone@harbour.example!",)),
        ("in German", b"postmaster@harbour.example", b"Unzustellbar: Die Pumpe", b"Die Nachricht an gone@harbour.example ist nicht zustellbar: 5.1.10", ("gone@harbour.example!",)),
        ("as only late", b"MAILER-DAEMON@mx.harbour.example", b"Warning: could not send message for 4 hours", b"THIS IS A WARNING MESSAGE ONLY\r\n<slow@harbour.example>: connection timed out\r\nWill keep trying for 5 days", ()),
    ):  # fmt: skip
        yield Case(
            f"came back, told {name}",
            b"From: " + sender + b"\r\n" + BACK + title + b"\r\n\r\n" + text + tail,
            (),
            {},
            "*",
            title.decode(),
            failed,
        )
    form = (
        b"From: MAILER-DAEMON@mx.harbour.example\r\n"
        + BACK
        + b"Undelivered\r\nContent-Type: multipart/report; report-type=delivery-status; boundary=x\r\n\r\n--x\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx\r\n\r\n%s\r\n--x--"
    )
    for name, fields, failed in (
        ("was sent on", b"Original-Recipient: rfc822;sales@harbour.example\r\nFinal-Recipient: rfc822;gone@inner.example\r\nAction: failed\r\nStatus: 5.1.1", ("sales@harbour.example!",)),
        ("failed in other words", b"Final-Recipient: rfc822; gone@harbour.example\r\nAction: failure\r\nStatus: 553 too large", ("gone@harbour.example!",)),
        ("failed with a remark", b"Final-Recipient: rfc822; gone@harbour.example\r\nAction: failed (no such box)\r\nStatus: 5.1.1", ("gone@harbour.example!",)),
        ("is only late", b"Final-Recipient: rfc822; slow@harbour.example\r\nAction: delayed\r\nStatus: 4.4.1", ()),
    ):  # fmt: skip
        yield Case(f"a form says that it {name}", form % fields, (), None, "*", "Undelivered", failed)
