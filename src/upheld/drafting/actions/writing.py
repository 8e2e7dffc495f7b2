"""Starting a draft, saving it, bringing it up to date, giving it up."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.db import IntegrityError, transaction

from upheld.commitments.models import PolicyVersion
from upheld.drafting.actions.errors import Conflicted, NotText, Settled, TitleTaken
from upheld.drafting.editing.numbering import with_number
from upheld.drafting.merging import Merged, merge
from upheld.drafting.models import Draft, DraftRevision
from upheld.events.actions import record
from upheld.events.actors import Actor

SUBMITTED = "Handed in as files"


@transaction.atomic
def start_draft(
    *,
    title: str,
    by: Actor,
    at: datetime,
    note: str = "",
    base: PolicyVersion | None = None,
    files: Mapping[str, str] | None = None,
) -> Draft:
    """Begin from a stored version (the newest, unless another is named), or from files. Raises TitleTaken, NotText.

    A draft that begins from a version counts its number up, so that it can be published. Files are taken as they are.
    """
    newest = PolicyVersion.objects.first()
    begun_from, handed_in = base or newest, files is not None
    if files is None:
        files = dict(begun_from.sources) if begun_from else {}
        files = with_number(files, _next_number(newest))
    _check(files)
    draft = Draft(
        title=title.strip(), note=note, files=dict(files), base=newest, handed_in=dict(files) if handed_in else None,
        created_at=at, created_by=by.key, changed_at=at, changed_by=by.key,
    )  # fmt: skip
    try:
        with transaction.atomic():
            draft.save(force_insert=True)
    except IntegrityError:
        raise TitleTaken(draft.title) from None
    what = SUBMITTED if handed_in else f"Begun from {begun_from}" if begun_from else "Begun"
    DraftRevision.objects.create(draft=draft, number=1, files=draft.files, what=what, saved_at=at, saved_by=by.key)
    data = {"from": begun_from.pk if begun_from and not handed_in else None}
    record("draft.started", draft.key, by=by, at=at, data=data)
    return draft


@transaction.atomic
def save_draft(
    draft: Draft, files: Mapping[str, str], *, revision: int, what: str, by: Actor, at: datetime
) -> DraftRevision | None:
    """Keep these files, which were changed from `revision`; also when they have errors.

    Where somebody saved meanwhile, both changes are kept. Raises Conflicted where both changed the same lines, and nothing is
    saved; NotText. None when nothing changes. A draft in review goes back to being written: its approvals were for what it said.
    """
    lock(draft)
    kept = dict(files)
    if revision != draft.revision:
        started = draft.revisions.get(number=revision)
        kept = _clean(merge(started.files, files, draft.files), draft)
    if kept == draft.files:
        return None
    return _keep(draft, kept, what=what, by=by, at=at)


@transaction.atomic
def catch_up(draft: Draft, *, by: Actor, at: datetime) -> DraftRevision | None:
    """Take in what was published since the draft began. Raises Conflicted where both changed the same lines."""
    lock(draft)
    newest = PolicyVersion.objects.first()
    if newest is None or draft.base_id == newest.pk:
        return None
    number = _next_number(newest)
    was = with_number(draft.base.sources, number) if draft.base else {}
    merged = merge(was, with_number(draft.files, number), with_number(newest.sources, number))
    if merged.conflicts:
        raise Conflicted(merged, draft.revision)
    return settle(draft, merged.files, with_version=newest, by=by, at=at)


@transaction.atomic
def settle(
    draft: Draft, files: Mapping[str, str], *, with_version: PolicyVersion, by: Actor, at: datetime
) -> DraftRevision:
    """These files hold what the draft wanted and what that version brought: from now on the draft stands on it."""
    lock(draft)
    draft.base = with_version
    return _keep(draft, dict(files), what=f"Brought up to date with {with_version}", by=by, at=at)


@transaction.atomic
def submit(files: Mapping[str, str], *, title: str, by: Actor, at: datetime) -> Draft:
    """Files from elsewhere (a folder in git) become the draft of that title, or a new one.

    What was changed in the desk since the last time they were handed in is kept. Raises Conflicted where it is not the same.
    """
    draft = Draft.objects.unsettled().filter(title=title.strip()).first()
    if draft is None:
        return start_draft(title=title, files=files, by=by, at=at)
    lock(draft)
    began = draft.handed_in or draft.revisions.get(number=1).files
    kept = _clean(merge(began, files, draft.files), draft)
    draft.handed_in = dict(files)
    draft.save(update_fields=["handed_in"])
    if kept != draft.files:
        _keep(draft, kept, what=SUBMITTED, by=by, at=at)
    return draft


@transaction.atomic
def withdraw(draft: Draft, *, by: Actor, at: datetime) -> None:
    """Give it up. What was written stays to be read."""
    lock(draft)
    draft.state, draft.changed_at, draft.changed_by = Draft.State.WITHDRAWN, at, by.key
    draft.save(update_fields=["state", "changed_at", "changed_by"])
    record("draft.withdrawn", draft.key, by=by, at=at)


def lock(draft: Draft) -> None:
    """Hold the row until the end of the transaction, as it stands now. Raises Settled."""
    draft.refresh_from_db(from_queryset=Draft.objects.select_for_update())
    if draft.is_settled:
        raise Settled(draft.get_state_display().lower())


def _keep(draft: Draft, files: dict[str, str], *, what: str, by: Actor, at: datetime) -> DraftRevision:
    _check(files)
    draft.files, draft.revision, draft.state = files, draft.revision + 1, Draft.State.DRAFTING
    draft.changed_at, draft.changed_by = at, by.key
    draft.save()
    revision = DraftRevision.objects.create(
        draft=draft, number=draft.revision, files=files, what=what[:240], saved_at=at, saved_by=by.key
    )
    record("draft.saved", draft.key, by=by, at=at, data={"revision": draft.revision})
    return revision


def _check(files: Mapping[str, str]) -> None:
    """Raises NotText: PostgreSQL keeps no NUL."""
    for name, text in files.items():
        if "\0" in name + text:
            raise NotText(name.replace("\0", ""))


def _clean(merged: Merged, draft: Draft) -> dict[str, str]:
    if merged.conflicts:
        raise Conflicted(merged, draft.revision)
    return merged.files


def _next_number(newest: PolicyVersion | None) -> int:
    return newest.number + 1 if newest else 1
