"""Alive, ready and measured: what machines ask, and what they and people get when the database is away."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.db import OperationalError, connections
from django.http import HttpRequest, HttpResponse
from django.test import Client, override_settings
from django.urls import path
from pytest_django import Settings

from upheld.config import failures, health


def broken(request: HttpRequest) -> HttpResponse:
    raise RuntimeError("a secret that nobody should read")


def reads_the_database(request: HttpRequest, key: str) -> HttpResponse:
    with connections["default"].cursor() as cursor:
        cursor.execute("SELECT 1")
    return HttpResponse("read")


urlpatterns = [path("broken/", broken), path("reads/<slug:key>/", reads_the_database)]
handler500 = failures.failed


@pytest.fixture
def lost(db: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The database, away: every use of it fails as it does when nobody listens."""
    connection = connections["default"]

    def refuse(*_: object, **__: object) -> None:
        raise OperationalError("connection to server failed: Connection refused\n\tIs the server running?")

    monkeypatch.setattr(connection, "cursor", refuse)
    yield
    monkeypatch.undo()


@pytest.fixture
def browser() -> Client:
    return Client(raise_request_exception=False)


def test_alive_needs_no_database(client: Client) -> None:
    response = client.get("/health/live")
    assert (response.status_code, response.json()) == (200, {"status": "ok"})


def test_ready_when_everything_stands(client: Client, db: None) -> None:
    response = client.get("/health/ready", HTTP_HOST="10.1.2.3:8000")
    assert response.status_code == 200
    assert response.json() == {"status": "ok", "database": "ok", "migrations": "ok", "jobs": "ok"}


def test_not_ready_without_a_database(client: Client, lost: None) -> None:
    response = client.get("/health/ready")
    assert response.status_code == 503
    assert response.json()["database"] == "away"
    assert response.headers["Retry-After"]


def test_not_ready_before_the_migrations(client: Client, db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "migrations_missing", lambda: 3)
    response = client.get("/health/ready")
    assert response.status_code == 503
    assert response.json()["migrations"] == "3 missing: run upheld migrate"


@override_settings(ROOT_URLCONF=__name__)
def test_a_page_without_its_database_is_a_plain_503(
    browser: Client, lost: None, caplog: pytest.LogCaptureFixture
) -> None:
    response = browser.get("/reads/x/")
    assert response.status_code == 503
    assert response.headers["Retry-After"] == "10"
    assert "Back in a moment" in response.content.decode()
    assert "Connection refused" not in response.content.decode()
    assert "Traceback" not in caplog.text
    assert "style-src 'sha256-" in response.headers["Content-Security-Policy"]


@override_settings(ROOT_URLCONF=__name__)
def test_all_comes_back_by_itself(browser: Client, db: None) -> None:
    assert browser.get("/reads/x/").status_code == 200


@override_settings(ROOT_URLCONF=__name__)
def test_a_bug_shows_no_traceback(browser: Client) -> None:
    response = browser.get("/broken/")
    assert response.status_code == 500
    assert "a secret" not in response.content.decode()
    assert response.headers["X-Request-ID"] in response.content.decode()


@override_settings(ROOT_URLCONF=__name__)
def test_a_request_keeps_the_id_that_a_proxy_gave(browser: Client) -> None:
    assert (
        browser.get("/broken/", headers={"X-Request-ID": "from-the-proxy"}).headers["X-Request-ID"] == "from-the-proxy"
    )
    assert browser.get("/broken/", headers={"X-Request-ID": "bad\tid"}).headers["X-Request-ID"] != "bad\tid"


@override_settings(ROOT_URLCONF=__name__)
def test_metrics_count_by_pattern_and_not_by_address(browser: Client, db: None) -> None:
    browser.get("/reads/who-is-this/")
    page = browser.get("/metrics").content.decode()
    assert 'route="reads/<slug:key>/"' in page
    assert "who-is-this" not in page
    assert "upheld_jobs_waiting 0.0" in page
    assert "upheld_database_reachable 1.0" in page


def test_metrics_say_that_the_database_is_away(client: Client, lost: None) -> None:
    assert "upheld_database_reachable 0.0" in client.get("/metrics").content.decode()


def test_metrics_are_for_this_host_or_the_token(client: Client, db: None, settings: Settings) -> None:
    assert client.get("/metrics", REMOTE_ADDR="203.0.113.9").status_code == 404
    assert client.get("/metrics", headers={"X-Forwarded-For": "203.0.113.9"}).status_code == 404
    settings.UPHELD_METRICS_TOKEN = "a long random text"
    for token, status in (("Bearer wrong", 404), ("Bearer a long random text", 200)):
        assert client.get("/metrics", headers={"Authorization": token}, REMOTE_ADDR="203.0.113.9").status_code == status


@pytest.mark.parametrize("address", ["/?q=%00", "/documents/%00/en/", "/desk/policy/clauses/%00/"])
def test_an_address_that_cannot_be_read_is_refused_and_breaks_nothing(client: Client, address: str) -> None:
    assert client.get(address).status_code == 400
