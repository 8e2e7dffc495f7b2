"""Asking for help: the policy's questions, files, errors that keep what was typed, and the promise afterwards."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
import time_machine
from django.conf import LazySettings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from upheld.commitments.policies import in_force
from upheld.conftest import Cast
from upheld.people.models import Person
from upheld.tickets.models import Attachment, Link, Ticket
from upheld.web.tests.conftest import Browsing

MONDAY = datetime(2026, 3, 2, 15, tzinfo=UTC)


def test_the_form_asks_what_the_policy_asks_and_fills_in_what_we_know(cast: Cast, browse: Browsing) -> None:
    page = browse(cast.customer).get("/ask/").content.decode()
    for field in in_force().intake.values():
        assert str(field.label) in page
    assert f'value="Harbour Mills ({cast.account.pk})"' in page
    assert 'value="Customer Reed"' in page


def test_a_request_becomes_a_ticket_with_all_that_was_said(cast: Cast, browse: Browsing, asked: dict[str, str]) -> None:
    with time_machine.travel(MONDAY, tick=False):
        answer = browse(cast.customer).post(
            "/ask/", asked | {"about_users_affected": "12", "about_started": "2026-03-02T09:00"}
        )
    ticket = Ticket.objects.get()
    assert answer["Location"] == f"/requests/{ticket.pk}/sent/"
    assert (ticket.requester, ticket.account, ticket.plan) == (cast.customer, cast.account, "enterprise")
    assert (ticket.impact, ticket.urgency, ticket.priority) == ("medium", "high", "P2")
    assert ticket.channel == "portal"
    assert ticket.essentials["users_affected"] == 12
    assert ticket.essentials["started"].startswith("2026-03-02T09:00")
    assert "description" not in ticket.essentials
    message = ticket.messages.get()
    assert (message.text, message.author) == (asked["about_description"], cast.customer.person)


def test_the_page_afterwards_says_the_number_and_by_when_and_in_which_zone(
    cast: Cast, browse: Browsing, asked: dict[str, str]
) -> None:
    cast.customer.person.zone = "Europe/Berlin"
    cast.customer.person.save()
    browser = browse(cast.customer)
    with time_machine.travel(MONDAY, tick=False):
        page = browser.post("/ask/", asked, follow=True).content.decode()
    assert f"#{Ticket.objects.get().pk}" in page
    assert "We answer by Mon 2 Mar, 16:30 CET." in page  # P2 on Enterprise: half an hour, day and night
    assert "Europe/Berlin" in page


def test_what_is_wrong_is_listed_and_what_was_typed_is_kept(
    cast: Cast, browse: Browsing, asked: dict[str, str]
) -> None:
    del asked["about_impact"]
    answer = browse(cast.customer).post("/ask/", asked | {"title": "", "about_users_affected": "a dozen"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert not Ticket.objects.exists()
    assert "3 things need another look" in page
    assert 'href="#id_title"' in page
    assert asked["about_description"] in page
    assert 'value="a dozen"' in page
    assert 'value="high" id="id_about_urgency_0" required checked' in page.replace("\n", "") or "checked" in page


def test_files_come_with_it(cast: Cast, browse: Browsing, asked: dict[str, str]) -> None:
    files = [
        SimpleUploadedFile("list.csv", b"a,b\n", "text/csv"),
        SimpleUploadedFile("../screen.png", b"png", "image/png"),
    ]
    browse(cast.customer).post("/ask/", {**asked, "files": files})
    assert sorted(Attachment.objects.values_list("name", flat=True)) == ["list.csv", "screen.png"]


def test_too_many_or_too_large_files_are_refused_and_said_to_be_chosen_again(
    cast: Cast, browse: Browsing, asked: dict[str, str], settings: LazySettings
) -> None:
    settings.UPHELD_UPLOAD_MAX_BYTES = 10_000
    large = SimpleUploadedFile("large.bin", b"x" * 10_001)
    many = [SimpleUploadedFile(f"{number}.txt", b"x") for number in range(11)]
    for files in ([large], many):
        answer = browse(cast.customer).post("/ask/", {**asked, "files": files})
        assert answer.status_code == 422
        assert "Please choose your files again" in answer.content.decode()
    assert not Ticket.objects.exists()


def test_sending_the_same_form_twice_asks_once(cast: Cast, browse: Browsing, asked: dict[str, str]) -> None:
    browser = browse(cast.customer)
    first, second = browser.post("/ask/", asked), browser.post("/ask/", asked)
    assert first["Location"] == second["Location"]
    assert Ticket.objects.count() == 1


def test_a_follow_up_is_linked_to_the_request_before_it(
    cast: Cast, browse: Browsing, asked: dict[str, str], ticket: Ticket
) -> None:
    browser = browse(cast.customer)
    assert f"Again: {ticket.title}" in browser.get(f"/ask/?after={ticket.pk}").content.decode()
    browser.post(f"/ask/?after={ticket.pk}", asked)
    link = Link.objects.get()
    assert (link.other, link.kind) == (ticket, "related")


@pytest.mark.parametrize("number", ["{other}", "999999", "x", "9" * 40])
def test_a_follow_up_of_what_one_may_not_see_is_linked_to_nothing(
    cast: Cast, browse: Browsing, asked: dict[str, str], ticket: Ticket, number: str
) -> None:
    address = f"/ask/?after={number.format(other=ticket.pk)}"
    browser = browse(cast.stranger)
    assert ticket.title not in browser.get(address).content.decode()
    browser.post(address, asked)
    assert not Link.objects.exists()


def test_words_of_the_request_choose_the_category(cast: Cast, browse: Browsing, asked: dict[str, str]) -> None:
    browse(cast.customer).post(
        "/ask/", asked | {"title": "Question about our invoice", "about_description": "It is higher."}
    )
    assert Ticket.objects.get().category == "billing"


def test_somebody_whom_no_account_knows_may_ask_too(techflow: object, browse: Browsing, asked: dict[str, str]) -> None:
    person = Person.objects.create_user("new@somewhere.example", None, name="Nia New")
    browser = Client()
    browser.force_login(person, backend="upheld.web.signin.knowing.Backend")
    browser.post("/ask/", asked)
    ticket = Ticket.objects.get()
    assert (ticket.requester.person, ticket.account, ticket.plan) == (person, None, "standard")


def test_visitors_are_asked_to_sign_in(cast: Cast) -> None:
    assert Client().get("/ask/")["Location"] == "/accounts/login/?next=/ask/"
    assert Client().delete("/ask/").status_code == 405
