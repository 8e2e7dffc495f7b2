"""Every test of this room stores its files in a folder of its own."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def files_of_this_test(own_files: Path) -> None:
    """See `own_files`."""
