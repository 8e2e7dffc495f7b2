"""Signing in: by password, by mailed code, with a second step; and what strangers learn, which is nothing."""

from __future__ import annotations

import re
from email import message_from_bytes, policy
from pathlib import Path

import pytest
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value
from django.conf import LazySettings
from django.core.cache import cache
from django.test import Client

from upheld.channels.models import OutgoingMail
from upheld.conftest import Cast
from upheld.people.models import Person
from upheld.web.signin.demo import DemoLogins, Login, remember

PASSWORD = "a long password"  # of the cast's agents
LOGIN, CODE, CONFIRM = "/accounts/login/", "/accounts/login/code/", "/accounts/login/code/confirm/"


@pytest.fixture(autouse=True)
def no_tries_yet(db: None) -> None:
    cache.clear()


def sign_in(email: str, password: str = PASSWORD) -> Client:
    browser = Client()
    browser.post(LOGIN, {"login": email, "password": password})
    return browser


def mail_text() -> str:
    (mail,) = OutgoingMail.objects.all()
    body = message_from_bytes(bytes(mail.raw), policy=policy.default).get_body(("plain",))
    assert body is not None
    return str(body.get_content())


def is_signed_in(browser: Client) -> bool:
    return "_auth_user_id" in browser.session


# -- by password --------------------------------------------------------------------------------------------------------


def test_everybody_lands_on_their_own_page(cast: Cast) -> None:
    cast.customer.person.set_password(PASSWORD)
    cast.customer.person.save()
    for somebody, page in ((cast.agent, "/desk/"), (cast.customer, "/")):
        answer = Client().post(LOGIN, {"login": somebody.person.email, "password": PASSWORD})
        assert answer["Location"] == page


def test_and_goes_on_to_the_page_that_was_asked_for_unless_it_is_elsewhere(cast: Cast) -> None:
    given = {"login": cast.agent.person.email, "password": PASSWORD}
    assert Client().post(f"{LOGIN}?next=/desk/keys/", given)["Location"] == "/desk/keys/"
    assert Client().post(f"{LOGIN}?next=https://elsewhere.example/", given)["Location"] == "/desk/"


def test_a_wrong_password_and_an_unknown_address_are_told_the_same(cast: Cast) -> None:
    pages = []
    for email in (cast.agent.person.email, "nobody@nowhere.example"):
        page = Client().post(LOGIN, {"login": email, "password": "not this one"}).content.decode()
        assert f'value="{email}"' in page
        pages.append(page.replace(email, "…"))
    assert "do not fit together" in pages[0]
    assert _without_tokens(pages[0]) == _without_tokens(pages[1])


def test_whoever_was_let_go_cannot_sign_in(cast: Cast) -> None:
    Person.objects.filter(pk=cast.agent.person.pk).update(is_active=False)
    browser = sign_in(cast.agent.person.email)
    assert not is_signed_in(browser)


def test_signing_out_takes_a_post(cast: Cast) -> None:
    browser = sign_in(cast.agent.person.email)
    assert browser.get("/accounts/logout/").status_code == 200
    assert is_signed_in(browser)
    assert browser.post("/accounts/logout/")["Location"] == "/"
    assert not is_signed_in(browser)


# -- by mailed code -----------------------------------------------------------------------------------------------------


def test_a_code_comes_by_our_own_outbox_and_signs_in(cast: Cast) -> None:
    browser = Client()
    answer = browser.post(CODE, {"email": cast.customer.person.email})
    assert answer["Location"] == CONFIRM
    mail = OutgoingMail.objects.get()
    assert mail.is_automatic
    assert mail.recipients == [cast.customer.person.email]
    code = mail_text().split("\n    ")[1].split("\n")[0].strip()
    assert mail.title == f"TechFlow Solutions: your code is {code}"
    assert browser.post(CONFIRM, {"code": code})["Location"] == "/"
    assert is_signed_in(browser)


def test_a_wrong_code_does_not(cast: Cast) -> None:
    browser = Client()
    browser.post(CODE, {"email": cast.customer.person.email})
    page = browser.post(CONFIRM, {"code": "000-000"}).content.decode()
    assert "not the code that we sent" in page
    assert not is_signed_in(browser)


def test_an_unknown_address_gets_the_same_answer_and_no_mail(cast: Cast) -> None:
    pages = []
    for email in (cast.customer.person.email, "nobody@nowhere.example"):
        browser = Client()
        answer = browser.post(CODE, {"email": email})
        assert answer["Location"] == CONFIRM
        pages.append(_without_tokens(browser.get(CONFIRM).content.decode().replace(email, "…")))
    assert pages[0] == pages[1]
    assert OutgoingMail.objects.count() == 1


# -- a new password -----------------------------------------------------------------------------------------------------


def test_a_forgotten_password_is_set_anew_by_a_mailed_link(cast: Cast) -> None:
    browser = Client()
    page = browser.post("/accounts/password/reset/", {"email": cast.agent.person.email}, follow=True).content.decode()
    assert "Look into your mail" in page
    link = re.search(r"https?://[^/\s]+(/\S+)", mail_text())
    assert link is not None
    form = browser.get(link[1])["Location"]
    too_short = browser.post(form, {"password1": "short", "password2": "short"}).content.decode()
    assert "another look" in too_short
    browser.post(form, {"password1": "another long one", "password2": "another long one"})
    assert is_signed_in(sign_in(cast.agent.person.email, "another long one"))
    assert "no longer good" in Client().get(link[1], follow=True).content.decode()


def test_an_unknown_address_gets_no_link_and_the_same_answer(cast: Cast) -> None:
    known = Client().post("/accounts/password/reset/", {"email": cast.agent.person.email}, follow=True).content.decode()
    unknown = (
        Client().post("/accounts/password/reset/", {"email": "nobody@nowhere.example"}, follow=True).content.decode()
    )
    assert _without_tokens(known) == _without_tokens(unknown)
    assert OutgoingMail.objects.count() == 1


# -- a second step ------------------------------------------------------------------------------------------------------


def test_an_authenticator_app_is_set_up_asked_for_and_replaced_by_a_recovery_code(cast: Cast) -> None:
    browser = sign_in(cast.agent.person.email)
    assert browser.get("/accounts/2fa/totp/activate/")["Location"].startswith("/accounts/reauthenticate/")
    browser.post("/accounts/reauthenticate/", {"password": PASSWORD})
    secret = re.search(r"<code>([A-Z2-7]+)</code>", browser.get("/accounts/2fa/totp/activate/").content.decode())
    assert secret is not None
    browser.post("/accounts/2fa/totp/activate/", {"code": _code(secret[1])})
    codes = re.findall(r"<li>([0-9a-f]{8})</li>", browser.get("/accounts/2fa/recovery-codes/").content.decode())
    assert len(codes) == 10
    assert "In use: a code from the app" in browser.get("/accounts/2fa/").content.decode()

    again = Client()
    answer = again.post(LOGIN, {"login": cast.agent.person.email, "password": PASSWORD})
    assert answer["Location"].startswith("/accounts/2fa/authenticate/")
    assert not is_signed_in(again)
    assert "The second step" in again.get("/accounts/2fa/authenticate/").content.decode()
    again.post("/accounts/2fa/authenticate/", {"code": "123456"})
    assert not is_signed_in(again)
    assert again.post("/accounts/2fa/authenticate/", {"code": codes[0]})["Location"] == "/desk/"
    assert is_signed_in(again)


def test_whoever_is_told_of_a_change_reads_plain_words(cast: Cast) -> None:
    browser = sign_in(cast.agent.person.email)
    changed = {"oldpassword": PASSWORD, "password1": "another long one", "password2": "another long one"}
    browser.post("/accounts/password/change/", changed)
    text = mail_text()
    assert "Your password has been changed." in text
    assert "TechFlow Solutions" in text
    assert "example.com" not in text


PAGES = [
    "/accounts/2fa/",
    "/accounts/2fa/totp/activate/",
    "/accounts/2fa/webauthn/",
    "/accounts/2fa/webauthn/add/",
    "/accounts/password/change/",
    "/accounts/reauthenticate/",
    "/accounts/logout/",
]


@pytest.mark.parametrize("address", PAGES)
def test_pages_about_oneself_are_in_the_look_of_the_house_and_for_oneself_only(cast: Cast, address: str) -> None:
    page = sign_in(cast.agent.person.email).get(address, follow=True).content.decode()
    assert "upheld/portal.css" in page
    assert Client().get(address).status_code == 302


def test_nobody_signs_up_by_themselves_nor_changes_their_address(cast: Cast) -> None:
    browser = sign_in(cast.agent.person.email)
    for address in ("/accounts/signup/", "/accounts/email/", "/accounts/confirm-email/", "/accounts/confirm-email/x/"):
        assert Client().get(address).status_code == 404
        assert browser.post(address, {"email": "x@y.example"}).status_code == 404


# -- the demonstration --------------------------------------------------------------------------------------------------


def test_only_a_demonstration_shows_as_whom_one_may_sign_in(cast: Cast, settings: LazySettings, tmp_path: Path) -> None:
    settings.UPHELD_DATA = tmp_path
    somebody = Login("Maya", "maya@techflow.example", "keep-every-promise")
    remember(DemoLogins(somebody, somebody, somebody, somebody, somebody))
    settings.UPHELD_DEMO = False
    assert "maya@techflow.example" not in Client().get(LOGIN).content.decode()
    settings.UPHELD_DEMO = True
    for address in (LOGIN, CODE, "/"):
        assert "maya@techflow.example" in Client().get(address).content.decode()
    (tmp_path / "demo-logins.json").write_text("nonsense")
    assert "maya@techflow.example" not in Client().get(LOGIN).content.decode()


def _code(secret: str) -> str:
    import time

    assert TOTP is not None
    return str(format_hotp_value(hotp_value(secret, int(time.time()) // 30)))


def _without_tokens(page: str) -> str:
    page = re.sub(r'name="csrfmiddlewaretoken" value="[^"]*"', "", page)
    page = re.sub(r'X-CSRFToken": "[^"]*"', "", page)
    return re.sub(r'data-now="[^"]*"', "", page)
