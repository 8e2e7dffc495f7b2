"""Where mails lead to. A test in the pages holds them against the real addresses."""

from __future__ import annotations

from upheld.commitments.models import PolicyVersion
from upheld.drafting.models import Draft


def draft_path(draft: Draft, place: str = "") -> str:
    return f"/desk/policy/drafts/{draft.pk}/" + (f"#{place}" if place else "")


def version_path(version: PolicyVersion) -> str:
    return f"/desk/policy/drafts/versions/{version.pk}/"
