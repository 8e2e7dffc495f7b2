"""What waits for somebody about the policy stands where they look: above every page, in the list of drafts, in the notices."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.test import Client
from django.urls import reverse

from upheld.commitments.models import PolicyVersion
from upheld.commitments.policies import forget_what_is_in_force
from upheld.conftest import Cast
from upheld.drafting.actions.acknowledging import acknowledge
from upheld.drafting.actions.publication import publish
from upheld.drafting.actions.questions import answer, ask
from upheld.drafting.actions.review import approve, send_to_review
from upheld.drafting.actions.writing import withdraw
from upheld.drafting.models import Draft
from upheld.drafting.waiting import waiting_for
from upheld.people.actions import add_agent
from upheld.people.models import Agent
from upheld.web.tests.conftest import Browsing

NEWS = "The policy has a new version"


@pytest.fixture
def director(cast: Cast) -> Agent:
    now = datetime.now(UTC)
    return add_agent(
        email="d@techflow.example", name="Dora Ames", role=Agent.Role.DIRECTOR, by=cast.administrator.actor, at=now
    )


def page(client: Client, name: str, *arguments: object) -> str:
    return client.get(reverse(name, args=arguments)).content.decode()


def published(draft: Draft, cast: Cast, director: Agent) -> PolicyVersion:
    now = datetime.now(UTC)
    send_to_review(draft, by=cast.lead.actor, at=now)
    for one in (director, cast.administrator):
        approve(draft, agent=one, revision=1, by=one.actor, at=now)
    version = publish(draft, effective_at=now, by=cast.lead.actor, at=now)
    forget_what_is_in_force()
    return version


def test_a_new_version_stands_above_every_page_until_it_is_confirmed(
    draft: Draft, cast: Cast, director: Agent, browse: Browsing
) -> None:
    agent = browse(cast.agent)
    assert NEWS not in page(agent, "desk:queue", "mine")
    version = published(draft, cast, director)
    for name, *arguments in (("desk:queue", "mine"), ("desk:people",), ("policy:in-force",)):
        assert NEWS in page(agent, name, *arguments)
    assert NEWS not in page(agent, "drafts:version", version.pk)  # they are reading it
    acknowledge(version, agent=cast.agent, by=cast.agent.actor, at=datetime.now(UTC))
    assert NEWS not in page(agent, "desk:queue", "mine")
    assert NEWS in page(browse(cast.colleague), "desk:queue", "mine")


def test_a_question_waits_for_whom_it_was_put_to(draft: Draft, cast: Cast, browse: Browsing) -> None:
    now = datetime.now(UTC)
    question = ask(draft, to=cast.agent, text="On Sundays?", by=cast.lead.actor, at=now)
    for name in ("drafts:drafts", "desk:notifications"):
        assert "Answer a question about “Quicker answers”" in page(browse(cast.agent), name)
        assert "Answer a question" not in page(browse(cast.colleague), name)
    answer(question, text="No.", by=cast.agent.actor, at=now)
    assert waiting_for(cast.agent).count == 0
    ask(draft, to=cast.agent, text="On Mondays?", by=cast.lead.actor, at=now)
    withdraw(draft, by=cast.lead.actor, at=now)
    assert waiting_for(cast.agent).count == 0


def test_a_draft_waits_for_those_who_may_approve_it_and_have_not(
    draft: Draft, cast: Cast, director: Agent, browse: Browsing
) -> None:
    now = datetime.now(UTC)
    assert waiting_for(director).approvals == ()
    send_to_review(draft, by=cast.lead.actor, at=now)
    waits = {one.role: len(waiting_for(one).approvals) for one in (director, cast.administrator, cast.lead, cast.agent)}
    assert waits == {"director": 1, "administrator": 1, "lead": 0, "agent": 0}
    assert "Approve “Quicker answers”" in page(browse(director), "desk:notifications")
    approve(draft, agent=director, revision=1, by=director.actor, at=now)
    assert (waiting_for(director).count, waiting_for(cast.administrator).count) == (0, 1)
