"""What can be done with a draft, by whom and when; and what is refused, with nothing left of it."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from upheld.channels.models import OutgoingMail
from upheld.commitments.actions import publish_sources
from upheld.commitments.models import PolicyVersion
from upheld.commitments.policies import forget_what_is_in_force, in_force, version_in_force
from upheld.conftest import Cast
from upheld.drafting import actions
from upheld.drafting.actions.acknowledging import acknowledge, ask_to_read, remind, tell_readers
from upheld.drafting.actions.errors import (
    AlreadyAcknowledged,
    Conflicted,
    FellBehind,
    HasProblems,
    NotApproved,
    NothingChanged,
    NotYours,
    Settled,
    TitleTaken,
    WrongDate,
    WrongState,
)
from upheld.drafting.actions.publication import publish
from upheld.drafting.actions.questions import answer, ask
from upheld.drafting.actions.review import approve, roles_missing, send_back, send_to_review
from upheld.drafting.actions.writing import catch_up, save_draft, start_draft, submit, withdraw
from upheld.drafting.checking import check
from upheld.drafting.models import Acknowledgement, Draft
from upheld.drafting.tests.conftest import NOW, quicker
from upheld.events.models import Event
from upheld.people.models import Agent, Notification

DAY = timedelta(days=1)
Said = Callable[[Agent], dict[str, Any]]


def by(agent: Agent) -> dict[str, Any]:
    return {"by": agent.actor, "at": NOW}


def kinds(draft: Draft) -> list[str]:
    return list(Event.objects.filter(subject=draft.key).order_by("id").values_list("kind", flat=True))


def saved(draft: Draft, cast: Cast, target: str = "10m") -> Draft:
    save_draft(draft, quicker(draft, target), revision=draft.revision, what="A cell", **by(cast.lead))
    return draft


def reviewed(draft: Draft, cast: Cast) -> Draft:
    send_to_review(saved(draft, cast), **by(cast.lead))
    return draft


def approved(draft: Draft, cast: Cast, director: Agent) -> Draft:
    reviewed(draft, cast)
    for agent in (director, cast.administrator):
        approve(draft, agent=agent, revision=draft.revision, **by(agent))
    return draft


def test_a_draft_begins_as_the_version_in_force_with_the_next_number(draft: Draft) -> None:
    before = version_in_force().sources
    assert draft.files["policy.yaml"] == before["policy.yaml"].replace("version: 1\n", "version: 2\n")
    assert {**draft.files, "policy.yaml": ""} == {**before, "policy.yaml": ""}
    assert kinds(draft) == ["draft.started"]


def test_two_drafts_of_one_name_are_refused_and_a_settled_one_frees_it(draft: Draft, cast: Cast) -> None:
    with pytest.raises(TitleTaken):
        start_draft(title=" Quicker answers", **by(cast.lead))
    withdraw(draft, **by(cast.lead))
    assert start_draft(title="Quicker answers", **by(cast.lead)).pk != draft.pk
    assert kinds(draft) == ["draft.started", "draft.withdrawn"]
    with pytest.raises(Settled):
        withdraw(draft, **by(cast.lead))


def test_a_draft_with_errors_is_kept_and_never_reviewed_nor_published(draft: Draft, cast: Cast) -> None:
    saved(draft, cast, "ten minutes")
    assert check(draft.files).problems[0].key == "first-response.within.P1.enterprise"
    with pytest.raises(HasProblems, match="one problem"):
        send_to_review(draft, **by(cast.lead))
    Draft.objects.filter(pk=draft.pk).update(state="in_review")
    with pytest.raises((HasProblems, NotApproved)):
        publish(draft, effective_at=NOW, **by(cast.lead))
    assert PolicyVersion.objects.count() == 1


def test_what_the_lint_calls_an_error_keeps_a_draft_from_review_unless_it_was_there_before(
    draft: Draft, cast: Cast
) -> None:
    files = dict(draft.files)
    files["escalation.yaml"] = files["escalation.yaml"].replace("stands: {level: 2}", "stands: {role: bosses}", 1)
    assert files != draft.files
    save_draft(draft, files, revision=1, what="", **by(cast.lead))
    assert [one.severity for one in check(files).findings].count("error") == 1
    with pytest.raises(HasProblems, match="one problem"):
        send_to_review(draft, **by(cast.lead))


def test_saving_the_same_again_is_no_revision(draft: Draft, cast: Cast) -> None:
    assert save_draft(draft, draft.files, revision=1, what="", **by(cast.lead)) is None
    assert kinds(draft) == ["draft.started"]


def test_two_people_edit_at_once_and_both_changes_stay(draft: Draft, cast: Cast) -> None:
    mine, other = quicker(draft), dict(draft.files)
    other["hours.yaml"] = other["hours.yaml"].replace('"08:00-20:00"', '"07:00-20:00"')
    save_draft(draft, mine, revision=1, what="", **by(cast.lead))
    save_draft(draft, other, revision=1, what="", **by(cast.administrator))
    assert draft.revision == 3
    assert draft.files == quicker(draft) | {"hours.yaml": other["hours.yaml"]}
    assert "enterprise: 10m" in draft.files["commitments.yaml"]


def test_the_same_line_twice_is_shown_and_nothing_is_saved(draft: Draft, cast: Cast) -> None:
    one, two = quicker(draft), quicker(draft, "5m")
    save_draft(draft, one, revision=1, what="", **by(cast.lead))
    with pytest.raises(Conflicted) as met:
        save_draft(draft, two, revision=1, what="", **by(cast.administrator))
    (conflict,) = met.value.merged.conflicts
    assert ("5m" in conflict.yours, "10m" in conflict.theirs, met.value.revision) == (True, True, 2)
    draft.refresh_from_db()
    assert (draft.revision, draft.files) == (2, one)


def test_questions_reach_who_is_asked_and_answers_who_asked(draft: Draft, cast: Cast) -> None:
    question = ask(
        draft, to=cast.agent, text="Can we keep ten minutes?", about="clause:first-response", **by(cast.lead)
    )
    assert Notification.objects.get(person=cast.agent.person).subject == draft.key
    assert OutgoingMail.objects.get().recipients == [cast.agent.person.email]
    with pytest.raises(NotYours):
        answer(question, text="Yes", **by(cast.colleague))
    answer(question, text="At night we are two.", **by(cast.agent))
    with pytest.raises(WrongState):
        answer(question, text="Yes", **by(cast.agent))
    assert Notification.objects.filter(person=cast.lead.person, kind="draft.answered").count() == 1
    assert kinds(draft) == ["draft.started", "draft.questioned", "draft.answered"]
    assert not any("night" in str(event.data) for event in Event.objects.all())


def test_who_approves_is_asked_and_two_roles_are_two_people(draft: Draft, cast: Cast, director: Agent) -> None:
    reviewed(draft, cast)
    told = Notification.objects.filter(kind="draft.sent_to_review").values_list("person__name", flat=True)
    assert set(told) == {"Dora Ames", "Administrator Ames"}
    with pytest.raises(NotYours, match="does not ask"):
        approve(draft, agent=cast.agent, revision=2, **by(cast.agent))
    with pytest.raises(NotYours, match="wrote"):
        approve(draft, agent=cast.lead, revision=2, **by(cast.lead))
    approve(draft, agent=director, revision=2, **by(director))
    with pytest.raises(NotYours, match="already"):
        approve(draft, agent=director, revision=2, **by(director))
    assert (roles_missing(draft), draft.state) == (["administrator"], "in_review")
    with pytest.raises(NotApproved, match="an administrator"):
        publish(draft, effective_at=NOW, **by(cast.lead))
    approve(draft, agent=cast.administrator, revision=2, **by(cast.administrator))
    assert draft.state == "approved"
    assert kinds(draft)[-3:] == ["draft.sent_to_review", "draft.approved", "draft.approved"]


def test_an_approver_who_wrote_on_it_is_not_one(draft: Draft, cast: Cast, director: Agent) -> None:
    save_draft(draft, quicker(draft), revision=1, what="", **by(cast.administrator))
    send_to_review(draft, **by(cast.lead))
    with pytest.raises(NotYours, match="wrote"):
        approve(draft, agent=cast.administrator, revision=2, **by(cast.administrator))


def test_without_a_word_in_the_policy_one_administrator_who_did_not_write_it(cast: Cast) -> None:
    sources = dict(version_in_force().sources)
    sources["policy.yaml"] = (
        sources["policy.yaml"].partition("# How the next version")[0].replace("version: 1", "version: 2")
    )
    publish_sources(sources, by=cast.administrator.actor, at=NOW, effective_at=NOW)
    forget_what_is_in_force()
    draft = reviewed(start_draft(title="Next", **by(cast.lead)), cast)
    assert roles_missing(draft) == ["administrator"]
    approve(draft, agent=cast.administrator, revision=2, **by(cast.administrator))
    assert draft.state == "approved"


def test_an_edit_makes_approvals_void(draft: Draft, cast: Cast, director: Agent) -> None:
    approved(draft, cast, director)
    saved(draft, cast, "11m")
    save_draft(draft, draft.files | {"hours.yaml": draft.files["hours.yaml"] + "# more\n"}, revision=draft.revision,
               what="", **by(cast.lead))  # fmt: skip
    assert (draft.state, roles_missing(draft)) == ("drafting", ["director", "administrator"])
    with pytest.raises(WrongState):
        publish(draft, effective_at=NOW, **by(cast.lead))
    send_to_review(draft, **by(cast.lead))
    with pytest.raises(WrongState, match="changed since"):
        approve(draft, agent=director, revision=2, **by(director))


def test_a_reviewer_sends_it_back_with_a_reason(draft: Draft, cast: Cast, director: Agent) -> None:
    approved(draft, cast, director)
    send_back(draft, reason="What about Sundays?", **by(director))
    draft.refresh_from_db()
    assert (draft.state, draft.returned_reason, draft.returned_by) == ("drafting", "What about Sundays?", director.key)
    assert roles_missing(draft) == ["director", "administrator"]
    with pytest.raises(WrongState):
        send_back(draft, reason="Again", **by(director))
    assert not any("Sundays" in str(event.data) for event in Event.objects.all())


def test_a_draft_without_a_change_is_not_reviewed(cast: Cast) -> None:
    draft = start_draft(title="Same", files=version_in_force().sources, **by(cast.lead))
    with pytest.raises(NothingChanged):
        send_to_review(draft, **by(cast.lead))


def test_a_number_that_was_used_has_to_be_counted_up(draft: Draft, cast: Cast) -> None:
    saved(draft, cast)
    old = draft.files | {"policy.yaml": version_in_force().sources["policy.yaml"]}
    save_draft(draft, old, revision=2, what="", **by(cast.lead))
    with pytest.raises(WrongState, match="Count the number up"):
        send_to_review(draft, **by(cast.lead))


def test_publishing_takes_effect_on_its_day_and_asks_everybody(draft: Draft, cast: Cast, director: Agent) -> None:
    approved(draft, cast, director)
    for wrong in (NOW - DAY, NOW - timedelta(seconds=1)):
        with pytest.raises(WrongDate):
            publish(draft, effective_at=wrong, **by(cast.lead))
    version = publish(draft, effective_at=NOW + DAY, **by(cast.lead))
    forget_what_is_in_force()
    assert (draft.state, draft.version, version.number) == ("published", version, 2)
    assert version_in_force().number == 1
    assert version.sources == draft.files
    assert Acknowledgement.objects.missing().filter(version=version).count() == 6
    assert Event.objects.get(kind="policy.published").subject == f"policy:{version.pk}"
    for again in (lambda: publish(draft, effective_at=NOW, **by(cast.lead)), lambda: saved(draft, cast, "1m")):
        with pytest.raises(Settled):
            again()


def test_what_was_published_meanwhile_is_taken_in_first(draft: Draft, cast: Cast, director: Agent) -> None:
    other = start_draft(title="Longer hours", **by(cast.administrator))
    files = other.files | {"hours.yaml": other.files["hours.yaml"].replace('"08:00-20:00"', '"07:00-20:00"')}
    publish_sources(files, by=cast.administrator.actor, at=NOW, effective_at=NOW)
    forget_what_is_in_force()
    saved(draft, cast)
    with pytest.raises(FellBehind):
        send_to_review(draft, **by(cast.lead))
    catch_up(draft, **by(cast.lead))
    assert "version: 3\n" in draft.files["policy.yaml"]
    assert '"07:00-20:00"' in draft.files["hours.yaml"]
    assert "enterprise: 10m" in draft.files["commitments.yaml"]
    send_to_review(draft, **by(cast.lead))
    assert catch_up(draft, **by(cast.lead)) is None


def test_two_who_publish_at_once_do_not_undo_each_other(
    at_once: Callable[..., list[Any]], draft: Draft, cast: Cast, director: Agent
) -> None:
    other = start_draft(title="Longer hours", **by(cast.lead))
    hours = other.files["hours.yaml"].replace('"08:00-20:00"', '"07:00-20:00"')
    save_draft(other, other.files | {"hours.yaml": hours}, revision=1, what="", **by(cast.lead))
    send_to_review(other, **by(cast.lead))
    for agent in (director, cast.administrator):
        approve(other, agent=agent, revision=2, **by(agent))
    approved(draft, cast, director)
    done = at_once(*(partial(publish, one, effective_at=NOW, **by(cast.lead)) for one in (draft, other)))
    assert sorted(type(one).__name__ for one in done) == ["FellBehind", "PolicyVersion"]
    assert PolicyVersion.objects.count() == 2


def test_a_version_cannot_come_before_one_that_is_to_come(draft: Draft, cast: Cast, director: Agent) -> None:
    publish(approved(draft, cast, director), effective_at=NOW + 10 * DAY, **by(cast.lead))
    second = start_draft(title="Second", **by(cast.lead))
    save_draft(second, quicker(second, "9m") | {"hours.yaml": second.files["hours.yaml"] + "# x\n"}, revision=1, what="",
               **by(cast.lead))  # fmt: skip
    send_to_review(second, **by(cast.lead))
    for agent in (director, cast.administrator):
        approve(second, agent=agent, revision=2, **by(agent))
    with pytest.raises(WrongDate, match="takes effect later"):
        publish(second, effective_at=NOW + DAY, **by(cast.lead))
    assert publish(second, effective_at=NOW + 10 * DAY, **by(cast.lead)).number == 3


def test_everybody_reads_it_once_and_is_reminded_until_then(draft: Draft, cast: Cast, director: Agent) -> None:
    version = publish(approved(draft, cast, director), effective_at=NOW, **by(cast.lead))
    assert ask_to_read(version, at=NOW) == 0
    assert not Notification.objects.filter(subject=f"policy:{version.pk}").exists()  # that is the work of a job
    for _ in range(2):
        tell_readers(version, at=NOW)
    acknowledge(version, agent=cast.agent, **by(cast.agent))
    with pytest.raises(AlreadyAcknowledged):
        acknowledge(version, agent=cast.agent, **by(cast.agent))
    assert remind(NOW + DAY) == 0
    assert remind(NOW + 2 * DAY) == 5
    assert remind(NOW + 2 * DAY) == remind(NOW + 3 * DAY) == 0
    assert remind(NOW + 4 * DAY) == 5
    told = Notification.objects.filter(person=cast.colleague.person, subject=f"policy:{version.pk}").count()
    assert told == 3
    assert Notification.objects.filter(person=cast.agent.person, subject=f"policy:{version.pk}").count() == 1
    assert Event.objects.filter(kind="policy.acknowledged", actor=cast.agent.key).count() == 1


def test_who_comes_later_is_asked_too_and_who_left_is_left_alone(draft: Draft, cast: Cast, director: Agent) -> None:
    version = publish(approved(draft, cast, director), effective_at=NOW, **by(cast.lead))
    from upheld.people.actions import add_agent

    newcomer = add_agent(email="new@techflow.example", name="New Ames", **by(cast.administrator))
    with pytest.raises(NotYours):
        acknowledge(version, agent=newcomer, **by(newcomer))
    cast.colleague.person.is_active = False
    cast.colleague.person.save()
    assert remind(NOW + 2 * DAY) == 5
    acknowledge(version, agent=newcomer, **by(newcomer))


def test_the_first_version_is_no_news(cast: Cast) -> None:
    assert ask_to_read(version_in_force(), at=NOW) == 0
    assert remind(NOW) == 0


def test_files_handed_in_keep_what_was_changed_in_the_desk(cast: Cast) -> None:
    sources = dict(version_in_force().sources)
    draft = submit(sources, title="From git", **by(cast.administrator))
    save_draft(draft, quicker(draft), revision=1, what="A cell", **by(cast.lead))
    again = submit(
        sources | {"hours.yaml": sources["hours.yaml"] + "# more\n"}, title="From git", **by(cast.administrator)
    )
    assert (again.pk, again.revision) == (draft.pk, 3)
    assert "enterprise: 10m" in again.files["commitments.yaml"]
    other = sources["commitments.yaml"].replace("enterprise: 15m", "enterprise: 1m", 1)
    with pytest.raises(Conflicted):
        submit(sources | {"commitments.yaml": other}, title="From git", **by(cast.administrator))


def test_the_database_keeps_a_draft_from_being_published_without_a_version(draft: Draft) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Draft.objects.filter(pk=draft.pk).update(state="published")


def test_a_failure_at_the_end_leaves_nothing(draft: Draft, cast: Cast, director: Agent, monkeypatch: Any) -> None:
    approved(draft, cast, director)
    monkeypatch.setattr("upheld.drafting.actions.publication.list_readers", lambda *_, **__: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        publish(draft, effective_at=NOW, **by(cast.lead))
    assert PolicyVersion.objects.count() == 1
    assert Draft.objects.get().state == "approved"
    assert in_force().version == 1


def test_every_action_says_who_and_when_by_name() -> None:
    for module in pkgutil.iter_modules(actions.__path__, f"{actions.__name__}."):
        for name, function in inspect.getmembers(importlib.import_module(module.name), inspect.isfunction):
            parameters = inspect.signature(function).parameters
            if function.__module__ == module.name and "by" in parameters:
                for one in ("by", "at"):
                    assert parameters[one].kind is inspect.Parameter.KEYWORD_ONLY, name
