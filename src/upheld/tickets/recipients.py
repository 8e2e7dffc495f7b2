"""From the words of a policy to people: `assignee`, `team-lead`, `level-2`, `department:billing`, `support:3` …"""

from __future__ import annotations

from django.db.models import QuerySet

from upheld.people.models import Agent, Person
from upheld.policy import Policy
from upheld.policy.model import Rung, Words
from upheld.tickets.models import Ticket

Role = Agent.Role
MAY_BE_NOBODY = frozenset({"watchers", "requester", "account-contacts"})


def people_for(word: str, ticket: Ticket, policy: Policy) -> list[Person]:
    """Everybody whom a recipient word means for this ticket. When nobody of ours fits, whoever leads hears: nothing
    falls silent.
    """
    found = _people(word, ticket, policy)
    if word in MAY_BE_NOBODY:
        return found
    return (
        found
        or _persons(Agent.objects.with_role(Role.LEAD, Role.MANAGER))
        or _persons(Agent.objects.with_role(Role.ADMINISTRATOR))
    )


def on_rung(rung: Rung, ticket: Ticket) -> list[Person]:
    """Who stands on a rung: by level, role, department, team or mail address."""
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
    own = agents.filter(team__department=ticket.department) if ticket.department else agents
    return _persons(own) or _persons(agents)


def _people(word: str, ticket: Ticket, policy: Policy) -> list[Person]:
    head, _, tail = word.partition(":")
    if head == "department":
        return _persons(Agent.objects.of_department(tail))
    if tail:
        ladder = policy.ladders.get(head)
        rungs = [rung for rung in ladder.rungs if str(rung.number) == tail] if ladder else []
        return [person for rung in rungs for person in on_rung(rung, ticket)]
    if head.startswith("level-"):
        return on_rung(
            Rung(name=head, label=Words({"en": head}), stands={"level": int(head.removeprefix("level-"))}), ticket
        )
    return _named(head, ticket)


def _named(word: str, ticket: Ticket) -> list[Person]:
    team = ticket.team
    if word == "requester":
        return [ticket.requester.person]
    if word == "assignee":
        return [ticket.assignee.person] if ticket.assignee else _team_lead(ticket)
    if word == "watchers":
        return list(ticket.watchers.all())
    if word == "team":
        return _persons(Agent.objects.working().filter(team=team)) if team else []
    if word in ("team-lead", "lead"):
        return _team_lead(ticket)
    if word == "manager":
        return _persons(Agent.objects.with_role(Role.MANAGER))
    if word == "account-manager":
        manager = ticket.account.manager if ticket.account else None
        return [manager.person] if manager else []
    if word == "on-call":
        return _persons(Agent.objects.working().filter(presence=Agent.Presence.PRESENT, level__gte=ticket.level))
    if word == "administrators":
        return _persons(Agent.objects.with_role(Role.ADMINISTRATOR))
    if word == "account-contacts" and ticket.account:
        return [
            contact.person for contact in ticket.account.contacts.select_related("person").filter(is_administrator=True)
        ]
    return []


def _team_lead(ticket: Ticket) -> list[Person]:
    if ticket.team is not None and ticket.team.lead is not None:
        return [ticket.team.lead.person]
    return _persons(Agent.objects.with_role(Role.LEAD).filter(team__department=ticket.department))


def _persons(agents: QuerySet[Agent]) -> list[Person]:
    return [agent.person for agent in agents.select_related("person")]
