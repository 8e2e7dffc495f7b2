"""More mails as nobody should write them: wrappers, envelopes, invitations, charsets, markup that wants to act. See `hostile.py`."""
# ruff: noqa: E501 - each mail is one line, to be read at a glance

from __future__ import annotations

import base64
import random
import struct
from collections.abc import Iterator
from typing import Final

from upheld.channels.tests.answers import answers
from upheld.channels.tests.test_charsets import WORDS
from upheld.channels.tests.test_special_parts import (
    CALENDAR,
    INNER,
    RTF,
    a_property,
    an_object,
    cms_part,
    der,
    envelope,
    packed,
    tnef,
    winmail_part,
)

HEAD: Final = b"From: Customer Reed <customer@harbour.example>\r\nTo: support@techflowsolutions.com\r\n"
MARK: Final = b"\x78\x9f\x3e\x22\x01\x00"

ATTACKS: Final = (
    "<ScRiPt>alert(1)</sCrIpT>", "<script\x00>alert(1)</script>", "<scr<script>ipt>alert(1)</scr</script>ipt>", "<script src=//e.example/x>",
    "<img src=\"x\" onerror=\"alert(1)\">", "<img/src=x/onerror=alert(1)>", "<img src=javascript:alert(1)>", "<img src=\"jav&#x09;ascript:alert(1)\">",
    "<a href=\"java\nscript:alert(1)\">x</a>", "<a href=\"&#106;avascript:alert(1)\">x</a>", "<a href=\" javascript:alert(1)\">x</a>", "<a href=vbscript:x>x</a>",
    "<a href=\"data:text/html,<script>alert(1)</script>\">x</a>", "<img src=\"data:text/html;base64,PHNjcmlwdD4=\">", "<img src=\"data:image/svg+xml;base64,PHN2Zz4=\">",
    "<svg><script>alert(1)</script></svg>", "<svg><a xlink:href=javascript:alert(1)><text>x</text></a></svg>", "<svg><animate onbegin=alert(1)>", "<svg><foreignObject><iframe src=//e></foreignObject>",
    "<math href=javascript:alert(1)>x</math>", "<math><mi//xlink:href=\"data:x,<script>alert(1)</script>\">", "<form><math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>",
    "<noscript><p title=\"</noscript><img src=x onerror=alert(1)>\">", "<style><style/><img src=x onerror=alert(1)>", "<xmp><p title=\"</xmp><img src=x onerror=alert(1)>\">",
    "<iframe src=javascript:alert(1)>", "<iframe srcdoc=\"&lt;script&gt;alert(1)&lt;/script&gt;\">", "<frameset onload=alert(1)>", "<object data=javascript:alert(1)>", "<embed src=//e.example/x.swf>", "<applet code=x>",
    "<form action=//e.example><input name=password><button>x</button></form>", "<button formaction=javascript:alert(1)>x</button>", "<input autofocus onfocus=alert(1)>", "<isindex action=javascript:alert(1)>", "<select onchange=x><option>",
    "<textarea autofocus onfocus=alert(1)>", "<keygen autofocus onfocus=alert(1)>", "<video src=//e.example poster=//e.example onerror=alert(1)>", "<audio src=x onerror=alert(1)>", "<source srcset=//e.example>", "<picture><source srcset=//e><img srcset=//e.example/x></picture>",
    "<link rel=stylesheet href=//e.example>", "<link rel=dns-prefetch href=//e.example>", "<meta http-equiv=set-cookie content=a=b>", "<base target=_parent>", "<title></title><script>x</script>", "<plaintext>never ends",
    "<div style=\"background:url(//e.example)\">x</div>", "<div style=\"position:fixed;inset:0\">cover</div>", "<p style=\"width:expression(alert(1))\">x</p>", "<font color=\"red\" face=\"x\" size=\"99\" style=\"color:white\">x</font>", "<body background=//e.example onload=x bgcolor=#fff text=#fff>white on white",
    "<table background=//e.example><td background=//e.example>x", "</div></main></body></html><h1>outside", "<!-- --!><script>alert(1)</script>-->", "<![CDATA[<script>alert(1)</script>]]>", "<?php system('x') ?><?xml-stylesheet href=javascript:x?>", "<!DOCTYPE html [<!ENTITY x SYSTEM 'file:///etc/passwd'>]>&x;",
    "<a href=https://real.example@evil.example>real</a>", "<a href=//evil.example>relative</a>", "<a href=/desk/tickets/1/closure/>ours</a>", "<a target=_self ping=//e.example href=https://x.example>x</a>", "<area href=javascript:x><map name=x>", "<q cite=javascript:x>x</q><blockquote cite=javascript:x>x</blockquote>",
    "<p id=token class=held-back name=form>clobber</p>", "<a id=defaultView name=getElementById href=x>x</a>", "<custom-element onx=1>x</custom-element>", "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>", "<p title='\"><script>x</script>'>x</p>", "<img alt='\"><img src=x onerror=alert(1)>' src=cid:a>",
    "<img src=cid:\"><script>x</script>>", "<img src='cid:../../../desk/'>", "<img src=cid:a width=99999999 height=1e9>", "<time datetime='\"><script>x</script>'>now</time>", "<details open ontoggle=alert(1)><summary>x", "<marquee onstart=alert(1)>x</marquee>", "<dialog open>x</dialog>", "<slot name=x><template><script>x</script></template>",
)  # fmt: skip


def more() -> Iterator[tuple[str, bytes]]:
    yield from _charsets()
    yield from _words()
    yield from _wrapped()
    yield from _sealed()
    yield from _invited()
    yield from _nested()
    yield from _uuencoded()
    yield from _pictures()
    for number, attack in enumerate(ATTACKS):
        yield (
            f"attack {number}",
            _mail(b"Content-Type: text/html; charset=utf-8", b"<p>Hello</p>" + attack.encode("utf-8", "replace")),
        )
    for answer in answers()[::11]:
        yield f"answer {answer.name}", _mail(b"Content-Type: text/plain; charset=utf-8", answer.text.encode())
    for seed in range(10):
        yield f"spoilt parts {seed}", _spoilt(random.Random(seed))


def _mail(fields: bytes, body: bytes) -> bytes:
    return HEAD + fields + b"\r\n\r\n" + body


def _mixed(*parts: bytes, kind: bytes = b"mixed") -> bytes:
    return _mail(
        b"Content-Type: multipart/" + kind + b"; boundary=x",
        b"".join(b"--x\r\n" + part + b"\r\n" for part in parts) + b"--x--",
    )


def _charsets() -> Iterator[tuple[str, bytes]]:
    for codec, words in WORDS.items():
        raw = words.encode(codec)
        yield f"{codec} without a label", _mail(b"X: y", raw)
        yield f"{codec} as ASCII", _mail(b"Content-Type: text/plain; charset=us-ascii", raw)
        yield f"{codec} as HTML", _mail(b"Content-Type: text/html; charset=" + codec.encode(), b"<p>" + raw + b"</p>")
    for number, raw in enumerate(
        (
            b"\x1b$B",
            b"\x1b$B!",
            b"\x1b(I\xff\xff",
            b"\x1b$B" + b"\x21" * 9999,
            b"\x1b" * 9999,
            b"\x0e\x0f" * 999,
            b"+" * 9999,
            b"~{" * 999,
            b"\xff\xfe\x00",
            b"\xef\xbb\xbf\xef\xbb\xbf",
        )
    ):
        yield f"escapes {number}", _mail(b"Content-Type: text/plain; charset=iso-2022-jp", raw)


def _words() -> Iterator[tuple[str, bytes]]:
    for number, word in enumerate((
        b"=?iso-2022-jp?B?GyRC?= =?iso-2022-jp?B?RnxLXBsoQg==?=", b"=?utf-8?B?4w==?= =?utf-8?B?gQ==?= =?utf-8?B?gg==?=", b"=?utf-7?Q?+ADw-script+AD4-?=",
        b"=?utf-8?Q?=0D=0AX-Evil:_1?=", b"=?utf-8?Q?=00=01=02?=", b"=?utf-8?Q?=E2=80=AEgnp.exe?=", b"=?" * 5000, b"=?utf-8?q?a?=" * 3000, b"=?utf-8?b?" + b"A" * 90_000 + b"?=", b"=?rot13?q?uryyb?=", b"=?utf-8*en?q?ok?=", b"=?UTF-8?Q?=F0=9F?= =?UTF-8?Q?=98=80?=",
    )):  # fmt: skip
        yield f"word {number}", _mail(b"Subject: " + word, b"Hello")


def _wrapped() -> Iterator[tuple[str, bytes]]:
    html = a_property(0x102, 0x1013, b"<p>Hi</p><script>alert(1)</script>")
    for name, data in {
        "with RTF": tnef(a_property(0x102, 0x1009, packed(RTF))), "with HTML": tnef(html), "named badly": tnef(title=b"../../\0\xff\0"),
        "with a program": tnef(file=b"MZ" * 500, title=b"a.exe\0"), "counting without end": MARK + an_object(1, 0x9003, 6, struct.pack("<I", 0xFFFFFFFF) + b"\0" * 50_000),
        "values without end": MARK + an_object(1, 0x9003, 6, struct.pack("<IHHI", 1, 0x101E, 0x1000, 0xFFFFFFFF) + b"\0" * 999), "longer than it is": MARK + struct.pack("<BHHI", 2, 0x800F, 6, 0xFFFFFFF0) + b"x",
        "a hundred thousand objects": MARK + an_object(1, 0x9007, 6, b"") * 100_000, "in itself": tnef(file=tnef(file=tnef())), "only its mark": MARK[:4], "RTF that unpacks to itself": tnef(a_property(0x102, 0x1009, struct.pack("<II", 99, 0xFFFFFFFF) + b"LZFu\0\0\0\0" + b"\xff" * 9000)),
        "RTF in RTF": tnef(a_property(0x102, 0x1009, packed(b"{\\rtf1" + b"{" * 9000 + b"\\u-1 \\'zz}"))),
    }.items():  # fmt: skip
        yield f"winmail {name}", _mixed(b"\r\nHello", winmail_part(data))
    yield "winmail alone", HEAD + winmail_part(tnef(html))


def _sealed() -> Iterator[tuple[str, bytes]]:
    yield "S/MIME signed", HEAD + cms_part(envelope(der(4, INNER)))
    yield (
        "S/MIME signed around HTML",
        HEAD + cms_part(envelope(der(4, b"Content-Type: text/html\r\n\r\n<script>alert(1)</script>Hi"))),
    )
    yield "S/MIME encrypted", HEAD + cms_part(envelope(b"secret", "2a864886f70d010703"))
    yield "S/MIME of nothing", HEAD + cms_part(b"")
    yield "S/MIME opened for ever", HEAD + cms_part(b"\x30\x80" * 50_000)
    yield "S/MIME of impossible length", HEAD + cms_part(b"\x30\xff" + b"\xff" * 130)
    nested = INNER
    for _ in range(15):
        nested = cms_part(envelope(der(4, nested)))
    yield "S/MIME in S/MIME", HEAD + nested
    signature = b"Content-Type: application/pkcs7-signature; name=smime.p7s\r\n\r\nx"
    yield "signature without a text", _mixed(signature, kind=b"signed")
    yield "signature first", _mixed(signature, b"\r\nHello", kind=b"signed")
    yield (
        "PGP encrypted",
        _mixed(
            b"Content-Type: application/pgp-encrypted\r\n\r\nVersion: 1",
            b"Content-Type: application/octet-stream\r\n\r\n-----BEGIN PGP MESSAGE-----",
            kind=b"encrypted",
        ),
    )
    yield "PGP encrypted, empty", _mail(b"Content-Type: multipart/encrypted; boundary=x", b"--x--")
    yield (
        "PGP in the text",
        _mail(
            b"X: y",
            b"-----BEGIN PGP SIGNED MESSAGE-----\r\nHash: SHA256\r\n\r\n- -- Hello\r\n-----BEGIN PGP SIGNATURE-----\r\n\r\nx\r\n-----END PGP SIGNATURE-----",
        ),
    )
    yield (
        "PGP key",
        _mixed(
            b"\r\nMy key", b"Content-Type: application/pgp-keys; name=k.asc\r\n\r\n-----BEGIN PGP PUBLIC KEY BLOCK-----"
        ),
    )


def _invited() -> Iterator[tuple[str, bytes]]:
    good = CALENDAR.format("Europe/Berlin")
    for name, text in {
        "good": good, "with markup": good.replace("Review", "<script>alert(1)</script>"), "in no zone": CALENDAR.format("../../etc/passwd"), "cancelled": good.replace("REQUEST", "CANCEL"),
        "folded to shreds": "\r\n ".join(good.replace("\r\n", "~")).replace("~", "\r\n"), "of 5000 events": good.replace("END:VCALENDAR", "BEGIN:VEVENT\r\nDTSTART:20260302\r\nEND:VEVENT\r\n" * 5000), "in the year 99999": good.replace("20260302", "99999999"),
        "in the year 0": good.replace("20260302", "00000000"), "of endless length": good.replace("PT1H", "P9999W9999DT9999H"), "never ended": "BEGIN:VCALENDAR\r\n" * 5000, "with long options": good.replace("CN=", "X=" + "y" * 90_000 + ";CN="), "without anything": "",
    }.items():  # fmt: skip
        yield (
            f"invitation {name}",
            _mixed(
                b"\r\nHello", b"Content-Type: text/calendar; charset=utf-8\r\n\r\n" + text.encode(), kind=b"alternative"
            ),
        )


def _nested() -> Iterator[tuple[str, bytes]]:
    inner = b"Content-Type: message/rfc822\r\n\r\n"
    for name, head in {"with a title": b"Subject: =?utf-8?q?<b>x?=\r\nFrom: <script>@x.example\r\n\r\nHi", "without anything": b"", "with our address": b"From: support@techflowsolutions.com\r\nSubject: Us\r\n\r\nHi", "with a head of 1 MB": b"X: " + b"y" * 1_000_000, "encoded": base64.b64encode(b"Subject: x\r\n\r\nHi")}.items():  # fmt: skip
        yield f"mail in a mail {name}", _mixed(b"\r\nSee", inner + head)
    yield "300 mails in a mail", _mixed(*(inner + b"Subject: %d\r\n\r\nHi" % number for number in range(300)))


def _uuencoded() -> Iterator[tuple[str, bytes]]:
    line = b"M" + b"A" * 60 + b"\r\n"
    for name, body in {
        "file": b"Hi\r\nbegin 644 a.txt\r\n%:&5L;&\\\r\n`\r\nend\r\n", "file never ended": b"begin 644 a\r\n" + line * 999, "two hundred files": b"begin 644 ../../a\r\n`\r\nend\r\n" * 200, "begins only": b"begin 644 a\r\n" * 20_000,
        "large": b"begin 644 a\r\n" + line * 20_000 + b"`\r\nend\r\n", "no more than words": b"begin 644 a story\r\nand this is it\r\nend\r\n", "in bytes": b"begin 644 \xff\x00\r\n\xff\xff\r\nend",
    }.items():  # fmt: skip
        yield f"uuencoded {name}", _mail(b"X: y", body)


def _pictures() -> Iterator[tuple[str, bytes]]:
    page = b'Content-Type: text/html\r\n\r\n<p>Hi <img src="cid:a@x" alt="A"><img src="https://track.example/?who=1" width=1 height=1></p>'
    for name, kind, data in (
        ("that is SVG", b"image/svg+xml", b"<svg onload='alert(1)'/>"), ("that is HTML", b"image/png", b"<html><script>x</script>"), ("that is nothing", b"image/png", b""), ("that is both", b"image/gif", b"GIF89a/*<script>alert(1)</script>*/"),
        ("of 9999 identities", b"image/png\r\nContent-ID: <" + b"b" * 9999 + b">", b"\x89PNG"), ("with a wrong identity", b"image/png\r\nContent-ID: \"><script>", b"\x89PNG"),
    ):  # fmt: skip
        part = (
            b"Content-Type: "
            + kind
            + b"\r\nContent-ID: <a@x>\r\nContent-Transfer-Encoding: base64\r\n\r\n"
            + base64.encodebytes(data)
        )
        yield f"picture {name}", _mixed(page, part, kind=b"related")
    yield (
        "picture twice",
        _mixed(page, *[b"Content-Type: image/png\r\nContent-ID: <a@x>\r\n\r\n\x89PNG"] * 2, kind=b"related"),
    )
    yield "5000 pictures", _mixed(b"Content-Type: text/html\r\n\r\n" + b'<img src="https://x.example/a.png">' * 5000)


def _spoilt(chance: random.Random) -> bytes:
    whole = bytearray(_mixed(
        b"\r\nHello", winmail_part(tnef(a_property(0x102, 0x1009, packed(RTF)))), cms_part(envelope(der(4, INNER))),
        b"Content-Type: text/calendar\r\n\r\n" + CALENDAR.format("Ours").encode(), b"Content-Type: message/rfc822\r\n\r\nSubject: x\r\n\r\nHi",
    ))  # fmt: skip
    for _ in range(30):
        whole[chance.randrange(len(HEAD), len(whole))] = chance.randrange(256)
    return bytes(whole)
