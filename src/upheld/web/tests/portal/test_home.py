"""The first page: for strangers a door, for customers their own."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
import time_machine
from django.test import Client

from upheld.conftest import Cast
from upheld.tickets.models import Ticket
from upheld.web.tests.conftest import Browsing

SATURDAY = datetime(2026, 3, 7, 15, tzinfo=UTC)  # in the night the clocks of New York go forward
MONDAY = datetime(2026, 3, 2, 15, tzinfo=UTC)


def test_a_stranger_finds_how_to_reach_us_and_how_to_sign_in(cast: Cast) -> None:
    page = Client().get("/").content.decode()
    assert "support@techflowsolutions.com" in page
    assert "/accounts/login/code/" in page
    assert "This is a demonstration" not in page


def test_whoever_works_here_lands_in_the_workspace(cast: Cast, browse: Browsing) -> None:
    assert browse(cast.agent).get("/")["Location"] == "/desk/"


def test_whoever_works_here_and_follows_a_customers_link_sees_the_ticket_in_the_workspace(
    cast: Cast, browse: Browsing, ticket: Ticket
) -> None:
    assert browse(cast.agent).get(f"/requests/{ticket.pk}/")["Location"] == f"/desk/tickets/{ticket.pk}/"


def test_a_customer_sees_what_is_open_and_what_the_plan_has(cast: Cast, browse: Browsing, ticket: Ticket) -> None:
    page = browse(cast.customer).get("/").content.decode()
    assert "1 open" in page
    assert ticket.title in page
    assert "1-800-356-9832" in page
    assert "Not in your plan" not in page


def test_what_the_plan_lacks_is_said_kindly_and_without_its_number(cast: Cast, browse: Browsing) -> None:
    page = browse(cast.stranger).get("/").content.decode()
    assert "Not in your plan" in page
    assert "The telephone comes with Professional" in page
    assert "1-800-356-9832" not in page


@pytest.mark.parametrize(
    ("now", "said"),
    [(SATURDAY, "Closed, opens on Monday at 13:00 CET"), (MONDAY, "Open now, until tomorrow at 00:00 CET")],
)
def test_hours_are_said_in_the_visitors_zone(cast: Cast, browse: Browsing, now: datetime, said: str) -> None:
    browser = browse(cast.stranger)
    with time_machine.travel(now, tick=False):
        assert said in browser.get("/").content.decode()


def test_requests_of_others_are_not_counted(cast: Cast, browse: Browsing, ticket: Ticket) -> None:
    for other in (cast.neighbour, cast.stranger):
        assert "Nothing is open" in browse(other).get("/").content.decode()
    assert "1 open" in browse(cast.customer_admin).get("/").content.decode()


def test_the_company_s_colour_is_a_style_sheet(cast: Cast) -> None:
    page = Client().get("/").content.decode()
    address = page.partition('href="/colours/')[2].partition('"')[0]
    answer = Client().get(f"/colours/{address}")
    assert answer["Content-Type"] == "text/css"
    assert b"--company: light-dark(oklch(" in answer.content


def test_only_reading_is_allowed_there(cast: Cast) -> None:
    assert Client().post("/").status_code == 405
