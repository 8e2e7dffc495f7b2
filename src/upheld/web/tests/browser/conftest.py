"""A real Chromium in front of real web processes. CHROMIUM names the browser where it is not found by its usual names."""

from __future__ import annotations

import os
import shutil
import socket
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.db import connection, connections
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, sync_playwright

from upheld.accounts.models import Contact
from upheld.config.tests.processes import Processes, until
from upheld.conftest import Cast
from upheld.people.models import Agent

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
BACKEND = "upheld.web.signin.knowing.Backend"

Opening = Callable[..., Page]


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """For a module and no longer: while it lives its event loop runs in this thread, and other tests need loops of their own."""
    found = os.environ.get("CHROMIUM") or next((path for name in NAMES if (path := shutil.which(name))), None)
    if found is None:
        pytest.fail("These tests need Chromium. Install it (Debian: apt-get install chromium), or name it in CHROMIUM.")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=FLAGS)
        yield browser
        browser.close()
        connections.close_all()  # Django keeps one more for this loop, and nobody would find it afterwards


@pytest.fixture(scope="session")
def web(django_db_setup: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of web processes on the tests' database, started once."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = int(probe.getsockname()[1])
    processes = Processes(tmp_path_factory.mktemp("web"))
    yield processes.serve(port, UPHELD_SECRET_KEY=settings.SECRET_KEY, UPHELD_DEMO="1")
    processes.end()


@pytest.fixture
def desk(transactional_db: None, cast: Cast) -> Cast:
    """The cast, committed, so that the web processes see it."""
    return cast


@pytest.fixture
def visit(chromium: Browser, web: str, desk: Cast) -> Iterator[Opening]:
    """Open a page as somebody (or as nobody): `visit("/desk/", cast.agent, width=390, dark=True, scripts=False)`.

    The test fails when a page says an error to the console, which is also how a breach of the content policy shows, or when
    it asks another host for anything.
    """
    contexts: list[BrowserContext] = []
    troubles: list[str] = []

    def open_page(
        path: str,
        somebody: Agent | Contact | None = None,
        *,
        width: int = 1280,
        dark: bool = False,
        scripts: bool = True,
    ) -> Page:
        context = chromium.new_context(
            viewport={"width": width, "height": 900},
            color_scheme="dark" if dark else "light",
            java_script_enabled=scripts,
            base_url=web,
        )
        contexts.append(context)
        if somebody is not None:
            context.add_cookies([{"name": "session", "value": session_of(somebody), "url": web}])
        page = context.new_page()
        page.on("console", lambda message: _note(troubles, message))
        page.on("pageerror", lambda error: troubles.append(str(error)))
        page.on(
            "request",
            lambda request: None if request.url.startswith((web, "data:")) else troubles.append(f"asked {request.url}"),
        )
        page.goto(path)
        return page

    yield open_page
    for context in contexts:
        context.close()
    until(is_quiet)  # before the tables are emptied under the feet of a request
    assert not troubles, troubles


def is_quiet() -> bool:
    """Whether nobody but us works on the database."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
            " AND (state <> 'idle' OR state_change > now() - interval '50 ms')"
        )
        (busy,) = cursor.fetchone() or (0,)
    return not busy


def session_of(somebody: Agent | Contact) -> str:
    session = SessionStore()
    session[SESSION_KEY] = str(somebody.person_id)
    session[BACKEND_SESSION_KEY] = BACKEND
    session[HASH_SESSION_KEY] = somebody.person.get_session_auth_hash()
    session.save()
    return str(session.session_key)


def violations(page: Page) -> list[str]:
    """What axe-core finds on the page as it stands."""
    page.wait_for_timeout(150)  # a menu or dialog that is fading in is not what is judged
    found: dict[str, Any] = Axe().run(page).response
    return [
        f"{page.url} {one['id']}: {node['html'][:160]} {node.get('failureSummary', '')[:300]}"
        for one in found["violations"]
        for node in one["nodes"]
    ]


def _note(troubles: list[str], message: ConsoleMessage) -> None:
    if message.type == "error" and "422" not in message.text and "404" not in message.text:
        troubles.append(message.text)
