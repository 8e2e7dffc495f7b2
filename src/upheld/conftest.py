"""For every test: the database of the run, quick passwords, and servers on free ports for those that ask."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings

from upheld.config import embedded


def pytest_configure() -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.STORAGES = settings.STORAGES | {
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    }
    settings.WHITENOISE_USE_FINDERS = True
    settings.WHITENOISE_AUTOREFRESH = True
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}


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


@pytest.fixture
def free_port() -> int:
    """A port of the loopback interface that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A folder for an installation of a test's own."""
    return tmp_path / "data"
