"""From words of a policy to people, where they mean the same whatever they are said of: `level-2`, `department:billing` …"""

from __future__ import annotations

from django.db.models import QuerySet

from upheld.people.models import Agent, Person
from upheld.policy import Policy
from upheld.policy.model import Rung, Words
from upheld.policy.roles import Role


def on_rung(rung: Rung, department: str = "") -> list[Person]:
    """Who stands on a rung: by level, role, department, team or mail address; those of the department first, if there are any."""
    stands = rung.stands or ({"level": rung.level} if rung.level else {})
    agents = Agent.objects.working()
    if "level" in stands:
        agents = agents.filter(level=int(stands["level"]))
    if "role" in stands:
        agents = agents.filter(role=stands["role"])
    if "department" in stands:
        agents = agents.filter(team__department=stands["department"])
    if "team" in stands:
        agents = agents.filter(team__name=stands["team"])
    if "mail" in stands:
        agents = agents.filter(person__email=str(stands["mail"]).lower())
    own = agents.filter(team__department=department) if department else agents
    return persons(own) or persons(agents)


def whoever_is(word: str, policy: Policy, department: str = "") -> list[Person] | None:
    """Everybody whom the word means; None for words that mean nobody without their subject, such as `assignee`."""
    head, _, tail = word.partition(":")
    if head == "department":
        return persons(Agent.objects.of_department(tail))
    if tail:
        ladder = policy.ladders.get(head)
        rungs = [rung for rung in ladder.rungs if str(rung.number) == tail] if ladder else []
        return [person for rung in rungs for person in on_rung(rung, department)]
    if head.startswith("level-"):
        level = int(head.removeprefix("level-"))
        return on_rung(Rung(name=head, label=Words({"en": head}), stands={"level": level}), department)
    if head == "manager":
        return persons(Agent.objects.with_role(Role.MANAGER))
    if head == "administrators":
        return persons(Agent.objects.with_role(Role.ADMINISTRATOR))
    return None


def whoever_leads() -> list[Person]:
    """Who hears when nobody else would: leads and managers, else administrators."""
    return persons(Agent.objects.with_role(Role.LEAD, Role.MANAGER)) or persons(
        Agent.objects.with_role(Role.ADMINISTRATOR)
    )


def persons(agents: QuerySet[Agent]) -> list[Person]:
    """Who they are. One query."""
    return [agent.person for agent in agents.select_related("person")]
