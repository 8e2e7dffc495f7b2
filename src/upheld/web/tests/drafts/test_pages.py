"""The pages of a draft over HTTP: forms that save, forms that say what is wrong, and who may not."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.urls import resolve, reverse

from upheld.commitments.actions import publish_sources
from upheld.commitments.models import PolicyVersion
from upheld.commitments.policies import forget_what_is_in_force, version_in_force
from upheld.conftest import Cast
from upheld.drafting.actions.acknowledging import tell_readers
from upheld.drafting.actions.review import approve, send_to_review
from upheld.drafting.jobs import move_open_tickets
from upheld.drafting.models import Draft
from upheld.drafting.paths import draft_path, version_path
from upheld.people.actions import add_agent
from upheld.people.models import Agent, Notification
from upheld.tickets.models import Ticket
from upheld.web.tests.conftest import Browsing


def at(draft: Draft, name: str, *more: object) -> str:
    return reverse(f"drafts:{name}", args=[draft.pk, *more])


FORMS = [
    ("clause", "first-response"), ("ladder", "support"), ("calendar", "office"), ("figures", "priorities"),
    ("figures", "targets"), ("figures", "plans"), ("plans",), ("files",), ("file", "hours.yaml"), ("change",), ("draft",),
    ("revision", 1),
]  # fmt: skip


@pytest.mark.parametrize("form", FORMS, ids=lambda form: "-".join(map(str, form)))
def test_every_page_can_be_read_by_every_agent_and_is_written_by_leads(
    draft: Draft, agent: Client, lead: Client, form: tuple[object, ...]
) -> None:
    name, *more = form
    for client in (agent, lead):
        assert client.get(at(draft, str(name), *more)).status_code == 200
    if name not in ("draft", "change", "revision"):
        assert agent.post(at(draft, str(name), *more)).status_code == 404


@pytest.mark.parametrize("form", [one for one in FORMS if one[0] in ("clause", "calendar", "figures")])
def test_sending_a_form_as_it_was_shown_saves_nothing(draft: Draft, lead: Client, form: tuple[str, ...]) -> None:
    name, *more = form
    answer = lead.post(at(draft, name, *more), shown(lead.get(at(draft, name, *more)).content.decode()))
    assert answer.status_code == 302
    draft.refresh_from_db()
    assert draft.revision == 1


def shown(page: str) -> dict[str, list[str]]:
    """What a browser would send of the page's form: every input and text in `<main>`."""
    from html.parser import HTMLParser

    fields: dict[str, list[str]] = {}

    class Reader(HTMLParser):
        area: str | None = None

        def handle_starttag(self, tag: str, given: list[tuple[str, str | None]]) -> None:
            attributes = dict(given)
            name = attributes.get("name")
            if tag == "input" and name:
                fields.setdefault(name, []).append(attributes.get("value") or "")
            self.area = name if tag == "textarea" else None

        def handle_data(self, data: str) -> None:
            if self.area:
                fields.setdefault(self.area, []).append(data.removeprefix("\n"))
                self.area = None

    Reader().feed(page.partition('<main id="main"')[2])
    return fields


def test_a_cell_is_changed_by_form(draft: Draft, lead: Client) -> None:
    answer = lead.post(at(draft, "clause", "first-response"), {"revision": 1, "cell:P1/enterprise": " 10m "})
    assert answer["Location"] == at(draft, "change")
    draft.refresh_from_db()
    assert draft.files["commitments.yaml"] == version_in_force().sources["commitments.yaml"].replace(
        "enterprise: 15m", "enterprise: 10m", 1
    )
    page = lead.get(at(draft, "draft")).content.decode()
    assert "15 min → 10 min" in page
    assert "Times of first-response" in page


def test_a_wrong_cell_is_said_at_its_field_and_what_was_typed_stays(draft: Draft, lead: Client) -> None:
    answer = lead.post(at(draft, "clause", "first-response"), {"revision": 1, "cell:P1/enterprise": "soon: ]"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert 'id="cell:P1/enterprise-error"' in page
    assert 'value="soon: ]"' in page
    draft.refresh_from_db()
    assert draft.revision == 1


def test_two_people_save_two_cells_and_the_second_takes_in_the_first(
    draft: Draft, lead: Client, browse: Browsing, cast: Cast
) -> None:
    lead.post(at(draft, "clause", "first-response"), {"revision": 1, "cell:P1/enterprise": "10m"})
    other = browse(cast.administrator)
    other.post(at(draft, "clause", "mail-answer"), {"revision": 1, "cell:enterprise": "45m"})
    draft.refresh_from_db()
    assert "enterprise: 10m" in draft.files["commitments.yaml"]
    assert "enterprise: 45m" in draft.files["commitments.yaml"]


def test_the_same_line_is_shown_side_by_side_and_settled(
    draft: Draft, lead: Client, browse: Browsing, cast: Cast
) -> None:
    lead.post(at(draft, "clause", "first-response"), {"revision": 1, "cell:P1/enterprise": "10m"})
    other = browse(cast.administrator)
    answer = other.post(at(draft, "clause", "first-response"), {"revision": 1, "cell:P1/enterprise": "5m"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "enterprise: 5m" in page
    assert "enterprise: 10m" in page
    text = draft.files["commitments.yaml"].replace("enterprise: 15m", "enterprise: 7m", 1)
    other.post(at(draft, "merge"), {"revision": 2, "file:commitments.yaml": text.replace("\n", "\r\n")})
    draft.refresh_from_db()
    assert (draft.revision, draft.files["commitments.yaml"]) == (3, text)


@pytest.mark.parametrize(("choice", "kept"), [("yours", "5m"), ("theirs", "10m")])
def test_a_side_is_chosen_without_touching_the_text(
    draft: Draft, lead: Client, browse: Browsing, cast: Cast, choice: str, kept: str
) -> None:
    lead.post(at(draft, "clause", "first-response"), {"revision": 1, "cell:P1/enterprise": "10m"})
    other = browse(cast.administrator)
    page = other.post(at(draft, "clause", "first-response"), {"revision": 1, "cell:P1/enterprise": "5m"}).content
    assert "Enterprise, P1: first response 10 min → 5 min" in page.decode()
    sent = shown(page.decode())
    other.post(at(draft, "merge"), sent | {"choice:0:commitments.yaml": choice})
    draft.refresh_from_db()
    sources = version_in_force().sources["commitments.yaml"]
    assert draft.files["commitments.yaml"] == sources.replace("enterprise: 15m", f"enterprise: {kept}", 1)


def test_what_was_published_meanwhile_is_taken_in_and_its_conflicts_settled(
    draft: Draft, lead: Client, cast: Cast
) -> None:
    lead.post(at(draft, "clause", "first-response"), {"revision": 1, "cell:P1/enterprise": "10m"})
    sources = version_in_force().sources
    other = sources["commitments.yaml"].replace("enterprise: 15m", "enterprise: 12m", 1)
    files = sources | {
        "commitments.yaml": other,
        "policy.yaml": sources["policy.yaml"].replace("version: 1", "version: 2"),
    }
    now = datetime.now(UTC)
    newest = publish_sources(files, by=cast.administrator.actor, at=now, effective_at=now)
    assert "was published since this draft began" in lead.get(at(draft, "draft")).content.decode()
    answer = lead.post(at(draft, "newest"))
    sent = shown(answer.content.decode())
    assert (answer.status_code, sent["with_version"]) == (422, [str(newest.pk)])
    text = other.replace("enterprise: 12m", "enterprise: 11m", 1)
    lead.post(at(draft, "merge"), sent | {"file:commitments.yaml": text})
    draft.refresh_from_db()
    assert (draft.base, draft.files["commitments.yaml"]) == (newest, text)
    assert "version: 3\n" in draft.files["policy.yaml"]
    assert "published since" not in lead.get(at(draft, "draft")).content.decode()


def test_a_role_that_nobody_has_is_said(draft: Draft, lead: Client) -> None:
    page = lead.get(at(draft, "draft")).content.decode()
    assert "There is no director here" in page


def test_a_plan_a_rung_hours_and_a_name_by_form(draft: Draft, lead: Client) -> None:
    lead.post(at(draft, "plans"), {"revision": 1, "label": "Trial", "about": "", "like": "standard"})
    rung = {"revision": 2, "name": "Board", "level": "4", "stands": "mail", "who": "board@techflow.example"}
    lead.post(at(draft, "ladder", "support"), rung)
    lead.post(
        at(draft, "rung", "support", 0),
        {"revision": 3, "name": "First line", "level": "1", "stands": "level", "who": "1"},
    )
    lead.post(at(draft, "rung", "support", 4), {"revision": 4, "_method": "DELETE"})
    lead.post(
        at(draft, "calendar", "office"),
        {"revision": 5, "fri": "08:00-14:00", "date": ["2026-12-24"], "hours": ["closed"]},
    )
    lead.post(at(draft, "figures", "priorities"), {"revision": 6, "value:priorities/P1/name": "Emergency"})
    draft.refresh_from_db()
    assert draft.revision == 7
    page = lead.get(at(draft, "draft")).content.decode()
    for told in ("Trial", "First line", "Emergency", "14:00"):
        assert told in page
    assert "Board" not in draft.files["escalation.yaml"]


@pytest.mark.parametrize(
    ("name", "more", "sent", "field"),
    [
        ("calendar", "office", {"tue": "8 to 5"}, "tue-error"),
        ("figures", "targets", {"value:targets/phone-wait/at_most": "quick"}, "value:targets/phone-wait/at_most-error"),
        ("ladder", "support", {"name": "X", "level": "7"}, "new_level_error"),
    ],
)
def test_the_policys_own_errors_stand_at_the_field(
    draft: Draft, lead: Client, name: str, more: str, sent: dict[str, str], field: str
) -> None:
    answer = lead.post(at(draft, name, more), {"revision": 1} | sent)
    assert answer.status_code == 422
    assert field in answer.content.decode()


def test_files_are_edited_with_errors_at_their_lines(draft: Draft, lead: Client) -> None:
    text = draft.files["hours.yaml"].replace("America/New_York", "Amerika", 1)
    lead.post(at(draft, "file", "hours.yaml"), {"revision": 1, "text": text.replace("\n", "\r\n")})
    draft.refresh_from_db()
    assert draft.files["hours.yaml"] == text
    page = lead.get(at(draft, "file", "hours.yaml")).content.decode()
    line = text[: text.index("Amerika")].count("\n") + 1
    assert f'href="#line-{line}"' in page
    assert lead.get(at(draft, "clause", "first-response"))["Location"] == at(draft, "file", "hours.yaml")
    assert "1 problem to mend first" in lead.get(at(draft, "draft")).content.decode()


def test_a_file_comes_and_goes(draft: Draft, lead: Client) -> None:
    count = len(draft.files)
    assert lead.post(at(draft, "files"), {"name": "../secrets"}).status_code == 422
    lead.post(at(draft, "files"), {"name": "words/en/extra.md"})
    draft.refresh_from_db()
    assert len(draft.files) == count + ("words/en/extra.md" in draft.files)
    lead.post(at(draft, "file", "words/en/extra.md"), {"_method": "DELETE"})
    draft.refresh_from_db()
    assert len(draft.files) == count
    assert lead.post(at(draft, "file", "policy.yaml"), {"_method": "DELETE"}).status_code == 404


def test_a_question_is_asked_and_answered(draft: Draft, agent: Client, browse: Browsing, cast: Cast) -> None:
    browse(cast.lead).post(
        at(draft, "questions"), {"to": cast.agent.pk, "text": "Is it enough?", "about": "clause:first-response"}
    )
    question = draft.questions.get()
    notice = Notification.objects.get(person=cast.agent.person)
    assert agent.get(reverse("desk:notice", args=[notice.pk]))["Location"] == at(draft, "draft")
    assert agent.post(at(draft, "answer", question.pk), {"text": ""}).status_code == 422
    browse(cast.colleague).post(at(draft, "answer", question.pk), {"text": "No"})
    agent.post(at(draft, "answer", question.pk), {"text": "Yes, with two of us."})
    assert "Yes, with two of us." in agent.get(at(draft, "draft")).content.decode()


@pytest.fixture
def ready(draft: Draft, lead: Client, cast: Cast) -> Draft:
    """Approved by a director and an administrator."""
    now = datetime.now(UTC)
    director = add_agent(
        email="d@techflow.example", name="Dora Ames", role=Agent.Role.DIRECTOR, by=cast.lead.actor, at=now
    )
    lead.post(at(draft, "clause", "first-response"), {"revision": 1, "cell:P1/enterprise": "10m"})
    send_to_review(draft, by=cast.lead.actor, at=now)
    for one in (director, cast.administrator):
        approve(draft, agent=one, revision=2, by=one.actor, at=now)
    return draft


def test_it_is_published_from_a_day_on_and_everybody_confirms(
    ready: Draft, lead: Client, agent: Client, browse: Browsing, cast: Cast
) -> None:
    yesterday, later = (datetime.now(UTC) + timedelta(days=days) for days in (-2, 20))
    wrong = lead.post(at(ready, "publication"), {"effective": yesterday.date(), "open_tickets": "keep"})
    assert (wrong.status_code, PolicyVersion.objects.count()) == (422, 1)
    moved = lead.post(at(ready, "publication"), {"effective": later.date(), "open_tickets": "move"})
    assert moved.status_code == 422
    assert agent.get(at(ready, "publication")).status_code == 404
    assert lead.get(at(ready, "publication")).status_code == 200
    answer = lead.post(at(ready, "publication"), {"effective": later.date(), "open_tickets": "keep"})
    version = PolicyVersion.objects.get(number=2)
    page = reverse("drafts:version", args=[version.pk])
    assert answer["Location"] == page
    assert version.effective_at.astimezone(UTC).hour in (4, 5)  # midnight in New York
    tell_readers(version, at=version.published_at)
    assert "15 min → 10 min" in agent.get(page).content.decode()
    waiting = cast.agent.person.notifications.unread().filter(subject=f"policy:{version.pk}")
    assert waiting.count() == 1, "it waits until it is confirmed, and not only until it is looked at"
    agent.post(reverse("drafts:acknowledgement", args=[version.pk]))
    assert waiting.count() == 0
    assert "You confirmed it" in agent.get(page).content.decode()
    leads = lead.get(page).content.decode()
    assert "1 of 6 have read it" in leads
    assert "Colleague Ames" in leads
    assert "Colleague Ames" not in agent.get(page).content.decode().partition("<main")[2]
    assert (
        lead.post(at(ready, "clause", "first-response"), {"revision": 2, "cell:P1/enterprise": "1m"}).status_code == 302
    )
    ready.refresh_from_db()
    assert ready.revision == 2


def test_open_tickets_are_moved_after_a_look(ready: Draft, lead: Client, agent: Client, ticket: Ticket) -> None:
    today = datetime.now(ZoneInfo("America/New_York")).date()
    lead.post(at(ready, "publication"), {"effective": today, "open_tickets": "keep"})
    forget_what_is_in_force()
    version = PolicyVersion.objects.get(number=2)
    place = reverse("drafts:open-tickets", args=[version.pk])
    assert place in lead.get(reverse("drafts:version", args=[version.pk])).content.decode()
    assert "1 open ticket stands" in lead.get(place).content.decode()
    assert agent.get(place).status_code == agent.post(place).status_code == 404
    assert lead.post(place).status_code == 302
    move_open_tickets(version.pk, ready.created_by)
    assert "already" in lead.get(place).content.decode()
    older = PolicyVersion.objects.get(number=1)
    assert lead.post(reverse("drafts:open-tickets", args=[older.pk])).status_code == 404


def test_review_by_page(draft: Draft, lead: Client, browse: Browsing, cast: Cast) -> None:
    lead.post(at(draft, "review"))
    draft.refresh_from_db()
    assert draft.state == "drafting" or draft.files != draft.base.sources  # type: ignore[union-attr]
    lead.post(at(draft, "clause", "first-response"), {"revision": 1, "cell:P1/enterprise": "10m"})
    lead.post(at(draft, "review"))
    administrator = browse(cast.administrator)
    page = administrator.get(at(draft, "draft")).content.decode()
    assert "Approve revision 2" in page
    assert administrator.post(at(draft, "review"), {"_method": "DELETE", "reason": ""}).status_code == 422
    administrator.post(at(draft, "approval"), {"revision": 2})
    assert "Approved by Administrator Ames" in lead.get(at(draft, "draft")).content.decode()
    assert "the approval of one director" in lead.get(at(draft, "draft")).content.decode()
    administrator.post(at(draft, "review"), {"_method": "DELETE", "reason": "What about nights?"})
    assert "What about nights?" in lead.get(at(draft, "draft")).content.decode()
    lead.post(at(draft, "withdrawal"))
    assert "given up" in lead.get(at(draft, "draft")).content.decode()


def test_a_draft_is_begun_and_a_name_is_taken_once(lead: Client, agent: Client, draft: Draft) -> None:
    new = reverse("drafts:new")
    base = version_in_force().pk
    assert agent.get(new).status_code == 404
    taken = lead.post(new, {"title": "Quicker answers", "note": "", "begin": base})
    assert (taken.status_code, "being written already" in taken.content.decode()) == (422, True)
    lead.post(new, {"title": "Longer hours", "note": "Because.", "begin": base})
    assert "Longer hours" in agent.get(reverse("drafts:drafts")).content.decode()


def test_mails_lead_to_pages(draft: Draft) -> None:
    assert resolve(draft_path(draft)).view_name == "drafts:draft"
    assert resolve(version_path(version_in_force())).view_name == "drafts:version"


def test_a_file_of_very_many_lines_keeps_nobody_waiting(draft: Draft, lead: Client) -> None:
    for text in ("\n" * 400_000, "a\n" * 12_000):
        draft.refresh_from_db()
        lead.post(at(draft, "file", "commitments.yaml"), {"revision": draft.revision, "text": text})
        began = time.process_time()
        assert lead.get(at(draft, "draft")).status_code == 200
        assert time.process_time() - began < 3


def test_what_is_no_text_is_not_saved_and_says_so(draft: Draft, lead: Client) -> None:
    answer = lead.post(at(draft, "file", "hours.yaml"), {"revision": 1, "text": "a: \0"}, follow=True)
    assert "hours.yaml holds a NUL" in answer.content.decode()
    draft.refresh_from_db()
    assert draft.revision == 1
