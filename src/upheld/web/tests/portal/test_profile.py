"""What customers set for themselves."""

from __future__ import annotations

from django.test import Client

from upheld.conftest import Cast
from upheld.web.tests.conftest import Browsing

SET = {"name": "Cora Reed", "zone": "Asia/Tokyo", "language": "en", "theme": "dark"}


def test_name_zone_language_and_colours_are_kept(cast: Cast, browse: Browsing) -> None:
    browser = browse(cast.customer)
    page = browser.post("/profile/", SET, follow=True).content.decode()
    assert "Saved." in page
    assert 'data-theme="dark"' in page
    person = cast.customer.person
    person.refresh_from_db()
    assert (person.name, person.zone, person.theme) == ("Cora Reed", "Asia/Tokyo", "dark")


def test_wrong_input_is_said_and_kept(cast: Cast, browse: Browsing) -> None:
    answer = browse(cast.customer).post("/profile/", SET | {"name": "", "zone": "Mars/Olympus"})
    assert answer.status_code == 422
    assert "Tell us how to address you." in answer.content.decode()
    cast.customer.person.refresh_from_db()
    assert cast.customer.person.zone != "Mars/Olympus"


def test_visitors_are_asked_to_sign_in_and_staff_have_their_own(cast: Cast, browse: Browsing) -> None:
    assert Client().get("/profile/")["Location"].startswith("/accounts/login/")
    assert browse(cast.agent).get("/profile/")["Location"] == "/desk/"
    assert browse(cast.customer).delete("/profile/").status_code == 405
