"""The four policies that ship: they load, they are clean, and they say the numbers of their documents."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from upheld.kernel.durations import parse_duration
from upheld.kernel.instants import parse_instant
from upheld.policy import Policy, load
from upheld.policy.lint import lint

POLICIES = Path(__file__).parents[4] / "policies"
NAMES = ("techflow", "crm-pro", "yourbestsoftware", "guidelines")

# All that the lint says of each, with how grave it is; docs/policies/coverage.md says why it is right.
FINDINGS = {
    "techflow": [
        ("note", "departments.engineering"),
        ("warning", "mail-answer.within"),
        ("note", "satisfaction-survey"),
    ],
    "guidelines": [
        ("note", "departments.engineering"),
        ("warning", "first-response.within"),
        ("warning", "mail-answer.within"),
        ("warning", "p2-update.within"),
        ("note", "satisfaction-survey"),
        ("note", "ladders.management"),
        ("note", "ladders.external"),
    ],
    "crm-pro": [("warning", "escalation-follow-up.within")],
    "yourbestsoftware": [
        ("warning", "forum-answer.within"),
        ("warning", "manager-review.within"),
        ("note", "resolution"),
        ("warning", "resolution.within"),
        ("note", "satisfaction-survey"),
        ("note", "ladders.billing"),
        ("note", "ladders.training"),
        ("note", "ladders.success"),
    ],
}


@cache
def policy(name: str) -> Policy:
    return load(POLICIES / name)


@pytest.mark.parametrize("name", NAMES)
class TestEveryPolicy:
    def test_loads_under_its_own_name(self, name: str) -> None:
        assert policy(name).name == name

    def test_has_exactly_the_findings_that_are_known(self, name: str) -> None:
        assert [(finding.severity, finding.key) for finding in lint(policy(name))] == FINDINGS[name]

    def test_gives_every_combination_of_impact_and_urgency_a_priority(self, name: str) -> None:
        matrix = policy(name).impact_urgency
        assert matrix is not None
        grades = ("high", "medium", "low")

        given = {matrix.pick({"impact": impact, "urgency": urgency}) for impact in grades for urgency in grades}

        assert given == set(policy(name).priorities)

    def test_describes_three_levels_by_limit_duties_and_abilities(self, name: str) -> None:
        levels = policy(name).levels

        assert all(levels[number].duties and levels[number].abilities for number in (1, 2, 3))
        assert levels[1].limit
        assert all(levels[number].hands_on for number in (1, 2, 3))

    def test_begins_every_ladder_where_a_ticket_begins(self, name: str) -> None:
        assert all(ladder.rungs[0].level == 1 and len(ladder.rungs) > 1 for ladder in policy(name).ladders.values())

    def test_names_the_source_of_every_clause_and_target(self, name: str) -> None:
        assert all(clause.source for clause in policy(name).clauses.values())
        assert all(target.source for target in policy(name).targets.values())

    def test_explains_every_clause(self, name: str) -> None:
        assert all(clause.about.text() and clause.label.text() for clause in policy(name).clauses.values())

    def test_takes_mail_on_an_address(self, name: str) -> None:
        assert policy(name).channels["email"].addresses

    def test_has_defaults_for_a_ticket_of_which_nothing_is_known(self, name: str) -> None:
        assert {"plan", "priority", "category", "department", "calendar"} <= set(policy(name).defaults)

    def test_reopens_a_ticket_for_as_long_as_it_is_not_closed(self, name: str) -> None:
        rules = policy(name).rules

        assert rules["reopen_within"] == rules["close_resolved_after"]

    def test_has_essentials_and_a_record_for_the_end(self, name: str) -> None:
        assert policy(name).intake["impact"].choices == policy(name).intake["urgency"].choices
        assert policy(name).closing["resolution"].required


# policy, clause, attributes, time within
WITHIN = [
    ("techflow", "first-response", {"priority": "P1", "plan": "standard"}, "4h"),
    ("techflow", "first-response", {"priority": "P1", "plan": "professional"}, "1h"),
    ("techflow", "first-response", {"priority": "P1", "plan": "enterprise"}, "15m"),
    ("techflow", "first-response", {"priority": "P2", "plan": "standard"}, "8h"),
    ("techflow", "first-response", {"priority": "P2", "plan": "professional"}, "2h"),
    ("techflow", "first-response", {"priority": "P2", "plan": "enterprise"}, "30m"),
    ("techflow", "first-response", {"priority": "P3", "plan": "standard"}, "24h"),
    ("techflow", "first-response", {"priority": "P3", "plan": "professional"}, "8h"),
    ("techflow", "first-response", {"priority": "P3", "plan": "enterprise"}, "4h"),
    ("techflow", "first-response", {"priority": "P4", "plan": "standard"}, "48h"),
    ("techflow", "first-response", {"priority": "P4", "plan": "professional"}, "24h"),
    ("techflow", "first-response", {"priority": "P4", "plan": "enterprise"}, "8h"),
    ("techflow", "mail-answer", {"plan": "standard"}, "24h"),
    ("techflow", "mail-answer", {"plan": "professional"}, "4h"),
    ("techflow", "mail-answer", {"plan": "enterprise"}, "1h"),
    ("techflow", "p1-update", {}, "4h"),
    ("techflow", "p1-reaches-level-2", {}, "2h"),
    ("techflow", "p1-reaches-level-3", {}, "4h"),
    ("techflow", "knowledge-refreshed", {}, "1d"),
    ("crm-pro", "first-response", {"plan": "starter"}, "48h"),
    ("crm-pro", "first-response", {"plan": "professional"}, "24h"),
    ("crm-pro", "first-response", {"plan": "enterprise"}, "4h"),
    ("crm-pro", "escalation-follow-up", {}, "2h"),
    ("crm-pro", "escalations-reviewed", {}, "1mo"),
    ("crm-pro", "trends-analysed", {}, "1q"),
    ("crm-pro", "internal-documents-refreshed", {}, "1w"),
    ("crm-pro", "weekly-meeting", {}, "1w"),
    ("crm-pro", "monthly-training", {}, "1mo"),
    ("crm-pro", "quarterly-workshop", {}, "1q"),
    ("crm-pro", "yearly-conference", {}, "1y"),
    ("yourbestsoftware", "first-response", {}, "4h"),
    ("yourbestsoftware", "forum-answer", {}, "8h"),
    ("yourbestsoftware", "manager-review", {}, "1h"),
    ("yourbestsoftware", "resolution", {"category": "simple-inquiry"}, "15m"),
    ("yourbestsoftware", "resolution", {"category": "account-issue"}, "2h"),
    ("yourbestsoftware", "resolution", {"category": "billing-question"}, "4h"),
    ("yourbestsoftware", "training-scheduled", {}, "24h"),
    ("yourbestsoftware", "resolution-plan", {}, "48h"),
    ("yourbestsoftware", "welcome-call", {}, "24h"),
    ("yourbestsoftware", "thirty-day-check", {}, "30d"),
    ("yourbestsoftware", "business-reviews", {}, "1q"),
    ("yourbestsoftware", "health-checks", {}, "1mo"),
    ("yourbestsoftware", "nps-measured", {}, "1q"),
    ("yourbestsoftware", "advisory-board", {}, "1y"),
    ("yourbestsoftware", "processes-improved", {}, "1mo"),
    ("yourbestsoftware", "weekly-webinar", {}, "1w"),
    ("yourbestsoftware", "monthly-deep-dive", {}, "1mo"),
    ("yourbestsoftware", "quarterly-conference", {}, "1q"),
    ("guidelines", "first-response", {"priority": "P1"}, "1h"),
    ("guidelines", "first-response", {"priority": "P2"}, "4h"),
    ("guidelines", "first-response", {"priority": "P3"}, "24h"),
    ("guidelines", "first-response", {"priority": "P4"}, "72h"),
    ("guidelines", "mail-answer", {}, "4h"),
    ("guidelines", "p1-update", {}, "2h"),
    ("guidelines", "p2-update", {}, "1d"),
    ("guidelines", "phone-hold", {}, "2m"),
    ("guidelines", "chat-answer", {}, "60s"),
    ("guidelines", "social-answer", {}, "2h"),
    ("guidelines", "welcome-package", {}, "24h"),
    ("guidelines", "first-training", {}, "1w"),
    ("guidelines", "onboarding", {}, "30d"),
    ("guidelines", "certification", {}, "30d"),
    ("guidelines", "monthly-training", {}, "1mo"),
    ("guidelines", "feedback-analysed", {}, "1mo"),
    ("guidelines", "nps-measured", {}, "1q"),
]


@pytest.mark.parametrize(("name", "clause", "attributes", "expected"), WITHIN)
def test_a_clause_gives_the_time_of_its_document(
    name: str, clause: str, attributes: dict[str, str], expected: str
) -> None:
    within = policy(name).clauses[clause].within

    assert within is not None
    assert within.pick(attributes) == parse_duration(expected)


@pytest.mark.parametrize(
    ("name", "clause", "points", "then_every"),
    [
        ("crm-pro", "follow-up", ("24h", "1w"), None),
        ("guidelines", "check-ins", ("1w", "2w", "4w", "8w"), "1q"),
        ("techflow", "recordings-deleted", ("90d",), None),
    ],
)
def test_a_series_has_the_points_of_its_document(
    name: str, clause: str, points: tuple[str, ...], then_every: str | None
) -> None:
    series = policy(name).clauses[clause]

    assert series.at == tuple(parse_duration(point) for point in points)
    assert series.then_every == (parse_duration(then_every) if then_every else None)


# policy, target, side, plan, figure
FIGURES = [
    ("techflow", "phone-wait", "at_most", "", 300),
    ("techflow", "chat-answer", "at_most", "", 120),
    ("techflow", "uptime", "at_least", "standard", 0.995),
    ("techflow", "uptime", "at_least", "professional", 0.999),
    ("techflow", "uptime", "at_least", "enterprise", 0.9999),
    ("techflow", "articles", "at_least", "", 500),
    ("crm-pro", "csat", "at_least", "", 4.5),
    ("crm-pro", "first-contact-resolution", "at_least", "", 0.75),
    ("crm-pro", "escalation-rate", "at_most", "", 0.15),
    ("crm-pro", "import-file-size", "at_most", "", 5),
    ("yourbestsoftware", "chat-answer", "at_most", "", 120),
    ("yourbestsoftware", "phone-hold", "at_most", "", 30),
    ("yourbestsoftware", "simple-resolution", "at_most", "", 15 * 60),
    ("yourbestsoftware", "account-resolution", "at_most", "", 2 * 3600),
    ("yourbestsoftware", "billing-resolution", "at_most", "", 4 * 3600),
    ("yourbestsoftware", "csat", "at_least", "", 4.5),
    ("yourbestsoftware", "nps", "at_least", "", 50),
    ("yourbestsoftware", "first-contact-resolution", "at_least", "", 0.85),
    ("yourbestsoftware", "retention", "at_least", "", 0.95),
    ("yourbestsoftware", "ticket-volume", "at_most", "", 0.05),
    ("yourbestsoftware", "videos", "at_least", "", 200),
    ("yourbestsoftware", "documentation-languages", "at_least", "", 12),
    ("guidelines", "nps", "at_least", "", 50),
    ("guidelines", "csat", "at_least", "", 4.5),
    ("guidelines", "first-contact-resolution", "at_least", "", 0.80),
    ("guidelines", "retention", "at_least", "", 0.95),
]


@pytest.mark.parametrize(("name", "target", "side", "plan", "figure"), FIGURES)
def test_a_target_has_the_figure_of_its_document(name: str, target: str, side: str, plan: str, figure: float) -> None:
    choice = getattr(policy(name).targets[target], side)

    assert choice.pick({"plan": plan}) == pytest.approx(figure)


@pytest.mark.parametrize("name", ["crm-pro", "yourbestsoftware", "guidelines"])
def test_satisfaction_is_counted_out_of_five(name: str) -> None:
    assert policy(name).targets["csat"].of == 5


# policy, calendar, instant, open?
HOURS = [
    ("techflow", "office", "2026-03-02T13:00:00Z", True),  # Monday, 8:00 in winter
    ("techflow", "office", "2026-03-02T12:59:59Z", False),
    ("techflow", "office", "2026-03-09T12:00:00Z", True),  # Monday, 8:00 in summer
    ("techflow", "office", "2026-03-10T00:00:00Z", False),  # Monday, 20:00
    ("techflow", "office", "2026-03-07T17:00:00Z", False),  # Saturday
    ("techflow", "office", "2026-09-07T16:00:00Z", False),  # Labor Day
    ("techflow", "chat", "2026-03-02T22:59:59Z", True),
    ("techflow", "chat", "2026-03-02T23:00:00Z", False),  # Monday, 18:00
    ("techflow", "webinar", "2026-03-03T19:00:00Z", True),  # Tuesday, 14:00
    ("techflow", "webinar", "2026-03-04T19:00:00Z", False),
    ("crm-pro", "chat", "2026-03-02T14:00:00Z", True),  # 9:00
    ("crm-pro", "chat", "2026-03-02T23:00:00Z", False),  # 18:00
    ("crm-pro", "chat", "2026-03-07T17:00:00Z", True),  # no day is excluded
    ("yourbestsoftware", "support", "2026-03-02T11:00:00Z", True),  # Monday, 6:00
    ("yourbestsoftware", "support", "2026-03-03T03:00:00Z", False),  # Monday, 22:00
    ("yourbestsoftware", "support", "2026-03-07T13:00:00Z", True),  # Saturday, 8:00
    ("yourbestsoftware", "support", "2026-03-07T23:00:00Z", False),  # Saturday, 18:00
    ("yourbestsoftware", "support", "2026-03-01T15:00:00Z", True),  # Sunday, 10:00
    ("yourbestsoftware", "support", "2026-03-01T21:00:00Z", False),  # Sunday, 16:00
    ("yourbestsoftware", "support", "2026-09-07T13:59:59Z", False),  # Labor Day, before 10:00
    ("yourbestsoftware", "support", "2026-09-07T14:00:00Z", True),
    ("yourbestsoftware", "support", "2026-09-07T18:00:00Z", False),  # Labor Day, 14:00
    ("yourbestsoftware", "europe", "2026-03-02T08:00:00Z", True),  # 9:00 in winter
    ("yourbestsoftware", "europe", "2026-03-30T07:00:00Z", True),  # 9:00 in summer
    ("yourbestsoftware", "europe", "2026-03-02T17:00:00Z", False),  # 18:00
    ("yourbestsoftware", "asia-pacific", "2026-03-02T00:00:00Z", True),  # 9:00
    ("yourbestsoftware", "asia-pacific", "2026-03-02T09:00:00Z", False),  # 18:00
    ("yourbestsoftware", "latin-america", "2026-03-02T12:00:00Z", True),  # 9:00
    ("yourbestsoftware", "latin-america", "2026-03-02T21:00:00Z", False),  # 18:00
]


@pytest.mark.parametrize(("name", "calendar", "instant", "is_open"), HOURS)
def test_a_calendar_is_open_when_its_document_says(name: str, calendar: str, instant: str, is_open: bool) -> None:
    assert policy(name).calendars[calendar].is_open(parse_instant(instant)) is is_open


# policy, channel, attributes, calendar
OPEN_TO: list[tuple[str, str, dict[str, str], str | None]] = [
    ("techflow", "phone", {"plan": "standard"}, None),
    ("techflow", "phone", {"plan": "professional"}, "office"),
    ("techflow", "phone", {"plan": "enterprise"}, "always"),
    ("techflow", "emergency", {"plan": "professional"}, None),
    ("techflow", "emergency", {"plan": "enterprise"}, "always"),
    ("techflow", "chat", {"plan": "standard"}, "chat"),
    ("techflow", "chat", {"plan": "professional"}, "chat"),
    ("techflow", "chat", {"plan": "enterprise"}, "always"),
    ("techflow", "portal", {"plan": "standard"}, "always"),
    ("crm-pro", "phone", {"plan": "starter"}, None),
    ("crm-pro", "phone", {"plan": "professional"}, "office"),
    ("crm-pro", "chat", {"plan": "starter"}, "chat"),
    ("yourbestsoftware", "emergency", {"plan": "standard"}, None),
    ("yourbestsoftware", "emergency", {"plan": "premium"}, "always"),
    ("yourbestsoftware", "emergency", {"plan": "enterprise"}, "always"),
    ("yourbestsoftware", "regional-desk", {"region": "europe"}, "europe"),
    ("yourbestsoftware", "regional-desk", {"region": "north-america"}, None),
    ("yourbestsoftware", "phone", {"plan": "standard"}, "support"),
]


@pytest.mark.parametrize(("name", "channel", "attributes", "calendar"), OPEN_TO)
def test_a_channel_is_open_to_those_who_bought_it(
    name: str, channel: str, attributes: dict[str, str], calendar: str | None
) -> None:
    assert policy(name).channels[channel].open_to.pick(attributes) == calendar


@pytest.mark.parametrize(
    ("name", "channel", "digits", "letters"),
    [
        ("techflow", "phone", "1-800-356-9832", "1-800-FLOW-TECH"),
        ("yourbestsoftware", "phone", "1-800-927-2273", "1-800-YBS-CARE"),
        ("yourbestsoftware", "phone", "1-800-927-2455", "1-800-YBS-BILL"),
        ("yourbestsoftware", "emergency", "1-888-927-8743", "1-888-YBS-URGENT"),
    ],
)
def test_a_number_stands_in_digits_and_letters(name: str, channel: str, digits: str, letters: str) -> None:
    assert (digits, letters) in {(one.number, one.spelled) for one in policy(name).channels[channel].numbers}


def test_the_telephone_menu_leads_to_seven_departments() -> None:
    main = policy("yourbestsoftware").channels["phone"].numbers[0]

    assert list(main.menu) == ["1", "2", "3", "4", "5", "6", "7"]
    assert [*main.menu.values()] == ["general", "technical", "billing", "training", "success", "sales", "partners"]


def test_an_upsell_is_told_wherever_a_plan_is_left_out() -> None:
    for name in NAMES:
        for channel in policy(name).channels.values():
            table = channel.open_to.table or {}
            leaves_out = None in table.values() or (
                channel.open_to.table is not None and "plan" not in channel.open_to.by
            )
            assert channel.upsell.text() or not leaves_out, f"{name}: {channel.name}"


def test_techflow_asks_for_ten_essentials_and_six_helpful_additions() -> None:
    fields = policy("techflow").intake.values()

    assert len([field for field in fields if not field.helpful]) == 10
    assert len([field for field in fields if field.helpful]) == 6


def test_techflow_climbs_to_management_and_an_enterprise_customer_may_ask_for_it() -> None:
    ladder = policy("techflow").ladders["support"]

    assert [rung.level for rung in ladder.rungs] == [1, 2, 3, 4]
    assert ladder.on_request is not None
    assert ladder.on_request.holds({"plan": "enterprise"})
    assert not ladder.on_request.holds({"plan": "professional"})


def test_a_major_incident_at_techflow_goes_to_the_vice_president_first() -> None:
    ladder = policy("techflow").ladders["management"]

    assert any(matcher.holds({"tags": ["major-incident"]}) for matcher in ladder.raised_by)
    assert [str(rung.label) for rung in ladder.rungs[1:]] == ["VP of Support", "CTO", "CEO"]


@pytest.mark.parametrize(("clause", "rung"), [("p1-reaches-level-2", 2), ("p1-reaches-level-3", 3)])
def test_techflow_raises_a_critical_ticket_to_the_level_of_the_clause(clause: str, rung: int) -> None:
    raised = [effect for effect in policy("techflow").clauses[clause].on_breach if effect.kind == "raise"]

    assert [(effect.value, effect.options["to"]) for effect in raised] == [("support", rung)]


@pytest.mark.parametrize(
    ("ladder", "attributes", "raises"),
    [
        ("finance", {"category": "billing-dispute", "amount": "500.01 USD"}, True),
        ("finance", {"category": "billing-dispute", "amount": "500 USD"}, False),
        ("finance", {"category": "contract-change", "plan": "enterprise"}, True),
        ("finance", {"category": "contract-change", "plan": "starter"}, False),
        ("technical", {"category": "data-loss"}, True),
        ("technical", {"category": "login"}, False),
        ("management", {"category": "cancellation-threat"}, True),
        ("mobile", {"category": "mobile-app", "tags": ["ios-only"]}, True),
        ("mobile", {"category": "mobile-app", "tags": []}, False),
    ],
)
def test_crm_pro_escalates_what_its_guide_names(ladder: str, attributes: dict[str, object], raises: bool) -> None:
    raised_by = policy("crm-pro").ladders[ladder].raised_by

    assert any(matcher.holds(attributes) for matcher in raised_by) is raises
