"""Trying a policy in the browser: who may, what is asked, how far it is, what came out."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from upheld.commitments.policies import version_in_force
from upheld.commitments.ticker import tick
from upheld.conftest import Cast
from upheld.drafting.actions.writing import start_draft
from upheld.reports.actions import start_simulation
from upheld.reports.models import SimulationRun
from upheld.reports.simulating import work_on
from upheld.tickets.actions.conversation import reply
from upheld.web.simulations.expected import Expected, minutes
from upheld.web.simulations.outcome import count_words, delta_words
from upheld.web.tests.conftest import Browsing, Opening

HOME = "/desk/policy/simulations/"
NOW = datetime.now(UTC)
Made = Callable[..., SimulationRun]


@pytest.fixture
def made(cast: Cast, opened: Opening) -> Made:
    """A run over a ticket that was answered late; what is given wins."""

    def make(*, looser: bool = True, work: bool = True, **more: Any) -> SimulationRun:
        ticket = opened(priority="P1", at=NOW - timedelta(hours=3))
        while tick(NOW - timedelta(hours=2)):
            pass
        said = {"text": "Yes.", "author": cast.agent.person, "by": cast.agent.actor}
        reply(ticket, at=NOW - timedelta(hours=1), **said)  # type: ignore[arg-type]
        sources = dict(version_in_force().sources)
        if looser:
            sources["commitments.yaml"] = sources["commitments.yaml"].replace("enterprise: 15m", "enterprise: 3d")
        asked: dict[str, Any] = {
            "title": "Slower", "kind": "history", "since": NOW - timedelta(days=30), "until": NOW,
            "by": cast.lead.actor, "at": NOW,
        }  # fmt: skip
        run = start_simulation(sources, **asked | more)
        while work and not work_on(run.pk, seconds=60):
            pass
        return run

    return make


def body(browse: Browsing, who: Any, address: str) -> str:
    response = browse(who).get(address)
    assert response.status_code == 200, response.status_code
    return response.content.decode()


def test_leads_ask_and_agents_read(browse: Browsing, cast: Cast, made: Made) -> None:
    run = made()
    for address in (HOME, f"{HOME}{run.pk}/", f"{HOME}{run.pk}/progress/"):
        assert browse(cast.agent).get(address).status_code == 200
        assert browse(cast.customer).get(address).status_code == 404
    assert browse(cast.agent).get(f"{HOME}new/").status_code == 404
    assert browse(cast.agent).post(f"{HOME}new/").status_code == 404
    assert browse(cast.agent).post(f"{HOME}{run.pk}/stop/").status_code == 404
    assert "Try a policy" not in body(browse, cast.agent, HOME)
    assert "Try a policy" in body(browse, cast.lead, HOME)


def test_nothing_tried_says_what_to_do(browse: Browsing, cast: Cast) -> None:
    assert "Nothing was tried yet" in body(browse, cast.lead, HOME)
    assert "Team leads can try" in body(browse, cast.agent, HOME)


def test_a_draft_is_tried_from_its_page(browse: Browsing, cast: Cast) -> None:
    draft = start_draft(title="Quicker", note="", base=version_in_force(), by=cast.lead.actor, at=NOW)
    html = body(browse, cast.lead, f"{HOME}new/?draft={draft.pk}")
    assert f'value="draft:{draft.pk}" selected' in html
    asked = {"policy": f"draft:{draft.pk}", "days": "90", "plan": "", "account": ""}
    answer = browse(cast.lead).post(f"{HOME}new/", asked)
    run = SimulationRun.objects.get()
    assert answer["Location"] == f"{HOME}{run.pk}/"
    assert (run.title, run.version, run.sources, run.state) == ("Draft: Quicker", None, draft.files, "queued")
    draft.files = draft.files | {"policy.yaml": "name: [", "hours.yaml": ""}
    draft.save()
    refused = browse(cast.lead).post(f"{HOME}new/", asked)
    assert refused.status_code == 422
    assert "cannot be tried" in refused.content.decode()


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"policy": "version:999999"}, "Select a valid choice"),
        ({"account": "Nobody"}, "There is no account of that name."),
        ({"days": "7"}, "Select a valid choice"),
    ],
)
def test_what_cannot_be_asked_is_said(browse: Browsing, cast: Cast, asked: dict[str, str], said: str) -> None:
    given = {"policy": f"version:{version_in_force().pk}", "days": "90", "plan": "", "account": ""} | asked
    answer = browse(cast.lead).post(f"{HOME}new/", given)
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert not SimulationRun.objects.exists()


def test_the_result_tells_what_changes_side(browse: Browsing, cast: Cast, made: Made) -> None:
    run = made()
    html = body(browse, cast.agent, f"{HOME}{run.pk}/")
    for said in (
        "that was missed would not have been",
        "points more",
        "missed",
        "kept",
        "What changes side",
        "fewer than 30 decided",
    ):
        assert said in html, said
    assert 'href="/desk/tickets/' in html
    assert 'style="' not in html, "the content security policy forbids it"


def test_the_policy_in_force_changes_nothing(browse: Browsing, cast: Cast, made: Made) -> None:
    html = body(browse, cast.agent, f"{HOME}{made(looser=False).pk}/")
    assert "Nothing changes side" in html
    assert "lead exactly to what was recorded" in html


def test_a_run_shows_how_far_it_is_and_stops(browse: Browsing, cast: Cast, made: Made) -> None:
    run = made(work=False)
    html = body(browse, cast.lead, f"{HOME}{run.pk}/")
    assert "waits for its turn" in html
    assert 'hx-trigger="every 2s"' in html
    assert "Look again" in html, "for browsers without scripts"
    SimulationRun.objects.filter(pk=run.pk).update(state="running", done=1, total=4)
    assert 'value="25"' in body(browse, cast.agent, f"{HOME}{run.pk}/progress/")
    assert browse(cast.lead).post(f"{HOME}{run.pk}/stop/").status_code == 302
    over = browse(cast.agent).get(f"{HOME}{run.pk}/progress/")
    assert over["HX-Refresh"] == "true"
    assert "It was stopped" in body(browse, cast.agent, f"{HOME}{run.pk}/")
    assert browse(cast.lead).post(f"{HOME}{run.pk}/stop/").status_code == 302, "twice is no harm"


def test_a_failure_is_shown(browse: Browsing, cast: Cast, made: Made) -> None:
    run = made(kind="forecast", parameters={"agents": {"nowhere": 1}, "handling": 5})
    assert "There is no calendar “nowhere”" in body(browse, cast.agent, f"{HOME}{run.pk}/")


def test_a_forecast_is_asked_and_shown(browse: Browsing, cast: Cast, made: Made) -> None:
    html = body(browse, cast.lead, f"{HOME}new/forecast/")
    assert "People during the hours “office”" in html
    nobody = {"policy": f"version:{version_in_force().pk}", "days": "30", "handling": "12", "target": "90"}
    assert "Somebody has to be there" in browse(cast.lead).post(f"{HOME}new/forecast/", nobody).content.decode()
    made(work=False)
    assert browse(cast.lead).post(f"{HOME}new/forecast/", nobody | {"agents_office": "2"}).status_code == 302
    run = SimulationRun.objects.filter(kind="forecast").get()
    assert run.parameters == {"agents": {"office": 2}, "handling": 12.0, "target": 0.9}
    while not work_on(run.pk, seconds=60):
        pass
    html = body(browse, cast.agent, f"{HOME}{run.pk}/")
    for said in ("People, hour by hour", "Tickets a week", "typed in: 12 minutes", "Monday", "of 2"):
        assert said in html, said
    assert 'style="' not in html


def test_differences_in_words() -> None:
    def share(kept: float | None) -> dict[str, Any]:
        return {"share_kept": kept}

    assert delta_words(share(0.5), share(0.62)) == "12.0 points more"
    assert delta_words(share(0.5), share(0.4)) == "10.0 points less"
    assert delta_words(share(0.5), share(0.5001)) == "the same"
    assert delta_words(share(None), share(0.5)) == "only under this policy"
    assert delta_words(share(0.5), share(None)) == "not under this policy"
    assert delta_words(share(None), share(None)) == "nothing was decided"
    assert (count_words(2, 2), count_words(2, 5), count_words(5, 2)) == ("as many", "3 more", "3 fewer")
    assert (minutes(20), minutes(720), minutes(7200)) == ("under a minute", "12 minutes", "2.0 hours")


def test_a_day_as_a_picture_is_in_the_measure_of_the_week() -> None:
    found = {"needed": [0] * 9 + [2] + [0] * 158, "agents": [1] * 168, "arrivals": [0.5] * 168, "target": 0.9}
    monday, tuesday = Expected(found).days[:2]
    assert (monday.top, monday.bars, tuesday.bars) == (2, [(9, 0, 2)], [])
    assert monday.line.startswith("0,1 1,1 1,1 2,1")
    assert monday.tickets == 12
    assert Expected(found).hours[9] == (9, [(2, 1)] + [(0, 1)] * 6)
