"""A draft becomes a version of the policy."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from upheld.commitments.actions import publish_sources, take_turns
from upheld.commitments.models import PolicyVersion
from upheld.drafting.actions.acknowledging import list_readers
from upheld.drafting.actions.errors import NotApproved, WrongDate, WrongState
from upheld.drafting.actions.review import roles_missing, stand_ready
from upheld.drafting.actions.writing import lock
from upheld.drafting.jobs import move_open_tickets
from upheld.drafting.models import Draft
from upheld.events.actors import Actor
from upheld.kernel.text import listed


@transaction.atomic
def publish(draft: Draft, *, effective_at: datetime, by: Actor, at: datetime, move_open: bool = False) -> PolicyVersion:
    """Publish the approved revision, in force from that instant on, and ask everybody to read it; a job tells them.

    Raises NotApproved while a role that the policy in force asks for is missing, WrongDate for a day that is over or lies
    before a version that is to come, and what `stand_ready` raises. What is open keeps the version it began under, unless
    `move_open`, which only a version can that holds at once: a job brings the open tickets over then.
    """
    take_turns()
    lock(draft)
    if draft.state not in (Draft.State.IN_REVIEW, Draft.State.APPROVED):
        raise WrongState("Send the draft to review first.")
    missing = roles_missing(draft)
    if missing:
        raise NotApproved(f"The draft still needs the approval of {listed([_an(role) for role in missing])}.")
    stand_ready(draft)
    _check_what_comes_before(draft, effective_at, at)
    if move_open and effective_at > at:
        raise WrongDate("Open tickets can be moved when the version takes effect, and not before.")
    version = publish_sources(draft.files, by=by, at=at, effective_at=effective_at)
    draft.state, draft.version, draft.changed_at, draft.changed_by = Draft.State.PUBLISHED, version, at, by.key
    draft.save(update_fields=["state", "version", "changed_at", "changed_by"])
    list_readers(version, at=at)
    if move_open:
        move_open_tickets.defer(version_id=version.pk, by=by.key)
    return version


def _check_what_comes_before(draft: Draft, effective_at: datetime, at: datetime) -> None:
    if effective_at < at:
        raise WrongDate("A version takes effect today or later: nothing is promised backwards.")
    newest = draft.base
    if newest is not None and effective_at < newest.effective_at:
        raise WrongDate(f"{newest} takes effect later than that. Choose its day or a later one.")


def _an(role: str) -> str:
    return f"an {role}" if role[0] in "aeiou" else f"a {role}"
