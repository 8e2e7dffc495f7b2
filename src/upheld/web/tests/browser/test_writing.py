"""Writing a reply as an agent does: files, a colleague who is faster, a reply taken back by key, a session that ends."""

from __future__ import annotations

from datetime import UTC, datetime

from playwright.sync_api import Page, expect

from upheld.conftest import Cast
from upheld.tickets.actions.conversation import reply
from upheld.tickets.models import ScheduledReply
from upheld.web.tests.browser.conftest import Opening
from upheld.web.tests.conftest import Opening as Opened

PASTE = """([kind, name, type]) => {
  const field = document.getElementById("id_text"), carrier = new DataTransfer();
  carrier.items.add(new File(["x"], name, { type }));
  const how = { bubbles: true, cancelable: true };
  if (kind === "paste") field.dispatchEvent(new ClipboardEvent("paste", { clipboardData: carrier, ...how }));
  else document.body.dispatchEvent(new DragEvent("drop", { dataTransfer: carrier, ...how }));
}"""
FEWER = "document.getElementById('reply').dataset.most = '3'"


def writes(page: Page, text: str) -> None:
    page.click("#id_text")
    page.keyboard.type(text)


def test_a_reply_from_its_first_letter_to_its_undo(visit: Opening, desk: Cast, opened: Opened) -> None:
    ticket = opened()
    desk.agent.undo_seconds = 30
    desk.agent.save()
    page = visit(f"/desk/tickets/{ticket.pk}/", desk.agent, width=390)
    chosen, news = page.locator("#reply [data-chosen] .file"), page.locator(".news")
    writes(page, "Mine.")

    # files: pasted, dropped, left out again, too many said before anything is sent
    page.evaluate(PASTE, ["paste", "image.png", "image/png"])
    page.evaluate(PASTE, ["drop", "log.txt", "text/plain"])
    expect(chosen).to_have_count(2)
    expect(chosen.first).to_contain_text("picture ")
    page.evaluate(FEWER + " - 2")
    page.evaluate(PASTE, ["drop", "more.txt", "text/plain"])
    expect(page.locator(".over-size")).to_contain_text("Leave some out")
    page.click("#reply button.primary")
    expect(page.locator("#id_text")).to_have_value("Mine.")
    page.get_by_role("button", name="Leave out more.txt").click()
    page.get_by_role("button", name="Leave out log.txt").click()
    expect(page.locator(".over-size")).to_have_count(0)

    # a colleague was faster: words and files stay, and the second time it goes
    reply(ticket, text="Theirs.", by=desk.colleague.actor, at=datetime.now(UTC), author=desk.colleague.person)
    page.click("#reply button.primary")
    expect(news).to_contain_text("Theirs.")
    expect(page.locator("#id_text")).to_have_value("Mine.")
    expect(chosen).to_have_count(1)
    page.focus("#id_text")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".is-pending")).to_contain_text("picture ")
    assert ScheduledReply.objects.get().files.count() == 1
    expect(page.locator('[data-key="undo"]')).to_be_focused()

    # one key takes it back
    page.keyboard.press("z")
    expect(page.locator(".is-pending")).to_have_count(0)
    expect(page.locator("#id_text")).to_have_value("Mine.")
    expect(page.locator("#id_text")).to_be_focused()

    # the session ends: nothing looks as if it were sent, and the words are there again afterwards
    session = [one for one in page.context.cookies() if one["name"] == "session"]
    page.context.clear_cookies(name="session")
    writes(page, " More.")
    page.fill("#id_cc", "boss@harbour.example")
    page.click("#reply button.primary")
    expect(page.locator(".signed-out").first).to_contain_text("You are signed out")
    page.context.add_cookies(session)  # type: ignore[arg-type]
    page.reload()
    expect(page.locator("#id_text")).to_have_value("Mine. More.")
    expect(page.locator("#id_cc")).to_have_value("boss@harbour.example")
    assert ticket.messages.filter(by="staff").count() == 1
