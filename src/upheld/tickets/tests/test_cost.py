"""How many statements the acts cost that are done all day. More is not forbidden, but has to be seen."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from upheld.channels.mail.receiving import accept
from upheld.channels.tests.post import SUPPORT
from upheld.conftest import Cast
from upheld.tickets.actions.assignment import assign
from upheld.tickets.actions.conversation import customer_reply, note, reply
from upheld.tickets.intake import take_in_mail
from upheld.tickets.tests.scenes import MINUTE, MONDAY, opened

MOST = {"open": 5, "reply": 19, "customer": 10, "note": 8, "assign": 6}


def statements(act: Callable[[], object]) -> int:
    """Of the act, done in a transaction that stands already."""
    with CaptureQueriesContext(connection) as captured:
        act()
    done = [one["sql"] for one in captured if "SAVEPOINT" not in one["sql"]]
    return len(done)


def test_acts_of_agents_and_customers(cast: Cast) -> None:
    ticket = opened(cast)
    agent, customer, at = cast.agent, cast.customer, MONDAY + MINUTE
    acts: dict[str, Callable[[], object]] = {
        "open": lambda: opened(cast),
        "reply": lambda: reply(ticket, text="We look.", by=agent.actor, at=at, author=agent.person),
        "customer": lambda: customer_reply(
            ticket, text="Thanks.", by=customer.actor, at=at, author=customer.person, channel="portal"
        ),
        "note": lambda: note(ticket, text="The index.", by=agent.actor, at=at, author=agent.person),
        "assign": lambda: assign(ticket, to=agent, by=agent.actor, at=at),
    }
    cost = {name: statements(act) for name, act in acts.items()}
    assert {name: number for name, number in cost.items() if number > MOST[name]} == {}


@pytest.mark.parametrize(("sender", "most"), [("customer@harbour.example", 14), ("new@harbour.example", 20)])
def test_a_mail_that_opens_a_ticket(cast: Cast, sender: str, most: int) -> None:
    def raw(mark: str) -> bytes:
        return (
            f"From: Somebody <{sender}>\r\nTo: {SUPPORT}\r\nSubject: Pump {mark}\r\nMessage-ID: <{mark}@harbour.example>\r\n"
            "Date: Mon, 02 Mar 2026 10:00:00 -0500\r\n\r\nThe pump has stopped.\r\n"
        ).encode()

    other = accept(raw("first").replace(sender.encode(), b"other@harbour.example"), envelope_to=[SUPPORT])
    take_in_mail(other.pk)
    mail = accept(raw("second"), envelope_from=sender, envelope_to=[SUPPORT])
    assert statements(lambda: take_in_mail(mail.pk)) <= most
    mail.refresh_from_db()
    assert mail.state == mail.State.MESSAGE
