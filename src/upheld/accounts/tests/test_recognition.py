"""Whose address it is."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from upheld.accounts.models import Account, Contact
from upheld.accounts.recognition import account_of_domain, is_public_provider, known, recognise
from upheld.events.actors import MAIL

NOW = datetime(2026, 3, 2, 15, tzinfo=UTC)


@pytest.fixture
def account(db: None) -> Account:
    account = Account.objects.create(name="Harbour Mills", plan="enterprise", zone="Europe/Berlin", language="de")
    account.domains.create(name="harbour.example")
    return account


@pytest.mark.parametrize(
    "domain",
    ["gmail.com", "GMX.net", "yahoo.co.uk", "hotmail.fr", "live.com.au", "outlook.de", "mozmail.com", "qq.com."],
)
def test_public_providers(domain: str) -> None:
    assert is_public_provider(domain)


@pytest.mark.parametrize(
    "domain", ["harbour.example", "yahoo.example.com", "mygmail.com", "live.example", "example.com", ""]
)
def test_companies_are_no_public_providers(domain: str) -> None:
    assert not is_public_provider(domain)


def test_a_domain_or_one_above_it_names_the_account(account: Account) -> None:
    assert account_of_domain("Harbour.example") == account
    assert account_of_domain("mail.eu.harbour.example") == account
    assert account_of_domain("notharbour.example") is None
    assert account_of_domain("example") is None
    assert account_of_domain("") is None


def test_a_public_domain_names_nobody_even_if_somebody_claimed_it(account: Account) -> None:
    account.domains.create(name="gmail.com")
    assert account_of_domain("gmail.com") is None


def test_a_new_colleague_gets_the_accounts_zone_and_language(account: Account) -> None:
    contact = recognise("new@harbour.example", "New Person", by=MAIL, at=NOW)
    assert (contact.account, contact.person.name) == (account, "New Person")
    assert (contact.person.zone, contact.person.language) == ("Europe/Berlin", "de")
    assert not contact.is_administrator
    assert not contact.person.has_usable_password()


def test_who_is_known_stays_where_they_are(account: Account) -> None:
    first = recognise("someone@gmail.com", "", by=MAIL, at=NOW)
    assert first.account is None
    first.identities.create(kind="mail", value="someone@harbour.example")
    assert recognise("Someone@harbour.example", "Other name", by=MAIL, at=NOW) == first
    assert known("someone@harbour.example") == first
    assert Contact.objects.count() == 1
