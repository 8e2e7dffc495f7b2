"""Telling machines from people, and reading what servers report."""

from __future__ import annotations

from typing import Any

import pytest

from upheld.channels.mail.parsing import parse, parse_head
from upheld.channels.mail.parsing.automatic import Kind
from upheld.channels.tests.post import letter


@pytest.mark.parametrize(
    ("fields", "kind"),
    [
        ({}, Kind.PERSON),
        ({"auto_submitted": "no"}, Kind.PERSON),
        ({"auto_submitted": "auto-replied; owner=x"}, Kind.REPLY),
        ({"auto_submitted": "auto-generated"}, Kind.GENERATED),
        ({"auto_submitted": "AUTO-NOTIFIED"}, Kind.GENERATED),
        ({"precedence": "bulk"}, Kind.BULK),
        ({"precedence": "Auto_Reply"}, Kind.REPLY),
        ({"precedence": "first-class"}, Kind.PERSON),
        ({"X-Autoreply": "yes"}, Kind.REPLY),
        ({"X-Autorespond": ""}, Kind.PERSON),
        ({"list_id": "<list.example>"}, Kind.BULK),
        ({"list_unsubscribe": "<mailto:x@y>"}, Kind.BULK),
        ({"return_path": "<>"}, Kind.GENERATED),
        ({"sender": "MAILER-DAEMON@mx.example"}, Kind.REPORT),
        ({"sender": "No-Reply <no-reply@shop.example>"}, Kind.GENERATED),
        ({"sender": "bounce-123@shop.example"}, Kind.GENERATED),
        ({"title": "Automatic reply: The pump"}, Kind.REPLY),
        ({"title": "Abwesenheitsnotiz"}, Kind.REPLY),
        ({"title": "Réponse automatique : absent"}, Kind.REPLY),
        ({"title": "自動返信"}, Kind.REPLY),
        ({"title": "Out of office hours, nobody answers your telephone"}, Kind.PERSON),
        ({"title": "Autoreply does not work"}, Kind.PERSON),
        ({"x_failed_recipients": "a@b.example"}, Kind.REPORT),
        ({"title": "AUTO: A. Reed is out of the office (returning 05/01/2026)"}, Kind.REPLY),
        ({"title": "AUTO: A. Reed ist außer Haus (Rückkehr am 01.05.2026)"}, Kind.REPLY),
        ({"title": "Auto: my car is broken"}, Kind.PERSON),
        ({"title": "[Desk #12] AutoReply: The pump"}, Kind.REPLY),
        ({"title": "[Automatyczna odpowiedź] Pompa"}, Kind.REPLY),
        ({"title": "Out of Office Reply: The pump", "precedence": "bulk"}, Kind.REPLY),
        ({"title": "Автоматический ответ: насос"}, Kind.REPLY),
        ({"title": "자동 회신: 펌프"}, Kind.REPLY),
        ({"title": "رد تلقائي: المضخة"}, Kind.REPLY),
        ({"title": "Automatische reactie op mijn aanvraag ontbreekt"}, Kind.PERSON),
        ({"title": "Abwesend am Montag, bitte vorher liefern"}, Kind.PERSON),
        ({"preference": "auto_reply"}, Kind.REPLY),
        ({"x_vacation": "yes"}, Kind.REPLY),
        ({"auto_submitted": "auto-generated", "title": "Automatic reply: The pump"}, Kind.REPLY),
        ({"sender": "Boxbe <waitlist@boxbe.com>", "title": "The pump (Action Required)"}, Kind.REPLY),
        ({"x_delivery_agent": "TMDA/1.1.12", "title": "Please confirm your message"}, Kind.REPLY),
        ({"title": "Please confirm your message", "precedence": "bulk", "in_reply_to": "<a@b>"}, Kind.REPLY),
        (
            {"title": "Re: Your mail awaits verification", "auto_submitted": "auto-replied", "references": "<a@b>"},
            Kind.REPLY,
        ),
        ({"title": "Please confirm your email address change"}, Kind.PERSON),
        ({"title": "Please confirm this order", "in_reply_to": "<a@b>"}, Kind.PERSON),
        ({"sender": "x@notboxbe.com"}, Kind.PERSON),
    ],
)
def test_machines_are_known_by_what_they_say(fields: dict[str, Any], kind: Kind) -> None:
    head = parse_head(letter(**fields))
    assert head.automation.kind == kind
    assert head.is_automatic is (kind != Kind.PERSON)
    assert bool(head.automatic_reason) is (kind != Kind.PERSON)
    assert head.automation.may_be_answered is (kind == Kind.PERSON)


def test_an_empty_envelope_sender_is_a_machine_and_a_wish_for_silence_is_none() -> None:
    assert parse_head(letter(), envelope_from="<>").automation.kind == Kind.GENERATED
    assert parse_head(letter(), envelope_from="").automation.kind == Kind.PERSON
    silent = parse_head(letter(x_auto_response_suppress="OOF, AutoReply")).automation
    assert (silent.kind, silent.may_be_answered) == (Kind.PERSON, False)
    assert parse_head(letter(x_auto_response_suppress="OOF")).automation.may_be_answered


REPORT = b"""From: Mail Delivery System <mailer-daemon@mx.harbour.example>
To: support@techflowsolutions.com
Subject: Undelivered Mail Returned to Sender
Content-Type: multipart/report; report-type=delivery-status; boundary="x"

--x
Content-Type: text/plain

I could not deliver your mail.
--x
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.harbour.example

Final-Recipient: rfc822; Gone@harbour.example
Action: failed
Status: 5.1.1 (bad)
Diagnostic-Code: smtp; 550 no such user

Final-Recipient: rfc822; slow@harbour.example
Action: delayed
Status: 4.4.1

Original-Recipient: rfc822;full@harbour.example
Action: failed
Status: 4.2.2
--x
Content-Type: text/rfc822-headers

Message-ID: <sent@techflowsolutions.com>
Subject: Re: The pump
--x--
"""


def test_a_report_says_who_failed_for_good_and_which_mail_it_was() -> None:
    report = parse(REPORT).report
    assert report is not None
    assert report.about[0] == "<sent@techflowsolutions.com>"
    assert [(one.address, one.status, one.is_permanent) for one in report.failed] == [
        ("gone@harbour.example", "5.1.1", True),
        ("full@harbour.example", "4.2.2", False),
    ]
    assert report.is_permanent
    assert not report.is_receipt


def test_old_servers_and_receipts_are_read_as_well() -> None:
    old = parse(
        letter(
            "The mail <sent@techflowsolutions.com> failed.",
            sender="MAILER-DAEMON@x.example",
            x_failed_recipients="gone@x.example",
        )
    )
    assert old.report is not None
    assert (old.report.about, old.report.failed[0].address) == (("<sent@techflowsolutions.com>",), "gone@x.example")
    receipt = REPORT.replace(b"delivery-status;", b"disposition-notification;").replace(
        b"message/delivery-status", b"message/disposition-notification"
    )
    read = parse(receipt).report
    assert read is not None
    assert read.is_receipt
    assert read.failed == ()
