"""For every test: the database of the run, quick passwords, and servers on free ports for those that ask."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from threading import Barrier
from typing import TYPE_CHECKING, Any

import pytest
from django.conf import LazySettings, settings
from django.db import connection, connections
from pytest_django import DjangoDbBlocker

from upheld.config import embedded

if TYPE_CHECKING:
    from upheld.accounts.models import Account, Contact
    from upheld.channels.tests.post import Listening, Sink
    from upheld.commitments.models import PolicyVersion
    from upheld.people.models import Agent, Team
    from upheld.policy import Policy
from upheld.config.tests.processes import Processes


def pytest_configure() -> None:
    settings.PASSWORD_HASHERS = ["upheld.config.tests.passwords.Quick"]
    settings.STORAGES = settings.STORAGES | {
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    }
    settings.WHITENOISE_USE_FINDERS = True
    settings.WHITENOISE_AUTOREFRESH = True


@pytest.fixture(scope="session")
def cluster() -> Iterator[embedded.Cluster | None]:
    """The run's PostgreSQL, shared by all workers: the first one that needs it starts it, the last one stops it."""
    if os.environ.get("DATABASE_URL"):
        yield None
        return
    attachment = embedded.attach(embedded.cluster_in(settings.UPHELD_DATA, durable=False))
    yield attachment.cluster
    attachment.detach()


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings_parallel_suffix: None, cluster: embedded.Cluster | None
) -> None:
    """pytest-django asks for this before it makes the test database."""


@pytest.fixture(autouse=True)
def no_jobs_left(request: pytest.FixtureRequest, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Tests that commit leave their jobs behind: the queue's tables are not Django's, which empties its own."""
    yield
    mark = request.node.get_closest_marker("django_db")
    if "transactional_db" in request.fixturenames or (mark and mark.kwargs.get("transaction")):
        with django_db_blocker.unblock(), connection.cursor() as cursor:
            cursor.execute("TRUNCATE procrastinate_jobs CASCADE")


@pytest.fixture
def free_port() -> int:
    """A port of the loopback interface that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


@pytest.fixture
def processes(tmp_path: Path) -> Iterator[Processes]:
    """Start real workers, tickers, listeners and web servers on the test's database (which must be `transactional_db`)."""
    started = Processes(tmp_path)
    yield started
    started.end()


@pytest.fixture(scope="session")
def web_process(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """A web process on this worker's test database, started once for all tests that ask. Its address."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = int(probe.getsockname()[1])
    started = Processes(tmp_path_factory.mktemp("web"))
    with django_db_blocker.unblock():
        url = started.serve(port, UPHELD_DEMO="yes")
    yield url
    started.end()


@pytest.fixture
def site(transactional_db: None, web_process: str) -> str:
    """The address of real pages over the test's database: what the test commits is what a browser sees there."""
    return web_process


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A folder for an installation of a test's own."""
    return tmp_path / "data"


@pytest.fixture
def at_once(transactional_db: None) -> Callable[..., list[Any]]:
    """Call several functions in the same moment, each on a connection of its own; what they return or raise, in their order."""

    def call(*functions: Callable[[], Any]) -> list[Any]:
        barrier = Barrier(len(functions))

        def begin(function: Callable[[], Any]) -> Any:
            try:
                barrier.wait(5)
                return function()
            except Exception as error:  # noqa: BLE001 - who lost the race is what the test asks
                return error
            finally:
                connections.close_all()

        with ThreadPoolExecutor(len(functions)) as threads:
            return [future.result(30) for future in [threads.submit(begin, function) for function in functions]]

    return call


@pytest.fixture
def own_files(settings: LazySettings, tmp_path: Path) -> Path:
    """A folder for the files of this test alone."""
    folder = tmp_path / "files"
    settings.MEDIA_ROOT = folder
    return folder


@pytest.fixture
def door(transactional_db: None) -> Iterator[Listening]:
    """A listener on the test's database."""
    from upheld.channels.tests.post import conninfo, listening

    with listening(conninfo()) as begun:
        yield begun


@pytest.fixture
def other_server() -> Iterator[Sink]:
    """The server that takes our mail."""
    from upheld.channels.tests.post import sink

    with sink() as taken:
        yield taken


@dataclass(frozen=True, slots=True)
class Cast:
    """One cast for all tests. `customer` and `neighbour` are of one account, which `customer_admin` administers;
    `stranger` of another.
    """

    agent: Agent
    colleague: Agent
    lead: Agent
    senior: Agent
    administrator: Agent
    team: Team
    account: Account
    customer: Contact
    neighbour: Contact
    customer_admin: Contact
    stranger: Contact


@pytest.fixture
def techflow(db: None) -> Iterator[PolicyVersion]:
    """The policy of TechFlow, in force."""
    from upheld.commitments.models import PolicyVersion
    from upheld.commitments.policies import forget_what_is_in_force
    from upheld.policy.loader import digest

    policy = _read_policy("techflow")
    forget_what_is_in_force()
    yield PolicyVersion.objects.create(
        name=policy.name,
        number=policy.version,
        digest=digest(policy),
        sources={name: raw.decode() for name, raw in policy.sources.items()},
        published_at=datetime(2026, 1, 1, tzinfo=UTC),
        published_by="system:",
        effective_at=datetime(2026, 1, 1, tzinfo=UTC),
    )
    forget_what_is_in_force()


@pytest.fixture
def cast(techflow: PolicyVersion) -> Cast:
    from upheld.accounts.actions import add_contact
    from upheld.accounts.models import Account, Domain
    from upheld.events.actors import SYSTEM
    from upheld.people.actions import add_agent
    from upheld.people.models import Agent, Team

    at = datetime(2026, 3, 2, 9, tzinfo=UTC)
    team = Team.objects.create(name="Support", department="support")
    agents: dict[str, Any] = {
        name: add_agent(
            email=f"{name}@techflow.example",
            name=f"{name.title()} Ames",
            password="a long password",
            role=role,
            level=level,
            by=SYSTEM,
            at=at,
        )
        for name, role, level in (
            ("agent", Agent.Role.AGENT, 1),
            ("colleague", Agent.Role.AGENT, 1),
            ("lead", Agent.Role.LEAD, 1),
            ("senior", Agent.Role.AGENT, 2),
            ("administrator", Agent.Role.ADMINISTRATOR, 1),
        )
    }
    Agent.objects.update(team=team)
    team.lead = agents["lead"]
    team.save()
    account = Account.objects.create(name="Harbour Mills", plan="enterprise", zone="America/New_York")
    Domain.objects.create(account=account, name="harbour.example")
    other = Account.objects.create(name="Quarry & Co", plan="standard", zone="Europe/Berlin")
    people: dict[str, Any] = {
        name: add_contact(
            email=f"{name}@{host}", name=f"{name.replace('_', ' ').title()} Reed", account=home, by=SYSTEM, at=at,
            is_administrator=name == "customer_admin",
        )
        for name, host, home in (
            ("customer", "harbour.example", account),
            ("neighbour", "harbour.example", account),
            ("customer_admin", "harbour.example", account),
            ("stranger", "quarry.example", other),
        )
    }  # fmt: skip
    for agent in agents.values():
        agent.refresh_from_db()
    return Cast(team=team, account=account, **agents, **people)


@cache
def _read_policy(name: str) -> Policy:
    from upheld.config.subjects import VOCABULARY
    from upheld.config.values import SOURCE_ROOT
    from upheld.policy import load

    return load(SOURCE_ROOT / "policies" / name, vocabulary=VOCABULARY)
