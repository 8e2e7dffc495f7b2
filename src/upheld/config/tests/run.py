"""What a test run stands on, said before Django reads its settings: pytest loads this first (`-p`, see pyproject.toml).

Everything of a run lies in one temporary folder: data, files and, unless DATABASE_URL names an own server, a PostgreSQL
that forgets. The folder's path travels to xdist's workers by the environment; whoever made it removes it.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

RUN_FOLDER = "UPHELD_RUN_FOLDER"
KEPT = {"DATABASE_URL"}


def _begin() -> Path | None:
    """Make the folder and speak for the environment. Returns the folder if this process is the one to remove it."""
    for name in [name for name in os.environ if name.startswith("UPHELD_") and name != RUN_FOLDER]:
        del os.environ[name]
    mine = None
    if RUN_FOLDER not in os.environ or not Path(os.environ[RUN_FOLDER]).is_dir():
        mine = Path(tempfile.mkdtemp(prefix="upheld-tests-"))
        os.environ[RUN_FOLDER] = str(mine)
    os.environ["UPHELD_DATA"] = os.environ[RUN_FOLDER]
    os.environ["UPHELD_SECRET_KEY"] = "a secret for tests, which need none that is kept"
    os.environ["UPHELD_DATABASE_POOL"] = "0"
    os.environ["UPHELD_URL"] = "http://testserver"
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"  # Playwright's synchronous API keeps a loop in the tests' thread
    return mine


_mine = _begin()


def pytest_unconfigure() -> None:
    if _mine is not None:
        shutil.rmtree(_mine, ignore_errors=True)
