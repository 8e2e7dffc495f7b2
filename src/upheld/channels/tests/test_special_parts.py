"""What is no plain text: winmail.dat, S/MIME and PGP, invitations, mails in mails, uuencoded files in the middle of a text."""

from __future__ import annotations

import base64
import random
import struct
import time

import pytest

from upheld.channels.mail.parsing import ParsedMail, parse, secured, winmail
from upheld.channels.mail.parsing.invitations import invitations
from upheld.channels.mail.parsing.quoting import folded_html
from upheld.channels.mail.parsing.rtf import decompressed, rtf_to_text

RTF = rb"{\rtf1\ansi\ansicpg1252{\fonttbl{\f0 Arial;}}{\*\generator x}\pard Gr\'fc\'dfe \u8364? an {\b alle}\par zwei}"


def an_object(level: int, name: int, kind: int, data: bytes) -> bytes:
    return struct.pack("<BHHI", level, name, kind, len(data)) + data + struct.pack("<H", sum(data) & 0xFFFF)


def a_property(kind: int, name: int, data: bytes) -> bytes:
    return struct.pack("<HHII", kind, name, 1, len(data)) + data + b"\0" * (-len(data) % 4)


def packed(raw: bytes) -> bytes:
    out = b"".join(b"\0" + raw[at : at + 8] for at in range(0, len(raw), 8))
    return struct.pack("<II", len(out) + 12, len(raw)) + b"LZFu\0\0\0\0" + out


def tnef(*properties: bytes, file: bytes = b"%PDF-1.4", title: bytes = b"plan.pdf\0", more: bytes = b"") -> bytes:
    return (
        b"\x78\x9f\x3e\x22\x01\x00" + an_object(1, 0x9007, 6, struct.pack("<II", 1252, 0))
        + an_object(1, 0x9003, 6, struct.pack("<I", len(properties)) + b"".join(properties))
        + an_object(2, 0x9002, 6, b"\0" * 14) + an_object(2, 0x8010, 1, title) + an_object(2, 0x800F, 6, file) + more
    )  # fmt: skip


def mixed(*parts: bytes, kind: bytes = b"mixed") -> ParsedMail:
    body = b"".join(b"--x\r\n" + part + b"\r\n" for part in parts)
    return parse(
        b"From: a@b.example\r\nContent-Type: multipart/" + kind + b"; boundary=x\r\n\r\n" + body + b"--x--\r\n"
    )


def winmail_part(data: bytes) -> bytes:
    return (
        b"Content-Type: application/ms-tnef; name=winmail.dat\r\nContent-Transfer-Encoding: base64\r\n\r\n"
        + base64.encodebytes(data)
    )


def test_winmail_gives_its_words_and_files_and_is_kept() -> None:
    mail = mixed(winmail_part(tnef(a_property(0x102, 0x1009, packed(RTF)))))
    assert mail.text == "Grüße € an alle\nzwei"
    assert (mail.files[0].name, mail.files[0].data) == ("plan.pdf", b"%PDF-1.4")
    assert [file.name for file in mail.files] == ["plan.pdf", "winmail.dat"]


@pytest.mark.parametrize(
    ("one", "text"),
    [
        (a_property(0x1E, 0x1000, b"Gr\xfc\xdfe\0"), "Grüße"),
        (a_property(0x1F, 0x1000, "Grüße 日本\0".encode("utf-16-le")), "Grüße 日本"),
        (a_property(0x102, 0x1013, b"<p>Gr&uuml;&szlig;e</p>"), "Grüße"),
    ],
)
def test_winmail_has_its_words_in_several_forms(one: bytes, text: str) -> None:
    assert mixed(winmail_part(tnef(one))).text == text
    assert mixed(b"\r\nOther words", winmail_part(tnef(one))).text == "Other words"


def test_winmail_has_the_long_name_of_a_file() -> None:
    more = an_object(2, 0x9005, 6, struct.pack("<I", 1) + a_property(0x1F, 0x3707, "Plän.pdf\0".encode("utf-16-le")))
    assert mixed(winmail_part(tnef(more=more))).files[0].name == "Plän.pdf"


def test_broken_winmail_ends_with_its_bytes() -> None:
    good, chance = tnef(a_property(0x102, 0x1009, packed(RTF))), random.Random(7)
    began = time.process_time()
    for _ in range(1000):
        spoilt = bytearray(good)
        for _ in range(chance.randrange(1, 12)):
            spoilt[chance.randrange(4, len(spoilt))] = chance.randrange(256)
        winmail.unwrapped(bytes(spoilt))
    for bomb in (
        struct.pack("<I", 0xFFFFFFFF) + b"\0" * 2_000_000,
        struct.pack("<IHHI", 1, 0x101E, 0x1000, 0xFFFFFFFF),
    ):
        winmail.unwrapped(b"\x78\x9f\x3e\x22\0\0" + an_object(1, 0x9003, 6, bomb) + an_object(1, 0x9004, 6, bomb))
    winmail.unwrapped(b"\x78\x9f\x3e\x22\0\0" + an_object(1, 0x9007, 6, b"") * 100_000)
    assert time.process_time() - began < 3


def test_packed_rtf_repeats_what_went_before() -> None:
    body = b"\x08" + b"abc" + struct.pack(">H", (207 << 4) | 4) + struct.pack(">H", ((207 + 9) % 4096) << 4)
    assert decompressed(struct.pack("<II", len(body) + 12, 9) + b"LZFu\0\0\0\0" + body) == b"abcabcabc"
    assert rtf_to_text(rb"{\rtf1 {\*\htmltag64 <p>}a\htmlrtf \par\htmlrtf0 b}") == "ab"


def der(tag: int, *parts: bytes) -> bytes:
    content = b"".join(parts)
    size = len(content)
    length = bytes([size]) if size < 128 else b"\x84" + size.to_bytes(4, "big")
    return bytes([tag]) + length + content


def envelope(content: bytes, kind: str = "2a864886f70d010702") -> bytes:
    data = der(0x30, der(6, bytes.fromhex("2a864886f70d010701")), der(0xA0, content))
    return der(0x30, der(6, bytes.fromhex(kind)), der(0xA0, der(0x30, der(2, b"\1"), der(0x31), data, der(0x31))))


def cms_part(data: bytes) -> bytes:
    head = b"Content-Type: application/pkcs7-mime; name=smime.p7m\r\nContent-Transfer-Encoding: base64\r\n\r\n"
    return head + base64.encodebytes(data)


INNER = "Content-Type: text/plain; charset=utf-8\r\n\r\nSigned wörds".encode()


@pytest.mark.parametrize(
    "octets",
    [der(4, INNER), der(0x24, der(4, INNER[:20]), der(4, INNER[20:])), b"\x24\x80" + der(4, INNER) + b"\0\0"],
    ids=["plain", "in pieces", "without a length"],
)
def test_what_is_signed_is_shown_and_the_signature_is_kept(octets: bytes) -> None:
    mail = parse(b"From: a@b.example\r\n" + cms_part(envelope(octets)))
    assert mail.text == "Signed wörds"
    assert [(file.name, file.content_type in secured.SIGNATURES) for file in mail.files] == [("smime.p7m", True)]
    apart = mixed(
        b"\r\nSigned", b"Content-Type: application/pgp-signature; name=signature.asc\r\n\r\n-----", kind=b"signed"
    )
    assert (apart.text, apart.files[0].content_type in secured.SIGNATURES) == ("Signed", True)


def test_what_is_encrypted_is_said_kindly_and_kept() -> None:
    for mail in (
        mixed(
            b"Content-Type: application/pgp-encrypted\r\n\r\nVersion: 1",
            b"Content-Type: application/octet-stream; name=encrypted.asc\r\n\r\n-----BEGIN PGP MESSAGE-----",
            kind=b"encrypted",
        ),
        parse(b"From: a@b.example\r\n" + cms_part(envelope(b"x", "2a864886f70d010703"))),
    ):
        assert mail.text == secured.SEALED
        assert mail.files
    inline = parse(b"From: a@b.example\r\n\r\n-----BEGIN PGP MESSAGE-----\r\nabc\r\n-----END PGP MESSAGE-----")
    assert "abc" in inline.text


def test_broken_envelopes_end_with_their_bytes() -> None:
    good, chance = envelope(der(4, INNER)), random.Random(7)
    began = time.process_time()
    for _ in range(1000):
        spoilt = bytearray(good)
        for _ in range(chance.randrange(1, 8)):
            spoilt[chance.randrange(len(spoilt))] = chance.randrange(256)
        secured.signed_content(bytes(spoilt))
    assert secured.signed_content(b"\x30\x80" * 100_000) is None
    nested = INNER
    for _ in range(22):
        nested = cms_part(envelope(der(4, nested)))
    parse(b"From: a@b.example\r\n" + nested)
    assert time.process_time() - began < 3


CALENDAR = (
    "BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nBEGIN:VTIMEZONE\r\nTZID:Ours\r\nBEGIN:STANDARD\r\nTZOFFSETTO:+0530\r\nEND:STANDARD\r\n"
    "END:VTIMEZONE\r\nBEGIN:VEVENT\r\nSUMMARY:Review\\, of\r\n  <all>\r\nDTSTART;TZID={0}:20260302T150000\r\n"
    'DURATION:PT1H\r\nLOCATION:Room 1\r\nORGANIZER;CN="Reed, A":mailto:a@b.example\r\nEND:VEVENT\r\nEND:VCALENDAR'
)


@pytest.mark.parametrize(
    ("zone", "hour"),
    [
        ("Europe/Berlin", "14:00 UTC"),
        ("W. Europe Standard Time", "14:00 UTC"),
        ("Ours", "09:30 UTC"),
        ("X", "15:00 (X)"),
    ],
)
def test_an_invitation_is_one_line(zone: str, hour: str) -> None:
    found = invitations(CALENDAR.format(zone))[0]
    assert found.text.startswith(f"Invitation: Review, of <all>, 2 March 2026, {hour}")
    assert found.text.endswith(", in: Room 1, from Reed, A <a@b.example>")
    assert "&lt;all&gt;" in found.html


def test_an_invitation_stands_below_the_words_and_is_kept() -> None:
    part = b"Content-Type: text/calendar; charset=utf-8\r\n\r\n" + CALENDAR.format("Europe/Berlin").encode()
    mail = mixed(b"\r\nPlease come", b"Content-Type: text/html\r\n\r\n<p>Please come</p>", part, kind=b"alternative")
    assert mail.text.splitlines()[0] == "Please come"
    assert 'datetime="2026-03-02T14:00:00Z"' in mail.html
    assert [file.content_type for file in mail.files] == ["text/calendar"]
    assert (
        invitations("BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART:20269902T999999Z\nEND:VEVENT\n" + "BEGIN:X\n" * 9999) == []
    )


def test_our_own_words_stand_above_what_is_quoted_so_that_it_is_folded() -> None:
    part = b"Content-Type: text/calendar\r\n\r\n" + CALENDAR.format("Europe/Berlin").encode()
    mail = mixed(b"\r\nYes.\r\n\r\nOn Mon, Mar 2, 2026 at 9:00 AM A <a@b.example> wrote:\r\n> On?", part)
    assert [line[:10] for line in mail.text.split("\n") if line][:3] == ["Yes.", "Invitation", "On Mon, Ma"]
    page = b'Content-Type: text/html\r\n\r\n<p>Yes.</p><div class="gmail_signature">A</div><div class="gmail_quote">On?</div>'
    html = folded_html(mixed(page, part).html, "")
    assert html.index("Yes.") < html.index("Invitation") < html.index("Signature") < html.index("Earlier messages")


def test_a_mail_in_a_mail_is_named_and_kept() -> None:
    inner = b"Content-Type: message/rfc822\r\n\r\nSubject: =?utf-8?q?L=C3=A4rm?=\r\nFrom: Q <q@r.example>\r\n\r\nwords"
    mail = mixed(b"\r\nSee", inner)
    assert mail.text == "See\n\nAttached mail: Lärm, from Q"
    assert [file.name for file in mail.files] == ["message.eml"]
    assert b"words" in mail.files[0].data


def test_uuencoded_files_are_taken_out_of_the_text() -> None:
    mail = parse(
        b"From: a@b.example\r\n\r\nHello\r\nbegin 644 a.txt\r\n%:&5L;&\\\r\n`\r\nend\r\nbegin 644 of nothing\r\nAfter\r\n"
    )
    assert mail.text == "Hello\nbegin 644 of nothing\nAfter"
    assert [(file.name, file.data) for file in mail.files] == [("a.txt", b"hello")]
