"""From the words of a policy to people: `assignee`, `team-lead`, `level-2`, `department:billing`, `support:3` …"""

from __future__ import annotations

from upheld.people import recipients
from upheld.people.models import Agent, Person
from upheld.people.recipients import persons
from upheld.policy import Policy
from upheld.policy.model import Rung
from upheld.tickets.models import Ticket

MAY_BE_NOBODY = frozenset({"watchers", "requester", "account-contacts"})


def people_for(word: str, ticket: Ticket, policy: Policy) -> list[Person]:
    """Everybody whom a recipient word means for this ticket. When nobody of ours fits, whoever leads hears: nothing
    falls silent.
    """
    found = recipients.whoever_is(word, policy, ticket.department)
    if found is None:
        found = _named(word, ticket)
    return found if word in MAY_BE_NOBODY else found or recipients.whoever_leads()


def on_rung(rung: Rung, ticket: Ticket) -> list[Person]:
    """Who stands on a rung; those of the ticket's department first."""
    return recipients.on_rung(rung, ticket.department)


def _named(word: str, ticket: Ticket) -> list[Person]:
    team = ticket.team
    if word == "requester":
        return [ticket.requester.person]
    if word == "assignee":
        return [ticket.assignee.person] if ticket.assignee else _team_lead(ticket)
    if word == "watchers":
        return list(ticket.watchers.all())
    if word == "team":
        return persons(Agent.objects.working().filter(team=team)) if team else []
    if word in ("team-lead", "lead"):
        return _team_lead(ticket)
    if word == "account-manager":
        manager = ticket.account.manager if ticket.account else None
        return [manager.person] if manager else []
    if word == "on-call":
        return persons(Agent.objects.working().filter(presence=Agent.Presence.PRESENT, level__gte=ticket.level))
    if word == "account-contacts" and ticket.account:
        return [
            contact.person for contact in ticket.account.contacts.select_related("person").filter(is_administrator=True)
        ]
    return []


def _team_lead(ticket: Ticket) -> list[Person]:
    if ticket.team is not None and ticket.team.lead is not None:
        return [ticket.team.lead.person]
    return persons(Agent.objects.with_role(Agent.Role.LEAD).filter(team__department=ticket.department))
