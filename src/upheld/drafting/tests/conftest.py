"""A desk with TechFlow's policy, whose changes a director and an administrator approve, and a lead who writes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
import time_machine

from upheld.conftest import Cast
from upheld.drafting.actions.writing import start_draft
from upheld.drafting.models import Draft
from upheld.people.actions import add_agent
from upheld.people.models import Agent

NOW = datetime(2026, 3, 2, 15, tzinfo=UTC)


@pytest.fixture(autouse=True)
def monday() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def director(cast: Cast) -> Agent:
    return add_agent(
        email="director@techflow.example",
        name="Dora Ames",
        role=Agent.Role.DIRECTOR,
        by=cast.administrator.actor,
        at=NOW,
    )


@pytest.fixture
def draft(cast: Cast) -> Draft:
    return start_draft(title="Quicker answers", by=cast.lead.actor, at=NOW)


def quicker(draft: Draft, target: str = "10m") -> dict[str, str]:
    """Enterprise, P1: first response in ten minutes."""
    text = draft.files["commitments.yaml"]
    return draft.files | {"commitments.yaml": text.replace("enterprise: 15m", f"enterprise: {target}", 1)}
