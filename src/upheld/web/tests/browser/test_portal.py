"""The customers' front in a real browser: by mouse, by keyboard alone, without scripts, and as screen readers find it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from email import message_from_bytes, policy
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from upheld.channels.models import OutgoingMail
from upheld.config.tests.processes import until
from upheld.conftest import Cast
from upheld.tickets.actions import conversation, merging, resolution
from upheld.tickets.actions.opening import open_ticket
from upheld.tickets.models import Ticket
from upheld.web.tests.browser.conftest import Opening, violations

PASSWORD = "a long password"
PROMISE = re.compile(r"We answer by \w{3} \d+ \w{3}, \d\d:\d\d E[SD]T\.")


def asked_by(contact: object, title: str = "The export stops half-way", **given: object) -> Ticket:
    asked: dict[str, object] = {
        "requester": contact,
        "title": title,
        "text": "Since this morning every export ends at 50 %.",
        "channel": "portal",
        "by": contact.actor,  # type: ignore[attr-defined]
        "at": datetime.now(UTC),
    }
    return open_ticket(**{**asked, **given})  # type: ignore[arg-type]


def answer(ticket: Ticket, cast: Cast, text: str = "Please send us the file.") -> None:
    conversation.reply(
        ticket, text=text, by=cast.agent.actor, at=datetime.now(UTC), author=cast.agent.person, send=False
    )


def settle(ticket: Ticket, cast: Cast, at: datetime | None = None) -> None:
    resolution.resolve(ticket, by=cast.agent.actor, at=at or datetime.now(UTC), record={"resolution": "Cleaned."})


def fill_in(page: Page) -> None:
    page.get_by_label("Subject").fill("Import stops at row 17")
    page.get_by_label("What happens").fill("The list worked last week.")
    page.get_by_role("group", name="Effect on your business").get_by_label("Medium").check()
    page.get_by_role("group", name="Urgency").get_by_label("High").check()


# -- journeys -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("scripts", [True, False])
def test_a_customer_asks_follows_answers_closes_and_reopens(
    desk: Cast, visit: Opening, tmp_path: Path, scripts: bool
) -> None:
    page = visit("/", desk.customer, scripts=scripts)
    page.get_by_role("link", name="Ask for help").last.click()
    fill_in(page)
    file = tmp_path / "list.csv"
    file.write_text("a,b\n")
    page.get_by_label("Files").set_input_files(file)
    page.get_by_role("button", name="Send request").click()
    ticket = Ticket.objects.get()
    expect(page.get_by_role("heading", level=1)).to_have_text(f"We have your request #{ticket.pk}")
    expect(page.get_by_text(PROMISE)).to_be_visible()

    answer(ticket, desk)
    page.get_by_role("link", name="See your request").click()
    expect(page.get_by_text("Please send us the file.")).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("link", name="list.csv").click()
    assert download.value.path().read_text() == "a,b\n"
    page.get_by_label("Your message").fill("Here it is.")
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_text("Here it is.")).to_be_visible()

    page.get_by_role("button", name="It is solved, close it").click()
    expect(page.get_by_text("Closed. Thank you for telling us.")).to_be_visible()
    expect(page.get_by_text("closed for good")).to_be_visible()
    page.get_by_role("link", name="ask again").click()
    expect(page.get_by_label("Subject")).to_have_value("Again: Import stops at row 17")


def test_what_was_resolved_comes_back_when_the_customer_writes(desk: Cast, visit: Opening) -> None:
    ticket = asked_by(desk.customer)
    settle(ticket, desk)
    page = visit(f"/requests/{ticket.pk}/", desk.customer)
    page.get_by_label("Your message").fill("It happens again.")
    page.get_by_role("button", name="Send and reopen").click()
    expect(page.get_by_text("Your request is open again.")).to_be_visible()
    ticket.refresh_from_db()
    assert not ticket.is_settled


def test_an_account_administrator_sees_what_the_account_asked_and_others_do_not(desk: Cast, visit: Opening) -> None:
    asked_by(desk.customer)
    page = visit("/requests/", desk.customer_admin)
    page.get_by_role("link", name=re.compile("The export stops")).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("The export stops half-way")
    other = visit("/requests/", desk.neighbour)
    expect(other.get_by_role("heading", name="Nothing is open")).to_be_visible()


def test_asking_by_keyboard_alone(desk: Cast, visit: Opening) -> None:
    page = visit("/", desk.customer)
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")
    _tab_to(page, "Ask for help", "a")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Ask for help")
    for label, typed in (("Subject", "Import stops at row 17"), ("What happens", "The list worked last week.")):
        _tab_to(page, label, "input, textarea")
        page.keyboard.type(typed)
    for _ in range(2):  # effect on the business, and urgency: the middle one of each
        _tab_to_radio(page)
        page.keyboard.press("ArrowDown")
    _tab_to(page, "Send request", "button")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("We have your request")
    assert Ticket.objects.get().priority == "P3"


def test_errors_take_the_focus_and_lead_to_their_fields(desk: Cast, visit: Opening) -> None:
    page = visit("/ask/", desk.customer)
    page.get_by_label("What happens").fill("Kept as it was typed.")
    page.get_by_role("button", name="Send request").click()
    expect(page.get_by_role("alert")).to_be_focused()
    page.get_by_role("alert").get_by_role("link", name=re.compile("^Subject")).click()
    expect(page.get_by_label("Subject")).to_be_focused()
    expect(page.get_by_label("What happens")).to_have_value("Kept as it was typed.")
    assert page.title().startswith("Error: ")


# -- signing in ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("scripts", [True, False])
def test_a_mailed_code_opens_the_door(desk: Cast, visit: Opening, scripts: bool) -> None:
    page = visit("/requests/", scripts=scripts)
    page.get_by_role("link", name="Mail me a code").click()
    page.get_by_label("Email").fill(desk.customer.person.email)
    page.get_by_role("button", name="Mail me a code").click()
    until(OutgoingMail.objects.exists)
    body = message_from_bytes(bytes(OutgoingMail.objects.get().raw), policy=policy.default).get_body(("plain",))
    assert body is not None
    page.get_by_role("textbox").fill(str(body.get_content()).split("\n    ")[1].split("\n")[0])
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("My requests")


@pytest.fixture
def phone(chromium: Browser, web: str) -> Iterator[Page]:
    """A browser with a passkey device built in. Passkeys belong to a name, so the address is `localhost`."""
    context = chromium.new_context(base_url=web.replace("127.0.0.1", "localhost"))
    page = context.new_page()
    session = context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    device = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True}
    session.send("WebAuthn.addVirtualAuthenticator", {"options": {**device, "isUserVerified": True}})
    yield page
    context.close()


def test_a_passkey_is_added_and_signs_in(desk: Cast, phone: Page) -> None:
    phone.goto("/accounts/login/")
    phone.get_by_label("Email").fill(desk.agent.person.email)
    phone.get_by_label("Password").fill(PASSWORD)
    phone.get_by_role("button", name="Sign in", exact=True).click()
    phone.goto("/accounts/2fa/webauthn/add/")
    phone.get_by_label("Password").fill(PASSWORD)
    phone.get_by_role("button", name="Go on").click()
    phone.get_by_label("Name").fill("My telephone")
    phone.get_by_label("Passwordless").check()
    phone.get_by_role("button", name="Add it").click()
    expect(phone.get_by_role("heading", level=1)).to_have_text("Recovery codes")

    phone.goto("/accounts/logout/")
    phone.locator("main").get_by_role("button", name="Sign out").click()
    phone.goto("/accounts/login/")
    phone.get_by_role("button", name="Use a passkey").click()
    phone.wait_for_url("**/desk/**")


# -- what everybody can read ----------------------------------------------------------------------------------------------


def pages_of(cast: Cast) -> dict[str, str]:
    """Every page of the portal with something on it, by what it shows."""
    running = asked_by(cast.customer, priority="P1")
    answer(running, cast)
    settled = asked_by(cast.customer, title="A settled one")
    settle(settled, cast)
    over = asked_by(cast.customer, title="One that is over", at=datetime(2026, 1, 5, tzinfo=UTC))
    settle(over, cast, at=datetime(2026, 1, 6, tzinfo=UTC))
    twice = asked_by(cast.customer, title="Sent twice")
    merging.merge(twice, into=running, by=cast.agent.actor, at=datetime.now(UTC))
    return {
        "first page": "/",
        "form": "/ask/",
        "list": "/requests/",
        "nothing found": "/requests/?q=nowhere",
        "request": f"/requests/{running.pk}/",
        "settled request": f"/requests/{settled.pk}/",
        "closed request": f"/requests/{over.pk}/",
        "merged request": f"/requests/{twice.pk}/",
        "sent": f"/requests/{running.pk}/sent/",
        "escalation": f"/requests/{running.pk}/escalation/",
        "rating": f"/requests/{settled.pk}/rating/",
        "profile": "/profile/",
        "signing in": "/accounts/2fa/",
    }


@pytest.mark.parametrize(("width", "dark"), [(390, False), (1280, True)])
def test_every_page_of_a_customer_is_accessible_and_fits(desk: Cast, visit: Opening, width: int, dark: bool) -> None:
    page = visit("/", desk.customer, width=width, dark=dark)
    found = {}
    for name, address in pages_of(desk).items():
        page.goto(address)
        found[name] = violations(page) + _overflow(page)
    assert {name: wrong for name, wrong in found.items() if wrong} == {}


@pytest.mark.parametrize("dark", [False, True])
def test_every_state_of_a_page_is_accessible(desk: Cast, visit: Opening, dark: bool) -> None:
    ticket = asked_by(desk.customer)
    page = visit("/ask/", desk.customer, dark=dark)
    page.get_by_role("button", name="Send request").click()
    expect(page.get_by_role("alert")).to_be_visible()
    assert violations(page) == []
    page.get_by_text("Helpful additions").click()
    assert violations(page) == []
    page.locator("summary").filter(has_text="Your menu").click()
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()
    assert violations(page) == []
    page.goto(f"/requests/{ticket.pk}/")
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("alert")).to_be_visible()
    assert violations(page) == []


@pytest.mark.parametrize(("width", "dark"), [(390, False), (1280, True)])
def test_every_page_of_signing_in_is_accessible_and_fits(desk: Cast, visit: Opening, width: int, dark: bool) -> None:
    page = visit("/", width=width, dark=dark)
    found = {}
    for address in (
        "/",
        "/accounts/login/",
        "/accounts/login/code/",
        "/accounts/password/reset/",
        "/accounts/password/reset/done/",
    ):
        page.goto(address)
        found[address] = violations(page) + _overflow(page)
    page.goto("/accounts/login/")
    page.get_by_label("Email").fill(desk.agent.person.email)
    page.get_by_label("Password").fill("not this one")
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("alert")).to_be_visible()
    found["wrong password"] = violations(page)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url("**/desk/**")
    page.goto("/accounts/2fa/totp/activate/")
    found["again"] = violations(page)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("authenticator")
    for address in ("totp/activate/", "webauthn/", "webauthn/add/", "recovery-codes/generate/", ""):
        page.goto(f"/accounts/2fa/{address}")
        found[address] = violations(page) + _overflow(page)
    for address in ("/accounts/password/change/", "/accounts/logout/"):
        page.goto(address)
        found[address] = violations(page) + _overflow(page)
    assert {name: wrong for name, wrong in found.items() if wrong} == {}


def test_at_four_hundred_percent_nothing_is_cut_off(desk: Cast, visit: Opening) -> None:
    page = visit("/", desk.customer, width=320)
    for name, address in pages_of(desk).items():
        page.goto(address)
        assert _overflow(page) == [], name


# -- small things -----------------------------------------------------------------------------------------------------------


def _overflow(page: Page) -> list[str]:
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return [f"{page.url} is {wide} px too wide"] if wide > 0 else []


def _tab_to(page: Page, name: str, selector: str) -> None:
    """Press Tab until the element with this name has the focus."""
    script = """([name, selector]) => { const at = document.activeElement;
        const said = (at.labels?.[0]?.textContent || at.textContent || '').trim();
        return at.matches(selector) && said.startsWith(name); }"""
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate(script, [name, selector]):
            return
    pytest.fail(f"{name} cannot be reached with Tab: {json.dumps(page.evaluate('document.activeElement.outerHTML'))}")


def _tab_to_radio(page: Page) -> None:
    for _ in range(20):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.type === 'radio'"):
            return
    pytest.fail("No choice can be reached with Tab")
