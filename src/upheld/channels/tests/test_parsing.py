"""Understanding mail: what a reader gets, and that nothing stops it."""

from __future__ import annotations

import email
import email.policy
import json
import time
import tracemalloc
from datetime import UTC, datetime
from email.message import EmailMessage

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from upheld.channels.mail.parsing import ParsedMail, parse, parse_head
from upheld.channels.mail.parsing.charsets import decode, storable
from upheld.channels.mail.parsing.fields import Mailbox, mailboxes, message_id, message_ids, moment, parameters, text_of
from upheld.channels.mail.parsing.filenames import safe_name
from upheld.channels.mail.parsing.flowed import unflowed
from upheld.channels.mail.parsing.quoting import folded_html
from upheld.channels.tests.hostile import corpus
from upheld.channels.tests.markup import faults
from upheld.channels.tests.post import letter

HOSTILE = corpus()
SECONDS = 3.0  # the promise is one on an idle machine; tests share it with others


def is_storable(mail: ParsedMail) -> bool:
    texts = [
        mail.message_id,
        mail.subject,
        mail.text,
        mail.html,
        mail.sender.name,
        mail.sender.address,
        *mail.references,
    ]
    texts += [name for file in mail.files for name in (file.name, file.content_type, file.content_id)]
    return all("\x00" not in text and text.encode() is not None and json.dumps(text) is not None for text in texts)


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_mail_is_read_as_far_as_it_goes_in_bounded_time(name: str) -> None:
    began = time.process_time()
    mail = parse(HOSTILE[name], envelope_from="customer@harbour.example")
    html = folded_html(mail.html, mail.text, mail.subject)
    took = time.process_time() - began

    assert took < SECONDS
    assert is_storable(mail)
    assert faults(html) == []
    assert len(mail.message_id) <= 320
    assert len(mail.subject) <= 400
    assert all(len(file.name.encode()) <= 200 and "/" not in file.name for file in mail.files)
    assert parse_head(HOSTILE[name], envelope_from="customer@harbour.example").message_id == mail.message_id


def test_there_are_enough_of_them() -> None:
    assert len(HOSTILE) >= 300


FIELD = st.sampled_from(
    [
        b"From",
        b"To",
        b"Subject",
        b"Content-Type",
        b"Content-Transfer-Encoding",
        b"Content-Disposition",
        b"Message-ID",
        b"References",
        b"Date",
        b"X",
    ]
)
VALUE = st.one_of(
    st.binary(max_size=60),
    st.sampled_from(
        [
            b"multipart/mixed; boundary=x",
            b"text/html; charset=utf-7",
            b"base64",
            b"quoted-printable",
            b"a <b@c.example>",
            b"=?utf-8?b?w7w=?=",
            b"attachment; filename*0*=a''%; filename*1=b",
            b"<a@b>",
            b"message/rfc822",
            b"multipart/report; boundary=x",
            b"multipart/alternative; boundary=x",
        ]
    ),
)
LINE = st.one_of(
    st.binary(max_size=40), st.sampled_from([b"--x", b"--x--", b"", b"> quoted", b"On 2026 A wrote:", b"<p>", b"-- "])
)
END = st.sampled_from([b"\r\n", b"\n", b"\r"])


@st.composite
def rawish(draw: st.DrawFn) -> bytes:
    end = draw(END)
    head = [name + b": " + value for name, value in draw(st.lists(st.tuples(FIELD, VALUE), max_size=8))]
    lines = draw(
        st.lists(st.one_of(LINE, st.tuples(FIELD, VALUE).map(lambda pair: pair[0] + b": " + pair[1])), max_size=25)
    )
    return end.join([*head, b"", *lines])


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.one_of(st.binary(max_size=2000), rawish()))
def test_no_bytes_stop_the_parser(raw: bytes) -> None:
    mail = parse(raw)
    assert is_storable(mail)
    folded_html(mail.html, mail.text, mail.subject)


TEXT = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc", "Co", "Cn"]), max_size=80)


@settings(max_examples=150, deadline=None)
@given(
    TEXT,
    TEXT.map(str.strip),
    st.lists(st.tuples(TEXT, st.binary(max_size=300)), max_size=3),
    st.sampled_from(["qp", "base64", "8bit"]),
)
def test_what_a_proper_program_writes_is_read_as_it_was_meant(
    text: str, title: str, files: list[tuple[str, bytes]], how: str
) -> None:
    mail = EmailMessage(policy=email.policy.SMTP)
    mail["From"], mail["Subject"] = "Customer <customer@harbour.example>", " ".join(title.split())
    mail.set_content(text, cte={"qp": "quoted-printable"}.get(how, how))
    for name, data in files:
        mail.add_attachment(data, maintype="application", subtype="octet-stream", filename=safe_name(name))

    read = parse(bytes(mail))
    assert read.subject == " ".join(storable(title).split())
    assert " ".join(read.text.split()) == " ".join(storable(text).split())
    assert [(file.name, file.data) for file in read.files] == [(safe_name(name), data) for name, data in files]


def test_the_parts_agree_with_those_of_the_standard_library() -> None:
    raw = letter(
        "Text", html="<p>HTML</p>", files=[("a.pdf", "application/pdf", b"%PDF"), ("b.txt", "text/plain", b"text\n")]
    )
    theirs = email.message_from_bytes(raw, policy=email.policy.default)
    ours = parse(raw)

    assert isinstance(theirs, EmailMessage)
    body, page = theirs.get_body(("plain",)), theirs.get_body(("html",))
    assert body is not None
    assert page is not None
    assert ours.text == body.get_content().strip()
    assert ours.html.strip() == page.get_content().strip()
    assert [(file.name, file.data) for file in ours.files] == [
        (part.get_filename(), part.get_payload(decode=True)) for part in theirs.iter_attachments()
    ]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("text in utf-8", "Grüße – „so“ 12 €"),
        ("text in cp1252", "Grüße – „so“ 12 €"),
        ("text in utf-16", "Grüße – „so“ 12 €"),
        ("text in utf-7", "Grüße – „so“ 12 €"),
        ("text in ISO-2022-JP", "日本語のメール"),
        ("ISO-2022-JP without label", "日本語のメール"),
        ("text in KS C 5601", "한국어 메일"),
        ("text in Big5", "中文郵件"),
        ("text in KOI8-R", "Привет"),
        ("UTF-8 labelled latin-1", "Grüße – „so“ 12 €"),
        ("cp1252 labelled UTF-8", "Grüße – „so“ 12 €"),
        ("UTF-8 labelled UTF-16", "Grüße – „so“ 12 €"),
        ("no label at all", "Grüße – „so“ 12 €"),
        ("labelled 'idna'", "Grüße – „so“ 12 €"),
        ("base64 with a footer", "Hello"),
        ("alternative with an empty text", "Only here"),
        ("bare carriage returns", "Hello"),
        ("uuencoded", "hello"),
        ("boundary that never occurs", "Hello there"),
        ("only line ends", ""),
    ],
)
def test_text_is_read_whatever_its_label_says(name: str, text: str) -> None:
    read = parse(HOSTILE[name]).text
    assert read.startswith(text) if name == "base64 with a footer" else read == text


@pytest.mark.parametrize(
    ("raw", "read"),
    [
        (b"a@b.example", [("", "a@b.example")]),
        (b"A B <A@B.example>", [("A B", "a@b.example")]),
        (b'"B, A" <a@b.example>, c@d.example', [("B, A", "a@b.example"), ("", "c@d.example")]),
        (b"a@b.example (A B)", [("A B", "a@b.example")]),
        (b'"a@evil.example" <b@c.example>', [("a@evil.example", "b@c.example")]),
        (b"=?utf-8?b?w5xiZXIsIDxhQGIuYz4=?= <x@y.example>", [("Über, <a@b.c>", "x@y.example")]),
        (
            b"Team: a@b.example, c@d.example;, e@f.example",
            [("", "a@b.example"), ("", "c@d.example"), ("", "e@f.example")],
        ),
        (b"a@b.example; c@d.example", [("", "a@b.example"), ("", "c@d.example")]),
        (b"undisclosed-recipients:;", []),
        (b"nobody", []),
        (b'"unclosed <a@b.example>', [("unclosed", "a@b.example")]),
        (b"<mailto:a@b.example>", [("", "a@b.example")]),
        (b"A <a@b.example> <c@d.example>", [("A", "a@b.example"), ("", "c@d.example")]),
    ],
)
def test_addresses(raw: bytes, read: list[tuple[str, str]]) -> None:
    assert mailboxes(raw) == [Mailbox(*one) for one in read]


def test_fields() -> None:
    assert text_of(b"=?iso-8859-1?Q?Stra=DFe?= =?utf-8?B?w7w=?= plain") == "Straßeü plain"
    assert text_of(b"=?utf-8?b?w?= =?utf-8?b?7w?=") is not None
    assert text_of("Grüße".encode("cp1252")) == "Grüße"
    assert parameters(b"text/plain; charset=\"utf-8\"; name*0*=utf-8''%e2%82; name*1*=%ac")[1] == {
        "charset": "utf-8",
        "name": "€",
    }
    assert message_id(b"abc@def") == "<abc@def>"
    assert message_id(b" <a\r\n b@c> (comment)") == "<ab@c>"
    assert message_ids(b"<a@b> junk <c@d> <a@b>") == ["<a@b>", "<c@d>"]
    assert len(message_ids(b" ".join(b"<%d@x>" % n for n in range(500)))) == 100
    assert moment(b"Mon, 2 Mar 2026 10:00:00 +0100") == datetime(2026, 3, 2, 9, tzinfo=UTC)
    assert moment(b"Mon, 2 Mar 2026 10:00:00") == datetime(2026, 3, 2, 10, tzinfo=UTC)
    assert moment(b"yesterday") is None
    assert decode(b"\x80", "cp1252") == "€"


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\x\\y.txt", "y.txt"),
        ("a\x00b.txt", "ab.txt"),
        ("\u202egpj.exe", "gpj.exe"),
        ("....", "attachment.pdf"),
        ("", "attachment.pdf"),
        ("CON.txt", "_CON.txt"),
        (" a  b .txt ", "a b .txt"),
        ("Rechnung für März.pdf", "Rechnung für März.pdf"),
        ("e\u0301.txt", "é.txt"),
        ('a<b>"c|d?.txt', "a_b__c_d_.txt"),
    ],
)
def test_names_of_files_do_no_harm(name: str, safe: str) -> None:
    assert safe_name(name, "application/pdf") == safe


def test_long_names_keep_their_ending() -> None:
    name = safe_name("ü" * 300 + ".pdf")
    assert name.endswith("ü.pdf")
    assert len(name.encode()) <= 180


def test_flowed_paragraphs() -> None:
    assert (
        unflowed("One \nparagraph.\n\n> quoted \n> on\n-- \nme", drop_blank=False)
        == "One paragraph.\n\n> quoted on\n-- \nme"
    )
    assert unflowed("日 \n本", drop_blank=True) == "日本"


def test_alternatives_and_files_are_told_apart() -> None:
    raw = letter("Plain", html="<p>Rich</p>", files=[("n.txt", "text/plain", b"note\n")])
    mail = parse(raw)
    assert (mail.text, mail.html.strip(), [file.name for file in mail.files]) == ("Plain", "<p>Rich</p>", ["n.txt"])
    only = parse(b"Content-Type: text/html\r\n\r\n<p>Only <b>rich</b></p>")
    assert (only.text, only.html) == ("Only rich", "<p>Only <b>rich</b></p>")
    assert parse(HOSTILE["inline picture"]).files[0].content_id == "a"
    assert [file.name for file in parse(HOSTILE["digest"]).files] == ["message.eml", "message.eml"]
    assert parse(HOSTILE["invitation"]).files[0].content_type == "text/calendar"


def test_what_is_too_long_for_a_page_is_kept_whole_as_a_file() -> None:
    mail = parse(HOSTILE["text of 6 MB"])
    assert len(mail.text) <= 250_000
    assert mail.files[0].name == "message.txt"
    assert mail.files[0].data == HOSTILE["text of 6 MB"].partition(b"\r\n\r\n")[2]


def large(fields: bytes, line: bytes) -> bytes:
    return b"From: a@b.example\r\n" + fields + b"\r\n\r\n" + line * (12_000_000 // len(line))


@pytest.mark.parametrize(
    "raw",
    [
        large(
            b"Content-Type: application/pdf; name=a.pdf\r\nContent-Transfer-Encoding: base64", b"QUJD" * 19 + b"\r\n"
        ),
        large(b"Content-Type: text/plain; charset=utf-8", "ü 😀 text\r\n".encode()),
        large(b"Content-Type: text/html", b"<p>hello <b>world</b></p>\r\n"),
        large(b"Content-Type: application/x\r\nContent-Transfer-Encoding: x-uuencode", b"M" + b"A" * 60 + b"\r\n"),
        large(b"Content-Type: multipart/mixed; boundary=x", b"--x\r\nContent-Disposition: attachment\r\n\r\ndata\r\n"),
        large(b"X: y", b"X: y\r\n"),
    ],
    ids=["base64", "text", "html", "uuencode", "parts", "fields"],
)
def test_a_large_mail_costs_no_more_than_a_few_times_its_size(raw: bytes) -> None:
    tracemalloc.start()
    try:
        mail = parse(raw)
        folded_html(mail.html, mail.text, mail.subject)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 6 * len(raw)
