"""The little browser of `demo --check` on real pages: it must not see a sign-in that did not happen."""

from __future__ import annotations

import pytest

from upheld.cli.demo.browser import Browser
from upheld.cli.demo.check import Failed, sign_in
from upheld.people.models import Person


def test_somebody_signs_in(site: str) -> None:
    Person.objects.create_user("ada@example.com", "a long password", name="Ada Byron")
    browser = sign_in(site, "ada@example.com", "a long password")
    assert {cookie.name for cookie in browser.jar} >= {"session", "csrf"}


def test_a_wrong_password_is_no_sign_in(site: str) -> None:
    Person.objects.create_user("ada@example.com", "a long password", name="Ada Byron")
    with pytest.raises(Failed, match="could not sign in"):
        sign_in(site, "ada@example.com", "another password")


def test_a_form_that_is_not_there_is_said(site: str) -> None:
    with pytest.raises(LookupError, match="no form with nonsense"):
        Browser(site).form("/accounts/login/", with_fields={"nonsense"})
