"""A wrong environment is refused with a sentence; a right one is read with its types."""

from __future__ import annotations

from pathlib import Path

import pytest

from upheld.config.environment import EXAMPLES, Environment, EnvironmentRefused
from upheld.config.imap import imap_accounts
from upheld.config.tests.source import calls, text_of
from upheld.config.values import SOURCE_ROOT, Address, Database, Grant, SmtpServer, database_of

HERE = str(Path(__file__).parent)


def read(**variables: str) -> Environment:
    return Environment.read({"UPHELD_POLICY": HERE, **variables})


def test_nothing_needs_to_be_said() -> None:
    environment = read()
    assert environment.database is None
    assert environment.listen == Address("127.0.0.1", 8000)
    assert environment.url == "http://localhost:8000"
    assert environment.hosts == ("localhost",)
    assert not environment.is_https
    assert environment.smtp is None


@pytest.mark.parametrize(
    ("name", "value", "problem"),
    [
        ("UPHELD_PORT", "80x", "“80x” is not a whole number from 1 to 65535"),
        ("UPHELD_PORT", "70000", "not a whole number from 1 to 65535"),
        ("UPHELD_WEB_WORKERS", "0", "not a whole number"),
        ("UPHELD_WEB_WORKERS", "²", "not a whole number"),
        ("UPHELD_WEB_THREADS", "many", "not a whole number from 1 to 64"),
        ("UPHELD_DEBUG", "perhaps", "neither yes nor no"),
        ("UPHELD_LOG", "xml", "neither json nor text"),
        ("UPHELD_SECRET_KEY", "short", "has 5 characters and needs 32"),
        ("UPHELD_METRICS_TOKEN", "short", "needs 16"),
        ("UPHELD_SEAL_KEY", "c2hvcnQ=", "has 5 bytes in base64 and needs 32"),
        ("UPHELD_SEAL_KEY", "not base64", "is not base64"),
        ("UPHELD_URL", "desk.example.com", "begins with http:// or https://"),
        ("UPHELD_URL", "https://example.com/desk", "has a path"),
        ("UPHELD_HOSTS", "https://desk.example.com", "is not a host name"),
        ("UPHELD_SMTP_LISTEN", "2525", "is not host:port"),
        ("UPHELD_SMTP_URL", "mail.example.com", "smtp+starttls://"),
        ("UPHELD_SMTP_URL", "smtp://mail.example.com:99999", "whole number"),
        ("DATABASE_URL", "mysql://u:p@h/d", "does not begin with postgresql://"),
        ("DATABASE_URL", "postgresql://u:p@h", "names no database"),
        ("UPHELD_DATA", __file__, "is a file"),
    ],
)
def test_a_wrong_value_is_refused(name: str, value: str, problem: str) -> None:
    with pytest.raises(EnvironmentRefused) as refused:
        read(**{name: value})
    assert list(refused.value.problems) == [name]
    assert problem in str(refused.value)
    assert f"Example: {name}={EXAMPLES[name]}" in str(refused.value)


def test_a_policy_that_is_not_there_is_refused() -> None:
    with pytest.raises(EnvironmentRefused, match="there is no folder “atlantis”"):
        Environment.read({"UPHELD_POLICY": "atlantis"})


def test_everything_that_is_wrong_is_said_at_once() -> None:
    with pytest.raises(EnvironmentRefused) as refused:
        read(UPHELD_PORT="x", UPHELD_LOG="y")
    assert set(refused.value.problems) == {"UPHELD_PORT", "UPHELD_LOG"}


def test_a_misspelt_name_is_refused() -> None:
    with pytest.raises(EnvironmentRefused, match="UPHELD_PORT: is this what UPHELD_PROT was meant to be"):
        read(UPHELD_PROT="8000")


@pytest.mark.parametrize("name", ["DATABASE_URL", "UPHELD_SMTP_URL"])
def test_a_refusal_never_repeats_a_password(name: str) -> None:
    with pytest.raises(EnvironmentRefused) as refused:
        read(**{name: "gopher://someone:hunter2@example.com"})
    assert "hunter2" not in str(refused.value)


def test_an_own_database() -> None:
    database = database_of("postgresql://u%40x:p%2Fw@db.example.com:6432/desk?sslmode=require")
    assert (database.user, database.password, database.host, database.port) == ("u@x", "p/w", "db.example.com", "6432")
    assert (database.name, database.options) == ("desk", {"sslmode": "require"})


def test_a_database_behind_a_socket() -> None:
    database = database_of("postgresql://upheld@/upheld?host=/run/postgresql")
    assert (database.host, database.user, database.name) == ("/run/postgresql", "upheld", "upheld")


@pytest.mark.parametrize(
    ("url", "server"),
    [
        ("smtp://127.0.0.1:2500", SmtpServer("127.0.0.1", 2500, "", "", "none")),
        ("smtps://u:p%40@mx.example.com", SmtpServer("mx.example.com", 465, "u", "p@", "tls")),
        ("smtp+starttls://mx.example.com", SmtpServer("mx.example.com", 587, "", "", "starttls")),
    ],
)
def test_who_takes_our_mail(url: str, server: SmtpServer) -> None:
    assert read(UPHELD_SMTP_URL=url).smtp == server


def test_https_comes_from_the_public_address() -> None:
    environment = read(UPHELD_URL="https://desk.example.com/")
    assert environment.is_https
    assert environment.url == "https://desk.example.com"
    assert environment.hosts == ("desk.example.com",)


def test_every_setting_that_is_read_has_an_example() -> None:
    read_here = {text_of(call.args[0]) for path, call in calls("value") if path.parent.name == "config" and call.args}
    asked = {name for name in read_here if name and name.isupper()}
    assert len(asked) > 20, "nothing was found: the test looks for the wrong calls"
    assert asked <= set(EXAMPLES)


def test_every_setting_is_documented() -> None:
    page = (SOURCE_ROOT / "docs" / "operation.md").read_text()
    assert [name for name in EXAMPLES if f"`{name}`" not in page] == []


def test_no_password_stands_in_what_a_setting_says_of_itself() -> None:
    grant = Grant("https://provider.example/token", "id", "hidden-1", "hidden-2")
    told = repr([
        Database("upheld", "me", "hidden-3", "db", "5432", {}),
        SmtpServer("smtp", 587, "me", "hidden-4", "starttls", grant),
        imap_accounts("a=imaps://me:hidden-5@mail.example/INBOX"),
    ])  # fmt: skip
    assert "hidden" not in told
