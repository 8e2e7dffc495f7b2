"""A draft to write on."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from upheld.conftest import Cast
from upheld.drafting.actions.writing import start_draft
from upheld.drafting.models import Draft


@pytest.fixture
def draft(cast: Cast) -> Draft:
    return start_draft(title="Quicker answers", by=cast.lead.actor, at=datetime.now(UTC))
