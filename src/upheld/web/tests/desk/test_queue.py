"""The queue as an agent sees it: who stands in which view, in which order, and what it costs."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from upheld.conftest import Cast
from upheld.people.models import Team
from upheld.tickets.actions.assignment import assign
from upheld.tickets.actions.waiting import wait_on_customer
from upheld.tickets.models import Ticket
from upheld.tickets.queues import pages
from upheld.web.tests.conftest import Browsing, Opening

QUEUE_QUERIES = 7


def titles(html: str) -> list[str]:
    return [
        part.split("<")[0] for part in html.split('<a class="row-link cut"')[1:] for part in [part.partition(">")[2]]
    ]


def page(browse: Browsing, cast: Cast, address: str) -> str:
    response = browse(cast.agent).get(address)
    assert response.status_code == 200, response.status_code
    return response.content.decode()


def test_the_tightest_promise_stands_first(browse: Browsing, cast: Cast, opened: Opening) -> None:
    opened(title="Later", priority="P4")
    opened(title="Sooner", priority="P1", category="outage")
    assert titles(page(browse, cast, "/desk/queue/open/")) == ["Sooner", "Later"]


def test_a_row_says_who_and_what_and_by_when(browse: Browsing, cast: Cast, opened: Opening) -> None:
    opened(priority="P1")
    html = page(browse, cast, "/desk/queue/open/")
    for said in (
        "Customer Reed",
        "Harbour Mills",
        "Enterprise",
        "P1",
        "The export stops",
        "Since this morning",
        "reply",
        "is-unread",
    ):
        assert said in html, said


@pytest.mark.parametrize(
    "view", ["mine", "unassigned", "late", "open", "waiting", "resolved", "all", "department/support"]
)
def test_every_view_opens_and_says_why_it_is_empty(browse: Browsing, cast: Cast, view: str) -> None:
    assert 'class="empty"' in page(browse, cast, f"/desk/queue/{view}/")


def test_views_hold_what_their_name_says(browse: Browsing, cast: Cast, opened: Opening) -> None:
    now = datetime.now(UTC)
    mine, waiting = opened(title="Mine"), opened(title="Waits")
    opened(title="Bill", category="billing", at=now - timedelta(days=40))
    assign(mine, to=cast.agent, by=cast.agent.actor, at=now)
    wait_on_customer(waiting, by=cast.agent.actor, at=now)
    assert titles(page(browse, cast, "/desk/queue/mine/")) == ["Mine"]
    assert titles(page(browse, cast, "/desk/queue/unassigned/")) == ["Bill", "Waits"]
    assert titles(page(browse, cast, "/desk/queue/late/")) == ["Bill"]
    assert titles(page(browse, cast, "/desk/queue/waiting/")) == ["Waits"]
    assert titles(page(browse, cast, "/desk/queue/department/billing/")) == ["Bill"]


def test_counts_stand_beside_the_views(browse: Browsing, cast: Cast, opened: Opening) -> None:
    for _ in range(3):
        opened()
    html = page(browse, cast, "/desk/queue/open/")
    assert "<title>(3) All open – Upheld</title>" in html


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("export", 1),
        ("expo", 1),
        ("Reed", 2),
        ("customer@harbour", 2),
        ("harbour mil", 2),
        ("quarry", 1),
        ("zebra", 0),
        ("&|!():*", 0),
    ],
)
def test_search_finds_subjects_people_and_accounts(
    browse: Browsing, cast: Cast, opened: Opening, text: str, found: int
) -> None:
    opened(title="The export stops")
    opened(title="Something else")
    opened(title="Third", requester=cast.stranger)
    expected = {"Reed": 3}.get(text, found)
    assert len(titles(page(browse, cast, f"/desk/queue/all/?text={text.replace('&', '%26')}"))) == expected


def test_search_for_a_number_opens_the_ticket(browse: Browsing, cast: Cast, ticket: Ticket) -> None:
    response = browse(cast.agent).get(f"/desk/queue/all/?text=%23{ticket.pk}")
    assert response["Location"] == f"/desk/tickets/{ticket.pk}/"


def test_a_search_narrows_by_what_is_chosen(browse: Browsing, cast: Cast, opened: Opening) -> None:
    opened(title="One", priority="P1")
    two = opened(title="Two", priority="P2", requester=cast.stranger)
    assign(two, to=cast.colleague, by=cast.agent.actor, at=datetime.now(UTC))
    assert titles(page(browse, cast, "/desk/queue/open/?priority=P2")) == ["Two"]
    assert titles(page(browse, cast, "/desk/queue/open/?plan=enterprise")) == ["One"]
    assert titles(page(browse, cast, f"/desk/queue/open/?assignee={cast.colleague.pk}")) == ["Two"]
    assert titles(page(browse, cast, "/desk/queue/open/?assignee=nobody")) == ["One"]
    assert titles(page(browse, cast, "/desk/queue/open/?status=closed")) == []


def test_pages_follow_each_other_without_gap_or_repetition(
    browse: Browsing, cast: Cast, opened: Opening, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages, "PAGE", 3)
    pages._first_of.cache_clear()
    expected = [opened(title=f"T{number}", priority=("P1", "P2", "P4")[number % 3]).title for number in range(7)]
    waiting = opened(title="No due time")
    wait_on_customer(waiting, by=cast.agent.actor, at=datetime.now(UTC))
    for view, size in (("open", 8), ("all", 8)):
        seen: list[str] = []
        address = f"/desk/queue/{view}/"
        while address:
            html = page(browse, cast, address)
            seen += titles(html)
            link = (
                html.partition('rel="next"')[0].rpartition('href="')[2].partition('"')[0]
                if 'rel="next"' in html
                else ""
            )
            address = f"/desk/queue/{view}/{link}" if link else ""
        assert sorted(seen) == sorted([*expected, "No due time"]), view
        assert len(seen) == size


@pytest.mark.parametrize("key", ["x", "1-", "n-", "99999999999999999999999-1", "-", "1-2-3", "n-x"])
def test_a_key_that_is_none_gives_the_first_page(browse: Browsing, cast: Cast, ticket: Ticket, key: str) -> None:
    assert titles(page(browse, cast, f"/desk/queue/open/?after={key}")) == [ticket.title]


def test_it_costs_the_same_for_many_tickets_as_for_few(browse: Browsing, cast: Cast, opened: Opening) -> None:
    client = browse(cast.agent)
    Team.objects.create(name="Billing", department="billing")
    for number in range(20):
        opened(title=f"T{number}", requester=(cast.customer, cast.neighbour, cast.stranger)[number % 3])
    client.get("/desk/queue/open/")
    with CaptureQueriesContext(
        connection,
    ) as captured:
        assert client.get("/desk/queue/open/").status_code == 200
    assert len(captured) <= QUEUE_QUERIES, [query["sql"][:120] for query in captured]


def test_the_live_part_is_the_list_the_views_and_the_bell(browse: Browsing, cast: Cast, ticket: Ticket) -> None:
    response = browse(cast.agent).get("/desk/queue/open/", headers={"HX-Request": "true", "HX-Target": "queue"})
    html = response.content.decode()
    assert "<html" not in html
    for part in ('id="queue"', 'id="views-list"', 'id="bell"', f'id="t{ticket.pk}"'):
        assert part in html


def test_strangers_find_no_workspace(browse: Browsing, cast: Cast, client: object) -> None:
    assert browse(cast.customer).get("/desk/queue/open/").status_code == 404
    assert browse(cast.customer_admin).get("/desk/").status_code == 404


def test_a_visitor_is_asked_to_sign_in(cast: Cast) -> None:
    from django.test import Client

    response = Client().get("/desk/queue/open/")
    assert response.status_code == 302
    assert "/accounts/login/" in response["Location"]


def test_there_is_no_view_of_a_name_that_nobody_knows(browse: Browsing, cast: Cast) -> None:
    assert browse(cast.agent).get("/desk/queue/nonsense/").status_code == 404
    assert browse(cast.agent).get("/desk/queue/department/nonsense/").status_code == 404
    assert browse(cast.agent).post("/desk/queue/open/").status_code == 405
