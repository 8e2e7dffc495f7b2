"""Disks that are really full, the whole drill: it takes a quarter of a minute of work. `bin/chaos --disk` runs it as well."""

from __future__ import annotations

import json

import pytest

from upheld.config.tests.disks import FullDisks, NoDisk


def test_what_is_full_takes_nothing_and_loses_nothing_and_goes_on_by_itself() -> None:
    try:
        found = FullDisks(seed=1).run()
    except NoDisk as reason:
        pytest.skip(str(reason))
    assert found["is_right"], json.dumps(found, indent=2, default=str)
    assert found["answers"]["records full"].keys() == found["answers"]["server dead"].keys() == {451}
