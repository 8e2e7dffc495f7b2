"""Mails as nobody should write them, made here: each has a name, and every one of them has to find exactly one place."""

from __future__ import annotations

import base64
import random
from collections.abc import Iterator

from upheld.channels.tests.hostile_parts import more
from upheld.channels.tests.hostile_programs import cases

HEAD = b"From: Customer Reed <customer@harbour.example>\r\nTo: support@techflowsolutions.com\r\n"


def corpus() -> dict[str, bytes]:
    """Name -> raw mail. The same in every run."""
    return {**dict(_all()), **dict(more()), **{case.name: case.raw for case in cases()}}


def mail(fields: bytes, body: bytes = b"Hello", *, head: bytes = HEAD) -> bytes:
    return head + fields + b"\r\n\r\n" + body


def _all() -> Iterator[tuple[str, bytes]]:
    yield from _heads()
    yield from _boundaries()
    yield from _parts()
    yield from _types()
    yield from _charsets()
    yield from _encodings()
    yield from _attachments()
    yield from _markup()
    yield from _sizes()
    yield from _noise()


def _heads() -> Iterator[tuple[str, bytes]]:
    yield "nothing", b""
    yield "a line end", b"\r\n"
    yield "only line ends", b"\r\n" * 50
    yield "no head", b"\r\nOnly a body\r\n"
    yield "no body", HEAD + b"Subject: No body\r\n"
    yield "head without line end", b"From: customer@harbour.example"
    yield "no From", b"To: support@techflowsolutions.com\r\nSubject: Who\r\n\r\nHello"
    yield "empty From", b"From:\r\nSubject: Empty\r\n\r\nHello"
    yield "From without address", b"From: Customer Reed\r\nSubject: Name only\r\n\r\nHello"
    yield "From with two addresses", b"From: a@harbour.example, b@harbour.example\r\nSubject: Two\r\n\r\nHello"
    yield "two From", b"From: customer@harbour.example\r\nFrom: other@quarry.example\r\nSubject: Twice\r\n\r\nHello"
    yield "From as group", b"From: undisclosed-recipients:;\r\nSubject: Group\r\n\r\nHello"
    yield "From unclosed", b'From: "Customer <customer@harbour.example\r\nSubject: Open\r\n\r\nHello'
    yield "From in comments", b"From: (((customer@harbour.example (x\r\nSubject: Comment\r\n\r\nHello"
    yield "From with NUL", b"From: Cus\x00tomer <customer@harbour.example>\r\nSubject: NUL\x00 byte\r\n\r\nHe\x00llo"
    yield "From raw latin-1", b"From: J\xfcrgen <customer@harbour.example>\r\nSubject: Gr\xfc\xdfe\r\n\r\nHello"
    yield "From is us", b"From: support@techflowsolutions.com\r\nSubject: Us\r\n\r\nHello"
    yield "From international", "From: Jürgen <jürgen@köln.example>\r\nSubject: IDN\r\n\r\nHallo".encode()
    yield "address of 4000 letters", b"From: " + b"a" * 4000 + b"@harbour.example\r\nSubject: Long\r\n\r\nHello"
    yield "date impossible", mail(b"Date: Thu, 99 Foo 20026 77:88:99 +9999")
    yield "date before time", mail(b"Date: Mon, 01 Jan 0001 00:00:00 +2359")
    yield "date garbage", mail(b"Date: \xff\xfe\x00")
    yield "Message-ID without brackets", mail(b"Message-ID: abc@def")
    yield "Message-ID with blanks", mail(b"Message-ID: <a b\r\n c@d e>")
    yield "Message-ID of 5000 letters", mail(b"Message-ID: <" + b"m" * 5000 + b"@x.example>")
    yield "Message-ID with NUL", mail(b"Message-ID: <a\x00b@c>")
    yield "Message-ID empty", mail(b"Message-ID: <>")
    yield "five thousand references", mail(b"References: " + b" ".join(b"<%d@x.example>" % n for n in range(5000)))
    yield "references unclosed", mail(b"References: " + b"<a" * 20_000)
    yield (
        "references to itself",
        mail(b"Message-ID: <self@x.example>\r\nReferences: <self@x.example>\r\nIn-Reply-To: <self@x.example>"),
    )
    yield "no colon in the head", b"From: customer@harbour.example\r\nthis is no field\r\nSubject: After\r\n\r\nHello"
    yield "blank before the fields", b" Folded: from nothing\r\nFrom: customer@harbour.example\r\n\r\nHello"
    yield (
        "mbox line first",
        b"From customer@harbour.example Mon Mar  2 10:00:00 2026\r\n" + mail(b"Subject: From an mbox"),
    )
    yield "bare line feeds", mail(b"Subject: Bare").replace(b"\r\n", b"\n")
    yield "bare carriage returns", mail(b"Subject: Bare").replace(b"\r\n", b"\r")
    yield "mixed line ends", b"From: customer@harbour.example\nSubject: Mixed\r\nX: y\n\r\nHello\rthere\n"
    yield "folded to shreds", mail(b"Subject: " + b"\r\n ".join([b"x"] * 5000))
    yield "subject of 200 kB", mail(b"Subject: " + b"long " * 40_000)
    yield "subject encoded without end", mail(b"Subject: =?utf-8?q?" + b"a" * 5000)
    yield "subject encoded in nothing", mail(b"Subject: =?no-such-charset?b?4pyT?= =?utf-8?x?abc?= =???= =?utf-8?b?=?=")
    yield "subject split in a letter", mail(b"Subject: =?utf-8?b?w7w=?= =?utf-8?b?w?= =?utf-8?b?w7w?=")
    yield "subject reversed", mail("Subject: \u202egnp.exe\u2066\u2069\u0007\u0000 \ufeff".encode())
    yield "twenty thousand fields", mail(b"\r\n".join(b"X-%d: y" % n for n in range(20_000)))
    yield "head of 3 MB", mail(b"X-Long: " + b"y" * 3_000_000)
    yield "field name of 10 kB", mail(b"X" * 10_000 + b": y")
    yield "field injection", mail(b"Subject: =?utf-8?q?a=0D=0ABcc:_evil=40quarry.example?=")
    yield "surrogates encoded", mail(b"Subject: =?utf-8?q?=ED=A0=80=ED=B0=80?=", b"\xed\xa0\x80 lone")


def _boundaries() -> Iterator[tuple[str, bytes]]:
    yield "multipart without boundary", mail(b"Content-Type: multipart/mixed", b"--x\r\n\r\nHello\r\n--x--")
    yield "boundary that never occurs", mail(b"Content-Type: multipart/mixed; boundary=zzz", b"Hello there")
    yield "boundary never closed", mail(b"Content-Type: multipart/mixed; boundary=x", b"--x\r\n\r\nHello")
    yield "boundary empty", mail(b'Content-Type: multipart/mixed; boundary=""', b"--\r\n\r\nHello\r\n----")
    yield (
        "boundary with blanks and signs",
        mail(
            b'Content-Type: multipart/mixed; boundary="a b (c) [d]+?"',
            b"--a b (c) [d]+?\r\n\r\nHi\r\n--a b (c) [d]+?--",
        ),
    )
    yield (
        "boundary of 5000 letters",
        mail(b"Content-Type: multipart/mixed; boundary=" + b"b" * 5000, b"--" + b"b" * 5000 + b"\r\n\r\nHi"),
    )
    yield "only boundaries", mail(b"Content-Type: multipart/mixed; boundary=x", b"--x\r\n" * 3000)
    yield (
        "closed before it opens",
        mail(b"Content-Type: multipart/mixed; boundary=x", b"--x--\r\n--x\r\n\r\nlate\r\n--x--"),
    )
    yield (
        "the same boundary inside",
        mail(
            b"Content-Type: multipart/mixed; boundary=x",
            b"--x\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n\r\nHi\r\n--x--\r\n--x--",
        ),
    )


def _parts() -> Iterator[tuple[str, bytes]]:
    yield (
        "nested 3000 deep",
        HEAD
        + b"".join(b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (n, n) for n in range(3000))
        + b"\r\nthe end",
    )
    yield "messages in messages", HEAD + b"Content-Type: message/rfc822\r\n\r\n" * 500 + b"Subject: inner\r\n\r\nHello"
    yield (
        "five thousand parts",
        mail(
            b"Content-Type: multipart/mixed; boundary=x",
            b"".join(b"--x\r\nContent-Disposition: attachment; filename=f%d\r\n\r\nd\r\n" % n for n in range(5000))
            + b"--x--",
        ),
    )
    yield (
        "alternative of nothing",
        mail(
            b"Content-Type: multipart/alternative; boundary=x",
            b"--x\r\nContent-Type: text/plain\r\n\r\n\r\n--x\r\nContent-Type: text/html\r\n\r\n\r\n--x--",
        ),
    )
    yield (
        "alternative with an empty text",
        mail(
            b"Content-Type: multipart/alternative; boundary=x",
            b"--x\r\n\r\n  \r\n--x\r\nContent-Type: text/html\r\n\r\n<p>Only here</p>\r\n--x--",
        ),
    )
    yield (
        "digest",
        mail(
            b"Content-Type: multipart/digest; boundary=x",
            b"--x\r\n\r\nSubject: one\r\n\r\nfirst\r\n--x\r\n\r\nSubject: two\r\n\r\nsecond\r\n--x--",
        ),
    )


def _types() -> Iterator[tuple[str, bytes]]:
    yield "type of no kind", mail(b"Content-Type: ;;;=\x00")
    yield "type twice", mail(b"Content-Type: text/html\r\nContent-Type: text/plain", b"<b>Hello</b>")
    yield "type partial", mail(b'Content-Type: message/partial; id="x"; number=1; total=2', b"Subject: half")
    yield (
        "type external",
        mail(
            b"Content-Type: message/external-body; access-type=local-file; name=/etc/passwd",
            b"Content-Type: text/plain\r\n\r\n",
        ),
    )
    yield (
        "report of nothing",
        mail(
            b"Content-Type: multipart/report; report-type=delivery-status; boundary=x",
            b"--x\r\nContent-Type: message/delivery-status\r\n\r\nAction\r\n\r\nStatus: \xff\r\n--x--",
        ),
    )
    yield (
        "signed",
        mail(
            b"Content-Type: multipart/signed; boundary=x; protocol=application/pgp-signature",
            (
                b"--x\r\n\r\nSigned\r\n--x\r\nContent-Type: application/pgp-signature\r\n\r\n-----BEGIN PGP "
                b"SIGNATURE-----\r\n--x--"
            ),
        ),
    )
    yield (
        "encrypted",
        mail(
            (
                b"Content-Type: application/pkcs7-mime; smime-type=enveloped-data; name=smime.p7m\r\n"
                b"Content-Transfer-Encoding: base64"
            ),
            base64.b64encode(b"\x30\x80 secret"),
        ),
    )
    yield (
        "invitation",
        mail(b"Content-Type: text/calendar; method=REQUEST; charset=utf-8", b"BEGIN:VCALENDAR\r\nEND:VCALENDAR"),
    )


def _charsets() -> Iterator[tuple[str, bytes]]:
    umlauts = "Grüße – „so“ 12 €"
    for charset in ("utf-8", "cp1252", "utf-16", "utf-7", "utf-32"):
        yield (
            f"text in {charset}",
            mail(b"Content-Type: text/plain; charset=" + charset.encode(), umlauts.encode(charset)),
        )
    yield (
        "text in ISO-2022-JP",
        mail(b"Content-Type: text/plain; charset=iso-2022-jp", "日本語のメール".encode("iso2022_jp")),
    )
    yield "ISO-2022-JP without label", mail(b"Subject: x", "日本語のメール".encode("iso2022_jp"))
    yield "text in KS C 5601", mail(b"Content-Type: text/plain; charset=ks_c_5601-1987", "한국어 메일".encode("cp949"))
    yield "text in Big5", mail(b"Content-Type: text/plain; charset=big5", "中文郵件".encode("big5"))
    yield "text in KOI8-R", mail(b"Content-Type: text/plain; charset=koi8-r", "Привет".encode("koi8_r"))
    yield "UTF-8 labelled latin-1", mail(b"Content-Type: text/plain; charset=iso-8859-1", umlauts.encode())
    yield "cp1252 labelled UTF-8", mail(b"Content-Type: text/plain; charset=utf-8", umlauts.encode("cp1252"))
    yield "UTF-8 labelled UTF-16", mail(b"Content-Type: text/plain; charset=utf-16", umlauts.encode())
    yield "no label at all", mail(b"Subject: x", umlauts.encode("cp1252"))
    for label in (
        "no-such",
        "base64",
        "idna",
        "punycode",
        "unicode_escape",
        "rot13",
        "zlib",
        "undefined",
        "\x00",
        "x" * 500,
        "",
    ):
        yield f"labelled {label[:20]!r}", mail(b"Content-Type: text/plain; charset=" + label.encode(), umlauts.encode())
    yield "bytes of all kinds", mail(b"Content-Type: text/plain; charset=utf-8", bytes(range(256)) * 20)
    yield "UTF-7 script", mail(b"Content-Type: text/html; charset=utf-7", b"+ADw-script+AD4-alert(1)+ADw-/script+AD4-")
    yield "control characters", mail(b"Subject: x", b"\x01\x02\x07\x08\x0b\x0c\x1b[31mred\x7f")


def _encodings() -> Iterator[tuple[str, bytes]]:
    yield "base64 broken", mail(b"Content-Transfer-Encoding: base64", b"SGVsbG8*&^%gd29ybGQ=A==B")
    yield "base64 cut off", mail(b"Content-Transfer-Encoding: base64", base64.b64encode(b"Hello world" * 100)[:-3])
    yield (
        "base64 with a footer",
        mail(b"Content-Transfer-Encoding: base64", base64.b64encode(b"Hello") + b"\r\n-- \r\nlist footer"),
    )
    yield (
        "base64 in one line of 2 MB",
        mail(
            b"Content-Type: application/zip; name=a.zip\r\nContent-Transfer-Encoding: base64",
            base64.b64encode(b"x" * 1_500_000),
        ),
    )
    yield "base64 padded everywhere", mail(b"Content-Transfer-Encoding: base64", b"SGk=\r\nSGk=\r\n" * 20)
    yield "base64 of nothing but padding", mail(b"Content-Transfer-Encoding: base64", b"QQ==\r\n" * 400_000)
    yield (
        "quoted-printable broken",
        mail(b"Content-Transfer-Encoding: quoted-printable", b"=E2=82=ZZ =\r\n= =3\r\n==\r\n="),
    )
    yield "quoted-printable without breaks", mail(b"Content-Transfer-Encoding: quoted-printable", b"=41" * 200_000)
    yield "encoding of no kind", mail(b"Content-Transfer-Encoding: rot26")
    yield "uuencoded", mail(b"Content-Transfer-Encoding: x-uuencode", b"begin 644 a.txt\r\n%:&5L;&\\\r\n`\r\nend\r\n")
    yield "uuencoded badly", mail(b"Content-Transfer-Encoding: uuencode", b"begin\r\n\xff\xff\xff\r\nM\r\nend")
    yield (
        "flowed",
        mail(
            b"Content-Type: text/plain; format=flowed; delsp=yes",
            b"One \r\nparagraph \r\n>> quoted \r\n>> on\r\n-- \r\nme",
        ),
    )
    yield "flowed for ever", mail(b"Content-Type: text/plain; format=flowed", b"a \r\n" * 50_000)


def _attachments() -> Iterator[tuple[str, bytes]]:
    names = {
        "path": b"filename=../../etc/passwd",
        "windows path": b'filename="C:\\\\x\\\\y.txt"',
        "NUL": b"filename=a\x00b.txt",
        "reversed": 'filename="\u202egpj.exe"'.encode(),
        "300 letters": b"filename=" + b"n" * 300 + b".txt",
        "device": b"filename=CON.txt",
        "dots": b"filename=....",
        "empty": b'filename=""',
        "RFC 2231": b"filename*=utf-8''%e2%82%ac.txt",
        "continued": b"filename*0=a; filename*1=b; filename*3=d; filename*999999999999=z",
        "RFC 2231 broken": b"filename*=utf-8'%zz",
        "encoded word": b'filename="=?utf-8?b?4oKsLnR4dA==?="',
        "line ends": b'filename="a\r\n b.txt"',
        "HTML": b'filename="<img src=x>.svg"',
    }
    for name, parameter in names.items():
        part = (
            b"--x\r\nContent-Type: application/octet-stream\r\nContent-Disposition: attachment; "
            + parameter
            + b"\r\n\r\ndata\r\n--x--"
        )
        yield (
            f"file named by {name}",
            mail(b"Content-Type: multipart/mixed; boundary=x", b"--x\r\n\r\nHello\r\n" + part),
        )
    yield "winmail.dat", mail(b"Content-Type: application/ms-tnef; name=winmail.dat", b"\x78\x9f\x3e\x22 not really")
    yield (
        "inline picture",
        mail(
            b"Content-Type: multipart/related; boundary=x",
            (
                b'--x\r\nContent-Type: text/html\r\n\r\n<img src="cid:a">\r\n--x\r\nContent-Type: '
                b"image/png\r\nContent-ID: <a>\r\nContent-Disposition: inline\r\n\r\n\x89PNG\r\n--x--"
            ),
        ),
    )


def _markup() -> Iterator[tuple[str, bytes]]:
    attacks = [
        b"<script>alert(1)</script>",
        b"<img src=x onerror=alert(1)>",
        b"<a href='javascript:alert(1)'>x</a>",
        b"<svg/onload=alert(1)>",
        b"<iframe srcdoc='<script>alert(1)</script>'>",
        b"<style>@import 'http://evil.example'</style>",
        b"</div></div></body><form action=//evil.example>",
        b"<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>",
        b"<base href=//evil.example>",
        b"<meta http-equiv=refresh content=0>",
        b"<!--><script>alert(1)</script>-->",
        b"<details open ontoggle=alert(1)>",
        b"<blockquote type=cite>" * 300 + b"deep",
    ]
    for number, attack in enumerate(attacks):
        yield f"markup {number}", mail(b"Content-Type: text/html; charset=utf-8", b"<p>Hello</p>" + attack)
    yield "divs without end", mail(b"Content-Type: text/html", b"<div>" * 40_000)
    yield "tags without end", mail(b"Content-Type: text/html", b"<div" * 40_000)
    yield "formatting without end", mail(b"Content-Type: text/html", b"<b><p>x" * 10_000)
    yield "table of 20000 cells", mail(b"Content-Type: text/html", b"<table><tr>" + b"<td>1</td>" * 20_000)


def _sizes() -> Iterator[tuple[str, bytes]]:
    yield "text of 6 MB", mail(b"Content-Type: text/plain; charset=utf-8", "Zeile mit ü und 😀\r\n".encode() * 270_000)
    yield "one line of 3 MB", mail(b"Subject: x", b"a" * 3_000_000)
    yield "quotation of 100000 lines", mail(b"Subject: x", b"> old\r\n" * 100_000)
    yield "introductions only", mail(b"Subject: x", b"On Monday 2026 somebody wrote:\r\n" * 20_000)
    yield "quoted 5000 deep", mail(b"Subject: x", b">" * 5000 + b" far away")
    yield "dots", mail(b"Subject: x", b"..\r\n" * 20_000)


def _noise() -> Iterator[tuple[str, bytes]]:
    for seed in range(12):
        chance = random.Random(seed)
        yield f"noise {seed}", chance.randbytes(chance.randrange(1, 20_000))
        good = bytearray(
            mail(
                b"Subject: Broken\r\nContent-Type: multipart/mixed; boundary=x",
                b"--x\r\nContent-Type: text/html\r\n\r\n<p>Hi</p>\r\n--x--",
            )
        )
        for _ in range(15):
            good[chance.randrange(len(good))] = chance.randrange(256)
        yield f"spoilt {seed}", bytes(good)
