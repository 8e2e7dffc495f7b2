"""Who works at the demo's company: twelve agents on the policy's levels, in teams of its departments, and those who lead them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib.resources import files
from typing import Any

import yaml

from upheld.kernel.text import slug
from upheld.people.models import Agent, Person, Team
from upheld.policy.model import Policy
from upheld.policy.roles import Role

PASSWORD = "keep-every-promise"  # noqa: S105 - for the demo only, and printed by it
AGENTS = 12


@dataclass(frozen=True, slots=True)
class Staff:
    """Everybody who works here. `agents` are those who answer customers."""

    agents: Sequence[Agent]
    leads: Sequence[Agent]
    manager: Agent
    administrator: Agent
    everybody: Sequence[Agent]

    def of(self, department: str) -> list[Agent]:
        """The agents of a department; of the largest team where it has none of its own."""
        own = [agent for agent in self.agents if agent.team is not None and agent.team.department == department]
        return own or [agent for agent in self.agents if agent.team_id == self.agents[0].team_id]


def read_cast() -> dict[str, Any]:
    """Names of people and companies."""
    loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    text = (files("upheld.cli.demo") / "cast.yaml").read_bytes()
    cast: dict[str, Any] = yaml.load(text, Loader=loader)  # noqa: S506 - a safe loader
    return cast


def hire(policy: Policy, cast: Mapping[str, Any], work: Mapping[str, int], *, secret: str, at: datetime) -> Staff:
    """Make teams and people. `work` is how many tickets each department will get, by which agents are shared out."""
    domain = f"{slug(policy.name)}.example"
    seats = share_out(work, _departments_on_ladders(policy), AGENTS)
    teams = {name: Team(name=str(policy.departments[name].label), department=name) for name in seats}
    Team.objects.bulk_create(teams.values())
    rows = [(raw, Role.AGENT) for raw in cast["staff"]] + [(cast["management"][role], role) for role in _roles(policy)]
    people = [_person(raw, domain, secret) for raw, _ in rows]
    Person.objects.bulk_create(people)
    places = [teams[name] for name, seat in seats.items() for _ in range(seat)]
    levels = _levels(policy, seats)
    agents = [
        Agent(
            person=person,
            role=role,
            level=levels[number] if number < AGENTS else max(levels),
            team=places[number] if number < AGENTS else None,
            shift=_shifts(policy)[number % 2],
            skills=raw.get("skills", []),
            languages=[*policy.languages[:1], *raw.get("languages", [])],
            presence=Agent.Presence.PRESENT if number % 3 else Agent.Presence.AWAY,
            presence_at=at - timedelta(minutes=7 * number),
            undo_seconds=10,
            signature=f"{person.name}\n{policy.company.name or policy.name}",
        )
        for number, ((raw, role), person) in enumerate(zip(rows, people, strict=True))
    ]
    leads = _leads(agents[:AGENTS], teams.values())
    Agent.objects.bulk_create(agents)
    for team in teams.values():
        team.lead = leads.get(team.pk, next(iter(leads.values())))
    Team.objects.bulk_update(teams.values(), ["lead"])
    by_role = {agent.role: agent for agent in agents[AGENTS:]}
    return Staff(agents[:AGENTS], list(leads.values()), by_role[Role.MANAGER], by_role[Role.ADMINISTRATOR], agents)


def share_out(work: Mapping[str, int], wanted: Iterable[str], seats: int) -> dict[str, int]:
    """Seats by department: one for each that a ladder asks for, the rest by work, largest remainder first."""
    ladder = [name for name in wanted if name in work or work]
    shares = dict.fromkeys(ladder[: seats // 2], 1)
    total = sum(work.values()) or 1
    claim = {name: seats * count / total for name, count in work.items()}
    while sum(shares.values()) < seats:
        neediest = max(claim or {next(iter(shares), ""): 0}, key=lambda name: claim.get(name, 0) - shares.get(name, 0))
        shares[neediest] = shares.get(neediest, 0) + 1
    return dict(sorted(shares.items(), key=lambda share: -share[1]))


def _departments_on_ladders(policy: Policy) -> list[str]:
    rungs = [rung for ladder in policy.ladders.values() for rung in ladder.rungs]
    names = [str(rung.stands["department"]) for rung in rungs if "department" in rung.stands]
    return list(dict.fromkeys(name for name in names if name in policy.departments))


def _roles(policy: Policy) -> list[str]:
    """A manager and an administrator always; a director and an executive where a ladder or a clause asks for one."""
    asked = {str(rung.stands.get("role")) for ladder in policy.ladders.values() for rung in ladder.rungs}
    return [Role.MANAGER, *(role for role in (Role.DIRECTOR, Role.EXECUTIVE) if role in asked), Role.ADMINISTRATOR]


def _levels(policy: Policy, seats: Mapping[str, int]) -> list[int]:
    """For each seat in order: half of a team on the first level, a third on the second, the rest on the third."""
    highest = min(3, max(policy.levels, default=1))
    rungs = [rung for ladder in policy.ladders.values() for rung in ladder.rungs]
    asked = {str(rung.stands["department"]): rung.level or 1 for rung in rungs if "department" in rung.stands}
    levels = []
    for name, count in seats.items():
        for place in range(count):
            share = (place + 1) / count
            usual = asked.get(name, 1) if count == 1 else 1 if share <= 0.5 else 2 if share <= 0.85 else 3
            levels.append(min(highest, usual))
    if highest > 1 and highest not in levels:
        levels[seats[next(iter(seats))] - 1] = highest
    return levels


def _shifts(policy: Policy) -> tuple[str, str]:
    """Two calendars: the usual one, and one that covers other hours."""
    usual = policy.defaults.get("calendar", next(iter(policy.calendars)))
    others = [name for name in policy.calendars if name != usual]
    asia = [
        name
        for name in others
        if not policy.calendars[name].is_always and policy.calendars[name].zone != policy.calendars[usual].zone
    ]
    return usual, next(iter(asia or [name for name in others if policy.calendars[name].is_always] or others), usual)


def _leads(agents: Sequence[Agent], teams: Iterable[Team]) -> dict[int, Agent]:
    """In each team of three or more, the last one on the second level leads."""
    sizes = Counter(agent.team_id for agent in agents)
    leads: dict[int, Agent] = {}
    for team in teams:
        members = [agent for agent in agents if agent.team_id == team.pk]
        if sizes[team.pk] >= 3 or not leads:
            lead = max(members, key=lambda agent: (agent.level == 2, agent.level))
            lead.role = Role.LEAD
            leads[team.pk] = lead
    return leads


def _person(raw: Mapping[str, Any], domain: str, secret: str) -> Person:
    first, _, last = raw["name"].partition(" ")
    address = f"{slug(first)}.{slug(last)}@{domain}"
    return Person(email=address, name=raw["name"], zone=raw["zone"], password=secret)
