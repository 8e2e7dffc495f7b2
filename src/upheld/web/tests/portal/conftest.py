"""Requests of the customer, and what the portal's form asks under TechFlow's policy."""

from __future__ import annotations

from pathlib import Path

import pytest

ASKED = {
    "title": "The export stops half-way",
    "about_account": "Harbour Mills (1)",
    "about_contact": "Customer Reed",
    "about_description": "Since this morning every export ends at 50 %.",
    "about_impact": "medium",
    "about_urgency": "high",
    "once": "4f6a7b1e-6f0e-4d8e-9b5e-1a2b3c4d5e6f",
}


@pytest.fixture(autouse=True)
def files_of_this_test(own_files: Path) -> None:
    """See `own_files`."""


@pytest.fixture
def asked() -> dict[str, str]:
    """A form that is filled in as it should be."""
    return dict(ASKED)
