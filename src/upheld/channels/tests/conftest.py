"""Post for the tests of this room."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from upheld.channels.tests.post import Listening, Sink, conninfo, listening, sink


@pytest.fixture(autouse=True)
def files_of_this_test(settings: pytest.FixtureRequest, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path / "files"  # type: ignore[attr-defined]


@pytest.fixture
def door(transactional_db: None) -> Iterator[Listening]:
    """A listener on the test's database."""
    with listening(conninfo()) as begun:
        yield begun


@pytest.fixture
def other_server() -> Iterator[Sink]:
    """The server that takes our mail."""
    with sink() as taken:
        yield taken
