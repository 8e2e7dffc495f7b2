# ruff: noqa: E501 - each mail is one line
"""What real programs get wrong, read all the same: nothing lost, nobody misread."""

from __future__ import annotations

import struct

import pytest

from upheld.channels.mail.parsing import parse, parse_head
from upheld.channels.mail.parsing.automatic import Kind
from upheld.channels.mail.parsing.fields import mailboxes, moment
from upheld.channels.mail.parsing.quoting import folded, folded_html
from upheld.channels.mail.parsing.returned import recipients_in
from upheld.channels.mail.parsing.winmail import unwrapped
from upheld.channels.tests.hostile_programs import Case, cases
from upheld.channels.tests.post import letter
from upheld.channels.tests.test_special_parts import a_property, an_object, tnef
from upheld.kernel.html import html_to_text


@pytest.mark.parametrize("case", cases(), ids=lambda case: case.name)
def test_what_real_programs_get_wrong_is_read(case: Case) -> None:
    mail = parse(case.raw)
    shown = html_to_text(mail.html) + mail.text
    assert [words for words in case.words if words not in shown] == []
    if case.files is not None:
        assert {
            file.name: file.data.strip() for file in mail.files if file.content_type != "message/delivery-status"
        } == case.files
    if case.sender != "*":
        assert mail.sender.address == case.sender
        assert parse_head(case.raw).sender == mail.sender
    assert mail.subject == case.title
    if case.failed is not None:
        assert mail.automation.kind == Kind.REPORT
        assert mail.report is not None
        assert tuple(one.address + "!" * one.is_permanent for one in mail.report.failed) == case.failed


@pytest.mark.parametrize("name", ["more files than anybody is shown", "more parts than anybody is shown"])
def test_what_is_too_much_to_be_shown_is_kept_in_one_file(name: str) -> None:
    raw = next(case.raw for case in cases() if case.name == name)
    assert parse(raw).files[-1].data == raw


@pytest.mark.parametrize(
    ("charset", "title"),
    [("gb2312", "邮件传输失败"), ("windows-1251", "Насос"), ("gb2312", "Grüße"), ("iso-8859-2", "Čerpadlo")],
)
def test_bare_bytes_in_the_head_are_read_as_the_text_is(charset: str, title: str) -> None:
    codec = "utf-8" if title == "Grüße" else charset
    raw = b"From: %b <a@b.example>\r\nSubject: %b\r\nContent-Type: text/plain; charset=%b\r\n\r\nx" % (
        title.encode(codec), title.encode(codec), charset.encode(),
    )  # fmt: skip
    assert (parse(raw).subject, parse(raw).sender.name, parse_head(raw).subject) == (title, title, title)


@pytest.mark.parametrize(
    ("written", "day"),
    [
        (b"Tue, 30 Nov 1999 23:56:33 -3000 (CST)", "1999-11-30T23:56:33+00:00"),
        (b"2026-03-02T10:00:00+02:00", "2026-03-02T08:00:00+00:00"),
        (b"Mon, 2 Mar 2026 10:00", "2026-03-02T10:00:00+00:00"),
        (b"2 Mar 26 10:00:00 EST", "2026-03-02T15:00:00+00:00"),
    ],
)
def test_strange_days_are_read(written: bytes, day: str) -> None:
    assert [found and found.isoformat() for found in (moment(written),)] == [day]
    assert moment(b"some day") is None


def test_a_type_that_is_none_is_told_by_the_name() -> None:
    mail = parse(b'From: a@b.example\r\nContent-Type: %22application/pdf; name="a.pdf"\r\n\r\n%PDF-1.4')
    assert [(file.name, file.content_type, file.data) for file in mail.files] == [
        ("a.pdf", "application/pdf", b"%PDF-1.4")
    ]
    assert parse(b"From: a@b.example\r\nContent-Type: plain\r\n\r\nHello").text == "Hello"


def test_an_address_may_be_a_number() -> None:
    assert [box.address for box in mailboxes(b"A <a@[IPv6:fcd9::6e26]>, b@[192.0.2.1]")] == [
        "a@[ipv6:fcd9::6e26]",
        "b@[192.0.2.1]",
    ]


def test_a_message_inside_winmail_gives_its_words_and_files_too() -> None:
    inner = tnef(a_property(0x1E, 0x1000, b"words of the inner one\0"), file=b"inner file", title=b"inner.txt\0")
    found = unwrapped(tnef(file=inner, title=b"message\0"))
    assert found.files == [("message", inner), ("message.txt", b"words of the inner one"), ("inner.txt", b"inner file")]
    assert unwrapped(tnef(file=b"", title=b"empty.txt\0")).files == [("empty.txt", b"")]
    whole = struct.pack("<I", 1) + a_property(0x102, 0x3701, b"the whole content")
    both = unwrapped(tnef(file=b"preview", title=b"a.doc\0", more=an_object(2, 0x9005, 6, whole)))
    assert both.files == [("a.doc", b"the whole content")]


@pytest.mark.parametrize(
    ("sender", "title", "kind"),
    [
        ("customer@harbour.example", "Delivery failure notification does not come", Kind.PERSON),
        ("customer@harbour.example", "Undeliverable: why?", Kind.PERSON),
        ("monitor@harbour.example", "Backup: delivery failure", Kind.PERSON),
        ("postmaster@harbour.example", "Our new mail server", Kind.GENERATED),
        ("postmaster@harbour.example", "Mail delivery failed", Kind.REPORT),
        ("Mail Delivery System <x@harbour.example>", "Undelivered Mail", Kind.REPORT),
    ],
)
def test_a_title_alone_makes_nobody_a_server(sender: str, title: str, kind: Kind) -> None:
    assert parse_head(letter(sender=sender, title=title)).automation.kind == kind


def test_whom_a_report_is_certainly_not_about_is_left_out() -> None:
    words = "This is postmaster@harbour.example.\nWe could not deliver to gone@harbour.example\nfor support@ours.example: 550 5.7.1 no"
    found = recipients_in(words, ["Support@ours.example"])
    assert [(one.address, one.status) for one in found] == [("gone@harbour.example", "5.7.1")]


NEW_WORDS = {
    "right above the introduction": "Hello,\n\nThe pump is broken\nOn Mon, 2 March 2026 at 10:00, X <a@b.example> wrote:\n> old",
    "right above, over two lines": "Hello,\n\nThe pump is broken\nOn Mon, 2 March 2026 at 10:00, Somebody\n<a@b.example> wrote:\n> old",
    "two lines right above": "Hello,\n\nThe pump is broken\nand I wait\nJohn Smith <a@b.example> wrote:\n> old",
    "a sentence that begins alike": "Hello,\n\nOn 2 March 2026 it began. The pump is broken.\nJohn Smith <a@b.example> wrote:\n> old",
    "on the same line": "Hello,\n\nThe pump is broken On Wed, Apr 4, 2012 at 3:59 PM, bob@example.com wrote:\n> old",
    "right above, in Swedish": "Hej,\n\nThe pump is broken\nDen 14 september, 2015 02:23:18, A B (a@b.example) skrev:\n\nold",
    "what somebody wrote once": "Hi\n\nThe inspector saw it on 2 March 2026 at 10:00, and wrote:\nThe pump is broken\n",
    "a wish with a day": "Hi,\n\nplease send it on 2026-03-01 as I wrote:\nThe pump is broken\n",
    "a form with two towns": "New request\n\nFrom: Berlin\nTo: Munich\nDate: 2026-03-02\n\nThe pump is broken",
    "handed on without a title": "See below\n\n---------- Forwarded message ----------\nFrom: bob@b.example\nDate: Tue, Sep 4, 2012\nSubject: x\nTo: rob@b.example\n\nThe pump is broken",
    "handed on in French": "Voir\n\n-------- Message transféré --------\nDe : bob@b.example\nDate : 4 mars 2026\nObjet : x\n\nThe pump is broken",
}  # fmt: skip


@pytest.mark.parametrize("name", NEW_WORDS)
def test_new_words_are_never_folded_away(name: str) -> None:
    assert "The pump is broken" in folded(NEW_WORDS[name]).newest


OLD_WORDS = {
    "a name between dashes": "Yes\n\n---- John Smith wrote ----\n\n> old",
    "day before the writer": "Yes\n\nDate: Fri, 28 Sep 2012 10:55:48 +0000\nFrom: a@b.example\nTo: c@d.example\nSubject: x\n\nold",
    "day and address without a verb": "Yes\n2011/4/7 Nathan <a@b.example>\n\n> old",
    "a Danish rule": "Ja\n\n-----Oprindelig meddelelse-----\nold",
}


@pytest.mark.parametrize("name", OLD_WORDS)
def test_more_ways_to_begin_what_is_old(name: str) -> None:
    parted = folded(OLD_WORDS[name])
    assert "old" not in parted.newest
    assert "old" in parted.history


WROTE = "<div>On 11 Apr 2026, at 6:54 PM, Bob &lt;bob@b.example&gt; wrote:</div>"
HEAD = "<hr><b>From:</b> bob@b.example<br><b>Sent:</b> Friday, July 22, 2026 6:20 PM<br><b>To:</b> x@y.example<br><b>Subject:</b> Hello<br>"


@pytest.mark.parametrize(
    "html",
    [
        f"Yes{WROTE}<blockquote>old</blockquote>",
        f"Yes<blockquote>{WROTE}<div>old</div></blockquote>",
        f"<p>Yes</p>{WROTE}<div>old</div>",
        f"<div>Yes{HEAD}<p>old</p></div>",
        f"<div>Yes</div><div>{HEAD.replace(':</b> ', ':&lrm;</b> &lrm;')}<p>old</p></div>",
        "<p>Yes</p>-----Original Message-----<p>old</p>",
    ],
)
def test_a_page_of_an_unknown_program_is_parted_by_its_words(html: str) -> None:
    newest, _, history = folded_html(html, "").partition("<details>")
    assert "Yes" in newest
    assert "old" not in newest
    assert "old" in history


@pytest.mark.parametrize(
    "html",
    [
        '<p>Hi</p><blockquote class="gmail_quote">The pump is broken</blockquote>',
        '<p>Hi</p><div class="moz-cite-prefix">On … wrote:</div><blockquote type=cite>old</blockquote><p>The pump is broken</p><blockquote type=cite>old</blockquote>',
        '<p>See</p><div class="gmail_quote"><div class="gmail_attr">---------- Forwarded message ---------<br>From: <b>A</b></div>The pump is broken</div>',
        f"<p>See</p><div>Begin forwarded message:</div><blockquote type=cite>{HEAD}The pump is broken</blockquote>",
        f"<p>Hi</p>{WROTE}<blockquote>old</blockquote><p>The pump is broken</p>",
        "<p>Hi</p><table><tr><td>From:</td><td>Berlin</td></tr><tr><td>To:</td><td>Munich</td></tr></table><p>The pump is broken</p>",
    ],
)  # fmt: skip
def test_new_words_on_a_page_are_never_folded_away(html: str) -> None:
    assert "The pump is broken" in folded_html(html, "").partition("<details>")[0]
