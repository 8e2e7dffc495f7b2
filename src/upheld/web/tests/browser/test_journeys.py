"""What agents do all day, by keyboard alone, without scripts, and while others work beside them."""

from __future__ import annotations

import re
import time
from datetime import UTC, datetime

from playwright.sync_api import Page, expect

from upheld.conftest import Cast
from upheld.people.actions import notify
from upheld.tickets.actions.changing import change
from upheld.tickets.actions.conversation import customer_reply
from upheld.tickets.models import Draft, Ticket
from upheld.web.tests.browser.conftest import Opening
from upheld.web.tests.conftest import Opening as Opened
from upheld.web.times import span

LIVE = 0.3  # seconds from the commit to the other browser


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def test_a_ticket_is_found_answered_and_resolved_by_keyboard(visit: Opening, desk: Cast, opened: Opened) -> None:
    opened(title="Second", priority="P4")
    first = opened(title="First", priority="P2")
    page = visit("/desk/queue/open/", desk.agent)
    press(page, "j", "Enter")
    page.wait_for_url(f"**/desk/tickets/{first.pk}/")
    press(page, "d")
    expect(page.locator("dialog")).to_contain_text("The clause in words")
    press(page, "Escape", "r")
    page.keyboard.type("We have found it.")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".message.by-staff")).to_contain_text("We have found it.")
    expect(page.locator("#id_text")).to_have_value("")
    press(page, "Escape", "n")
    page.keyboard.type("Look at the index next time.")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".message.is-internal")).to_contain_text("Look at the index")
    press(page, "Escape", "i")
    expect(page.locator("#p-assignee")).to_have_value(str(desk.agent.pk))
    press(page, "e")
    page.wait_for_selector("dialog[open] textarea")
    page.focus("dialog textarea")
    page.keyboard.type("Index rebuilt")
    press(page, "Tab", "Tab", "Tab", "Enter")
    expect(page.locator(".ticket-facts")).to_contain_text("Resolved")
    press(page, "g", "q")
    page.wait_for_url("**/desk/queue/open/")
    expect(page.locator(".row-ticket")).to_have_count(1)


def test_rows_are_walked_selected_and_changed_together_by_keyboard(visit: Opening, desk: Cast, opened: Opened) -> None:
    tickets = [opened(title=f"Ticket {number}") for number in range(3)]
    page = visit("/desk/queue/open/", desk.agent)
    press(page, "j", "x", "j", "x", "k", "j", "j")
    expect(page.locator("[data-bulk-count]")).to_have_text("2 selected")
    page.focus("#bulk-priority")
    page.select_option("#bulk-priority", "P1")
    press(page, "Tab", "Enter")
    expect(page.locator(".messages")).to_contain_text("2 tickets set to P1.")
    assert sorted(Ticket.objects.values_list("priority", flat=True)) == ["P1", "P1", "P4"]
    assert len(tickets) == 3
    press(page, "?")
    expect(page.locator("dialog")).to_contain_text("Next and previous ticket")
    press(page, "Escape", "/")
    expect(page.locator("#search")).to_be_focused()
    press(page, "Escape", "g", "l")
    page.wait_for_url("**/desk/queue/late/")


def test_in_a_ticket_one_walks_on_through_the_queue(visit: Opening, desk: Cast, opened: Opened) -> None:
    first, second = opened(title="First", priority="P1"), opened(title="Second", priority="P4")
    page = visit("/desk/queue/open/", desk.agent)
    press(page, "j", "Enter")
    page.wait_for_url(f"**/tickets/{first.pk}/")
    press(page, "j")
    page.wait_for_url(f"**/tickets/{second.pk}/")
    press(page, "k")
    page.wait_for_url(f"**/tickets/{first.pk}/")


def test_letters_typed_into_a_field_are_letters(visit: Opening, desk: Cast, opened: Opened) -> None:
    ticket = opened()
    page = visit(f"/desk/tickets/{ticket.pk}/", desk.agent)
    press(page, "r")
    page.keyboard.type("jknraeg?/xw")
    expect(page.locator("#id_text")).to_have_value("jknraeg?/xw")
    assert page.url.endswith(f"/tickets/{ticket.pk}/")


def test_what_is_typed_is_kept_while_one_looks_elsewhere(visit: Opening, desk: Cast, opened: Opened) -> None:
    ticket = opened()
    page = visit(f"/desk/tickets/{ticket.pk}/", desk.agent)
    press(page, "n")
    page.keyboard.type("Half a thought")
    page.goto("/desk/queue/open/")  # at once, before the pause after which drafts are saved
    page.wait_for_timeout(400)
    assert Draft.objects.get().text == "Half a thought"
    page.goto(f"/desk/tickets/{ticket.pk}/?compose=note")
    expect(page.locator("#id_note")).to_have_value("Half a thought")


# -- live -----------------------------------------------------------------------------------------------------------------


def connected(page: Page) -> None:
    page.wait_for_selector("body[data-connected=true]")
    page.wait_for_timeout(200)


def test_a_new_ticket_appears_by_itself_at_its_place(visit: Opening, desk: Cast, opened: Opened) -> None:
    opened(title="Not so urgent", priority="P4")
    page = visit("/desk/queue/open/", desk.agent)
    connected(page)
    page.evaluate(
        "new MutationObserver(() => document.querySelectorAll('.row-ticket').length === 2 && (window.arrived ||= Date.now()))"
        ".observe(document.getElementById('rows'), {childList: true})"
    )
    opened(title="Brand new", priority="P1")
    committed = time.time()
    expect(page.locator(".row-ticket .row-link").first).to_contain_text("Brand new")
    assert page.evaluate("window.arrived") / 1000 - committed < LIVE
    expect(page.locator("#announcer")).to_contain_text("New ticket: Brand new")
    expect(page).to_have_title(re.compile(r"^\(2\) All open"))
    expect(page.locator('a.view[aria-current="page"] .view-count')).to_contain_text("2")


def test_nothing_jumps_while_somebody_is_pointing_at_the_queue(visit: Opening, desk: Cast, opened: Opened) -> None:
    opened(title="Not so urgent", priority="P4")
    page = visit("/desk/queue/open/", desk.agent)
    connected(page)
    page.hover(".row-ticket")
    opened(title="Brand new", priority="P1")
    page.mouse.move(600, 200)
    page.wait_for_timeout(400)
    expect(page.locator(".row-ticket")).to_have_count(1)
    expect(page.locator(".row-ticket")).to_have_count(2)


def test_a_selection_outlives_what_others_do(visit: Opening, desk: Cast, opened: Opened) -> None:
    ticket, other = opened(title="Mine"), opened(title="Other")
    page = visit("/desk/queue/open/", desk.agent)
    connected(page)
    page.check(f"#t{ticket.pk} input")
    page.mouse.move(10, 10)
    change(ticket, by=desk.lead.actor, at=datetime.now(UTC), priority="P1")
    expect(page.locator(f"#t{ticket.pk}")).to_contain_text("P1")
    expect(page.locator(f"#t{ticket.pk} input")).to_be_checked()
    expect(page.locator(f"#t{other.pk} input")).not_to_be_checked()


def test_an_open_ticket_follows_and_what_is_being_typed_stays(visit: Opening, desk: Cast, opened: Opened) -> None:
    ticket = opened()
    page = visit(f"/desk/tickets/{ticket.pk}/", desk.agent)
    connected(page)
    press(page, "r")
    page.keyboard.type("I am just")
    customer_reply(
        ticket,
        text="It works again.",
        by=desk.customer.actor,
        at=datetime.now(UTC),
        author=desk.customer.person,
        channel="portal",
    )
    expect(page.locator(".thread")).to_contain_text("It works again.")
    expect(page.locator("#id_text")).to_have_value("I am just")
    expect(page.locator("#id_text")).to_be_focused()
    expect(page.locator("#announcer")).to_contain_text("Message of Customer Reed")


def test_the_bell_follows_when_somebody_is_told(visit: Opening, desk: Cast, opened: Opened) -> None:
    ticket = opened()
    page = visit("/desk/queue/open/", desk.agent)
    connected(page)
    notify([desk.agent.person], key="x", subject=ticket.key, kind="ticket.raised", text="Look", at=datetime.now(UTC))
    expect(page.locator("#bell .count")).to_have_text("1")
    page.click(f"#t{ticket.pk} .row-link")
    expect(page.locator("#bell .count")).to_have_count(0)


def test_one_connection_serves_all_tabs(visit: Opening, desk: Cast, opened: Opened) -> None:
    page = visit("/desk/queue/open/", desk.agent)
    connected(page)
    tab = page.context.new_page()
    streams: list[str] = []
    tab.on("request", lambda request: streams.append(request.url) if "/desk/live/" in request.url else None)
    tab.goto("/desk/queue/open/")
    tab.wait_for_timeout(300)
    opened(title="For both")
    expect(page.locator(".row-ticket")).to_have_count(1)
    expect(tab.locator(".row-ticket")).to_have_count(1)
    assert streams == []


def test_the_script_says_spans_as_the_server_does(visit: Opening, desk: Cast) -> None:
    page = visit("/desk/queue/open/", desk.agent)
    seconds = [0, 59, 61, 3599, 3600, 5400, 35999, 36000, 172799, 172800, 900000]
    said = page.evaluate(
        "async (all) => { const m = await import('/static/upheld/countdown.js'); return all.map(m.span); }", seconds
    )
    assert said == [span(one) for one in seconds]


# -- without scripts ------------------------------------------------------------------------------------------------------


def test_everything_works_without_scripts(visit: Opening, desk: Cast, opened: Opened) -> None:
    ticket = opened(title="Plain")
    page = visit("/desk/queue/open/", desk.agent, scripts=False)
    page.fill("#filter-text", "plain")
    page.click("text=Narrow")
    page.click(".row-link")
    page.click("a[data-compose=note]")
    page.wait_for_url("**?compose=note#composer")
    page.fill("#id_note", "By hand")
    page.click("text=Save internal note")
    page.click("a[data-compose=reply]")
    page.wait_for_url("**?compose=reply#composer")
    page.fill("#id_text", "Dear Ana")
    page.click("text=Send and wait for customer")
    expect(page.locator(".thread")).to_contain_text("Dear Ana")
    expect(page.locator(".ticket-facts")).to_contain_text("Waiting on customer")
    page.select_option("#p-priority", "P1")
    page.click("form:has(#p-priority) button")
    expect(page.locator(".priority").first).to_contain_text("P1")
    page.click('.ticket-acts a:has-text("Resolve")')
    page.fill("textarea", "Settled")
    page.click("main button:has-text('Resolve')")
    expect(page.locator(".ticket-facts")).to_contain_text("Resolved")
    page.click(".chip >> nth=0") if page.locator(".ticket-facts .chip").count() else None
    ticket.refresh_from_db()
    assert ticket.status == "resolved"
    page.goto("/desk/queue/resolved/")
    page.check(f"#t{ticket.pk} input")
    page.select_option("#bulk-assignee", str(desk.agent.pk))
    page.click(".bulk button:has-text('Assign')")
    ticket.refresh_from_db()
    assert ticket.assignee == desk.agent
