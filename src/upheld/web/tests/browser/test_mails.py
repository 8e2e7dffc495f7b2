"""A mail with markup, pictures and an invitation, as an agent and its sender see it."""
# ruff: noqa: E501 - the mail is written as it is

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from upheld.channels.tests.test_special_parts import CALENDAR
from upheld.conftest import Cast
from upheld.tickets.models import Message
from upheld.tickets.tests.mailbox import take
from upheld.web.tests.browser.conftest import Opening, violations

MARKUP = b"""<html><head><style>p{color:white}</style></head><body bgcolor="#ffffff" text="#ffffff">
<h2 style="color:#fff">The pump</h2><p style="color:white">White words on white, for those who <font color="#fefefe">hide</font> them.</p>
<table width="600"><tr><th>Part</th><th>State</th></tr><tr><td>Pump</td><td>off</td></tr></table>
<p><img src="data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7" alt="The lamp" width="120" height="40"> <img src="https://pictures.quarry.example/a.png" alt="Our logo"></p>
<script>document.title="ran"</script><img src=x onerror="document.title='ran'">
<div class="gmail_signature"><div>A. Reed</div></div>
<div class="gmail_quote"><div>On Mon, Support wrote:</div><blockquote>Is it on?</blockquote></div></body></html>"""


@pytest.fixture(autouse=True)
def apart(tmp_path: Path, settings: Any) -> None:
    settings.MEDIA_ROOT = tmp_path / "files"


def a_mail(cast: Cast) -> Message:
    head = (
        b"From: Reed <"
        + cast.customer.person.email.encode()
        + b">\r\nTo: support@techflowsolutions.com\r\nSubject: The pump\r\n"
        b"Message-ID: <pump@harbour.example>\r\nContent-Type: multipart/related; boundary=x\r\n\r\n"
    )
    parts = (
        b"Content-Type: text/html; charset=utf-8\r\n\r\n" + MARKUP,
        b"Content-Type: text/calendar; name=invite.ics\r\n\r\n" + CALENDAR.format("Europe/Berlin").encode(),
        b"Content-Type: application/pgp-signature; name=signature.asc\r\n\r\n-----",
    )
    return Message.objects.get(
        received=take(head + b"".join(b"--x\r\n" + part + b"\r\n" for part in parts) + b"--x--\r\n")
    )


@pytest.mark.parametrize(("width", "dark"), [(390, True), (1024, False)])
def test_a_mail_is_readable_in_both_themes_and_nothing_in_it_acts(
    visit: Opening, desk: Cast, width: int, dark: bool
) -> None:
    message = a_mail(desk)
    found = {}
    pages = ((desk.agent, f"/desk/tickets/{message.ticket_id}/"), (desk.customer, f"/requests/{message.ticket_id}/"))
    for number, (who, path) in enumerate(pages):
        page = visit(path, who, width=width, dark=dark)
        expect(page.get_by_text("White words on white")).to_be_visible()
        expect(page.get_by_text("Picture from pictures.quarry.example – Our logo")).to_be_visible()
        expect(page.get_by_alt_text("The lamp")).to_be_visible()
        expect(page.get_by_text("Is it on?")).not_to_be_visible()
        assert page.title() != "ran"
        found[path] = _look(page, f"mail-{number}-{width}")
        if who is desk.agent:
            expect(page.get_by_text("signed, not checked")).to_be_visible()
            expect(page.get_by_role("link", name="Original", exact=True)).to_be_visible()
    assert {where: wrong for where, wrong in found.items() if wrong} == {}


def _look(page: Any, name: str) -> list[str]:
    if "PICTURES" in os.environ:
        page.screenshot(path=f"{os.environ['PICTURES']}/{name}.png", full_page=True)
    wider = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return violations(page) + ([f"{wider} px too wide"] if wider > 0 else [])
