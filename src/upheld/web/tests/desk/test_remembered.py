"""What is drawn once and shown to many has each one's own token and address, and nobody else's."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from upheld.conftest import Cast
from upheld.tickets.actions.changing import change
from upheld.tickets.tests.scenes import MONDAY, opened
from upheld.web.desk import remembered

pytestmark = pytest.mark.django_db
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="(\w{64})"')


def page(cast: Cast, pk: int) -> str:
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(cast.agent.person)
    return browser.get(f"/desk/tickets/{pk}/").content.decode()


def test_two_pages_share_no_token_and_no_address(cast: Cast) -> None:
    one, other = opened(cast), opened(cast)
    first, second = page(cast, one.pk), page(cast, other.pk)
    assert set(TOKEN.findall(first)).isdisjoint(TOKEN.findall(second))
    assert f'action="/desk/tickets/{one.pk}/properties/"' in first
    assert f"/desk/tickets/{one.pk}/properties/" not in second
    assert remembered.TOKEN not in first + second
    assert remembered.BASE not in first + second


def test_a_form_of_the_page_is_accepted(cast: Cast) -> None:
    ticket, browser = opened(cast), Client(enforce_csrf_checks=True)
    browser.force_login(cast.agent.person)
    shown = browser.get(f"/desk/tickets/{ticket.pk}/").content.decode()
    form = shown[shown.index('id="side-properties"') :]
    found = TOKEN.search(form)
    assert found is not None
    address = f"/desk/tickets/{ticket.pk}/properties/"
    assert browser.post(address, {"priority": "P1"}).status_code == 403
    assert browser.post(address, {"priority": "P1", "csrfmiddlewaretoken": found[1]}).status_code == 302
    ticket.refresh_from_db()
    assert ticket.priority == "P1"


def test_what_was_changed_and_what_people_wrote_is_shown_as_it_is(cast: Cast) -> None:
    ticket = opened(cast)
    page(cast, ticket.pk)
    change(ticket, by=cast.agent.actor, at=MONDAY, tags=['<b>"', "gap-0"], priority="P2")
    shown = page(cast, ticket.pk)
    assert 'value="&lt;b&gt;&quot;, gap-0"' in shown
    assert '<option value="P2" selected>' in shown
