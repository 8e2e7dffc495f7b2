"""Asking somebody about a draft, and answering."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from upheld.drafting.actions.errors import NotYours, WrongState
from upheld.drafting.actions.writing import lock
from upheld.drafting.models import Draft, Question
from upheld.drafting.paths import draft_path
from upheld.drafting.telling import agents_by_key, tell
from upheld.events.actions import record
from upheld.events.actors import Actor
from upheld.people.models import Agent


@transaction.atomic
def ask(draft: Draft, *, to: Agent, text: str, by: Actor, at: datetime, about: str = "") -> Question:
    """Ask somebody by name; they are told in the workspace and by mail. Raises Settled."""
    lock(draft)
    question = Question.objects.create(draft=draft, to=to, about=about, text=text, asked_at=at, asked_by=by.key)
    record("draft.questioned", draft.key, by=by, at=at, data={"question": question.pk, "to": to.key})
    tell(
        [to],
        key=f"{draft.key}/question/{question.pk}",
        subject=draft.key,
        kind="draft.questioned",
        text=f"{by} asks you about the draft “{draft.title}”",
        path=draft_path(draft, "questions"),
        at=at,
    )
    return question


@transaction.atomic
def answer(question: Question, *, text: str, by: Actor, at: datetime) -> None:
    """Only who was asked answers, and once. Raises NotYours, WrongState or Settled."""
    lock(question.draft)
    question.refresh_from_db(from_queryset=Question.objects.select_for_update(of=("self",)).select_related("draft"))
    if by.key != question.to.key:
        raise NotYours("This question was put to somebody else.")
    if question.answered_at is not None:
        raise WrongState("This question was answered already.")
    question.answer, question.answered_at, question.answered_by = text, at, by.key
    question.save(update_fields=["answer", "answered_at", "answered_by"])
    draft = question.draft
    record("draft.answered", draft.key, by=by, at=at, data={"question": question.pk})
    tell(
        agents_by_key([question.asked_by]),
        key=f"{draft.key}/answer/{question.pk}",
        subject=draft.key,
        kind="draft.answered",
        text=f"{by} answered your question about “{draft.title}”",
        path=draft_path(draft, "questions"),
        at=at,
    )
