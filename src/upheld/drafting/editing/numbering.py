"""The number of the version, counted up. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from upheld.drafting.editing.source import NotEditable, Source


def with_number(files: Mapping[str, str], number: int) -> dict[str, str]:
    """The files with `version: number` in policy.yaml; as they are where that cannot be written."""
    changed = dict(files)
    if "policy.yaml" in changed:
        try:
            source = Source("policy.yaml", changed["policy.yaml"])
            source.set(["version"], str(number))
            changed["policy.yaml"] = source.text()
        except NotEditable:
            pass
    return changed
