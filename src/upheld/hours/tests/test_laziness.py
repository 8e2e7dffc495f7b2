"""The command line must start in under half a second: what is heavy is loaded when it is needed."""

import subprocess
import sys

import pytest

WITHOUT_HOLIDAYS = """
from upheld.hours import compile_calendars
desk = compile_calendars({"desk": {"zone": "Europe/Berlin", "weekly": {"mon": "09:00-17:00"}}})["desk"]
desk.between(0, desk.add(0, 10**11))
"""
WITH_ARRAYS = WITHOUT_HOLIDAYS + "desk.add_many([0], [1])\n"


@pytest.mark.parametrize(
    ("program", "loaded"),
    [("import upheld.hours", []), (WITHOUT_HOLIDAYS, []), (WITH_ARRAYS, ["numpy"])],
    ids=["import", "single", "arrays"],
)
def test_heavy_modules_are_loaded_late(program: str, loaded: list[str]) -> None:
    program += "\nimport sys; print([name for name in ('django', 'holidays', 'numpy') if name in sys.modules])"
    found = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        check=True,
        env={"PYTHONPATH": ":".join(sys.path)},
    )
    assert found.stdout.strip() == str(loaded)
