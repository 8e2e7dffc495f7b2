"""The policy to read: every chapter, the evidence beside its clauses, the cases behind a figure, versions and what changed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from upheld.commitments.models import Commitment, PolicyVersion
from upheld.commitments.policies import in_force, policy_of
from upheld.conftest import Cast
from upheld.policy.chapters import chapters
from upheld.reports.attainment import Figures, Week
from upheld.tickets.models import Ticket
from upheld.web.policy.evidence import lateness, share_words, spark, trend_words
from upheld.web.tests.conftest import Browsing

DAY = timedelta(days=1)


def missed(ticket: Ticket, *, ended: bool = True, cycle: int = 2, state: str = "breached") -> Commitment:
    now = datetime.now(UTC)
    version = PolicyVersion.objects.get()
    return Commitment.objects.create(
        subject=ticket.key, clause="first-response", cycle=cycle, version=version, state=state,
        began_at=now - 3 * DAY, due_at=now - 2 * DAY, ended_at=now - DAY if ended else None, since_at=now, target=1,
        used=0, late=4500 * 1_000_000 if ended and state == "breached" else None, calendar="always",
    )  # fmt: skip


PAGES = ["", "clauses/first-response/", "clauses/first-response/cases/", "versions/"]


@pytest.mark.parametrize("page", PAGES)
def test_everybody_of_the_staff_reads_and_nobody_else(browse: Browsing, cast: Cast, page: str) -> None:
    assert browse(cast.agent).get(f"/desk/policy/{page}").status_code == 200
    assert browse(cast.customer_admin).get(f"/desk/policy/{page}").status_code == 404
    assert Client().get(f"/desk/policy/{page}").status_code == 302
    assert browse(cast.agent).post(f"/desk/policy/{page}").status_code == 405


def test_every_chapter_and_every_clause_stands_on_the_page(agent: Client, cast: Cast) -> None:
    html = agent.get("/desk/policy/").content.decode()
    for chapter in chapters(in_force()):
        assert f'id="chapter-{chapter.key}"' in html
        assert f'href="#chapter-{chapter.key}"' in html
    for name in in_force().clauses:
        assert f'id="{name}"' in html, name
        assert agent.get(f"/desk/policy/clauses/{name}/").status_code == 200
    assert "within:" not in html


def test_the_evidence_stands_beside_the_clause_with_a_way_to_its_cases(agent: Client, ticket: Ticket) -> None:
    missed(ticket)
    for page in ("/desk/policy/", "/desk/policy/clauses/first-response/"):
        html = agent.get(page).content.decode()
        assert "1 h 15 min" in html, page
        assert "/desk/policy/clauses/first-response/cases/?state=breached&amp;days=7" in html
    listed = agent.get("/desk/policy/clauses/first-response/cases/?state=breached&days=7").content.decode()
    assert f"#{ticket.pk} {ticket.title}" in listed
    assert "1 h 15 min" in listed
    assert f"/desk/tickets/{ticket.pk}/commitments/first-response/2/" in listed
    assert (
        "None in the last 7 days"
        in agent.get("/desk/policy/clauses/first-response/cases/?state=kept&days=7").content.decode()
    )


def test_what_is_missed_and_not_done_yet_says_so(agent: Client, ticket: Ticket) -> None:
    missed(ticket, ended=False)
    html = agent.get("/desk/policy/clauses/first-response/cases/").content.decode()
    assert "still waited for" in html
    assert "1 missed and still waited for" in agent.get("/desk/policy/").content.decode()


def test_each_cell_has_its_own_figure(agent: Client, ticket: Ticket) -> None:
    Ticket.objects.filter(pk=ticket.pk).update(priority="P1", plan="enterprise")
    missed(ticket)
    missed(ticket, cycle=3, state="kept")
    html = agent.get("/desk/policy/clauses/first-response/?days=7").content.decode()
    cells = html.partition('id="cells"')[2]
    assert '<span class="cell-share">50 %</span> <span class="muted">of 2</span>' in cells
    assert cells.count("cell-share") == 1
    assert "15 min" in cells


def test_running_ones_stand_the_tightest_first_with_their_explanation(agent: Client, ticket: Ticket) -> None:
    html = agent.get("/desk/policy/clauses/first-response/").content.decode()
    assert f"/desk/tickets/{ticket.pk}/commitments/first-response/1/" in html.partition("Tightest now")[2]
    assert ticket.title in agent.get("/desk/policy/clauses/first-response/cases/?state=running").content.decode()


def test_figures_cost_the_same_for_one_clause_and_for_all(
    agent: Client, ticket: Ticket, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    agent.get("/desk/policy/")
    with django_assert_max_num_queries(9):
        agent.get("/desk/policy/")


@pytest.mark.parametrize(
    "address",
    ["clauses/nothing/", "clauses/first-response/cases/?state=nonsense", "versions/99999/", "versions/99999/changes/"],
)
def test_what_is_not_there_is_404(agent: Client, cast: Cast, address: str) -> None:
    assert agent.get(f"/desk/policy/{address}").status_code == 404


def test_a_clause_on_what_nobody_records_says_so(agent: Client, cast: Cast) -> None:
    name = next(clause.name for clause in in_force().clauses.values() if clause.on == "incident")
    assert "Nothing records these yet" in agent.get(f"/desk/policy/clauses/{name}/").content.decode()


# -- versions -------------------------------------------------------------------------------------------------------------


@pytest.fixture
def older(techflow: PolicyVersion) -> PolicyVersion:
    """The version before the one in force, in which enterprise had to wait longer."""
    sources = dict(techflow.sources)
    sources["commitments.yaml"] = sources["commitments.yaml"].replace("15m", "20m", 1)
    assert sources != techflow.sources
    at = techflow.effective_at - 30 * DAY
    return PolicyVersion.objects.create(
        name="techflow",
        number=1,
        digest="older",
        sources=sources,
        published_at=at,
        published_by="system:",
        effective_at=at,
    )


def test_versions_stand_with_their_times(agent: Client, techflow: PolicyVersion, older: PolicyVersion) -> None:
    html = agent.get("/desk/policy/versions/").content.decode()
    assert html.index(f"versions/{techflow.pk}/") < html.index(f"versions/{older.pk}/")
    assert "in force" in html
    assert "until" in html


def test_a_past_version_can_be_read(agent: Client, older: PolicyVersion) -> None:
    html = agent.get(f"/desk/policy/versions/{older.pk}/").content.decode()
    assert "20 min" in html
    assert 'id="first-response"' in html
    assert policy_of(older.pk).clauses


def test_what_changed_is_told_in_sentences(agent: Client, techflow: PolicyVersion, older: PolicyVersion) -> None:
    html = agent.get(f"/desk/policy/versions/{techflow.pk}/changes/").content.decode()
    assert "20 min → 15 min" in html
    assert "The same as text" in html
    back = agent.get(f"/desk/policy/versions/{older.pk}/changes/?since={techflow.pk}").content.decode()
    assert "15 min → 20 min" in back
    assert "nothing to hold it against" in agent.get(f"/desk/policy/versions/{older.pk}/changes/").content.decode()
    assert agent.get(f"/desk/policy/versions/{older.pk}/changes/?since=x").status_code == 404


# -- words ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("share", "said"),
    [(None, "–"), (1.0, "100 %"), (0.9999, "99.9 %"), (0.995, "99.5 %"), (0.886, "88 %"), (0.0, "0 %")],
)
def test_a_share_is_never_rounded_up(share: float | None, said: str) -> None:
    assert share_words(share) == said


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (None, "–"),
        (12.7, "12 s"),
        (4530, "1 h 15 min"),
        (35_999, "9 h 59 min"),
        (200_000, "55 h"),
        (1_045_000, "12 d"),
        (0, "0 s"),
    ],
)
def test_lateness_is_as_exact_as_it_helps(seconds: float | None, said: str) -> None:
    assert lateness(seconds) == said


@pytest.mark.parametrize(
    ("now", "before", "said"),
    [
        ((9, 1), (8, 2), "Up from 80 %"),
        ((8, 2), (9, 1), "Down from 90 %"),
        ((8, 2), (8, 2), "Steady"),
        ((8, 2), (0, 0), "Nothing to compare with"),
        ((0, 0), (8, 2), "Nothing was decided"),
    ],
)
def test_a_trend_is_said_in_words(now: tuple[int, int], before: tuple[int, int], said: str) -> None:
    assert trend_words(Figures(*now), Figures(*before)).startswith(said)


def test_a_line_breaks_where_nothing_was_decided() -> None:
    at = datetime(2026, 3, 2, tzinfo=UTC)
    drawn = spark([Week(at, 1, 0), Week(at, 0, 1), Week(at), Week(at, 1, 1)])
    assert drawn.lines == ["2.0,2.0 40.7,22.0"]
    assert drawn.dots == [(118.0, 12.0)]
    assert drawn.said.endswith("100 %, 0 %, 50 %")
