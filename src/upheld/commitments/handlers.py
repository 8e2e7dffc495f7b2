"""What follows a warning or a breach of what accounts and our own people are promised: somebody hears of it.

Tickets have a handler of their own, since theirs may also be raised, assigned and changed.
"""

from __future__ import annotations

import structlog
from django.conf import settings

from upheld.accounts.models import Account
from upheld.channels.mail.outgoing.senders import sender_of
from upheld.channels.mail.outgoing.sending import queue
from upheld.commitments.models import Clock, Commitment
from upheld.commitments.policies import policy_of
from upheld.events.models import Event
from upheld.kernel.keys import kind_of, number_of
from upheld.people import recipients
from upheld.people.actions import notify
from upheld.people.models import Agent, Person
from upheld.policy import Policy
from upheld.policy.model import Clause, Effect

log = structlog.stdlib.get_logger("upheld.commitments")
PATHS = {"account": "/desk/accounts/{}/", "agent": "/desk/people/{}/"}
Held = Account | Agent


def tell_of_commitment(event: Event) -> None:
    """Tell whom the clause names, each once for each effect: in the workspace, and by mail of a breach or a page.

    `raise` tells who stands on that rung. What can only be done to a ticket is left out and logged.
    """
    held = _held(event.subject)
    if held is None:
        return
    policy = policy_of(_version(event))
    clause = policy.clauses[event.data["clause"]]
    is_breach = event.kind == "commitment.breached"
    for number, effect in enumerate(clause.on_breach if is_breach else clause.on_warn):
        people = _people(effect, held, policy)
        if people is None:
            log.warning("an effect does not apply", subject=event.subject, clause=clause.name, effect=effect.kind)
            continue
        _tell(
            people, event, _said(event, held, clause), policy, key=f"{event.key}/{number}",
            is_urgent=is_breach or effect.kind == "page",
        )  # fmt: skip


def people_for(word: str, held: Held, policy: Policy) -> list[Person]:
    """Everybody whom a recipient word means for this account or agent; whoever leads, when nobody of ours fits.

    An account's assignee is its success manager; an agent's is the agent.
    """
    found = recipients.whoever_is(word, policy)
    if found is None:
        found = _of_account(word, held) if isinstance(held, Account) else _of_agent(word, held)
    return found if word == "account-contacts" else found or recipients.whoever_leads()


def _of_account(word: str, account: Account) -> list[Person]:
    manager = account.manager
    if word in ("account-manager", "assignee"):
        return [manager.person] if manager else []
    if word == "account-contacts":
        return [one.person for one in account.contacts.select_related("person").filter(is_administrator=True)]
    return _of_agent(word, manager) if manager else []


def _of_agent(word: str, agent: Agent) -> list[Person]:
    team = agent.team
    if word in ("assignee", "requester"):
        return [agent.person]
    if word == "team-lead":
        return [team.lead.person] if team and team.lead else []
    if word == "team":
        return recipients.persons(Agent.objects.working().filter(team=team)) if team else []
    if word == "on-call":
        return recipients.persons(Agent.objects.working().filter(presence=Agent.Presence.PRESENT))
    return []


def _people(effect: Effect, held: Held, policy: Policy) -> list[Person] | None:
    if effect.kind in ("notify", "page"):
        return people_for(effect.value, held, policy)
    ladder = policy.ladders.get(effect.value)
    if effect.kind != "raise" or ladder is None:
        return None
    wanted = effect.options.get("to", 2)
    rung = next((one for one in ladder.rungs if one.number == wanted), ladder.rungs[-1])
    return recipients.on_rung(rung)


def _tell(people: list[Person], event: Event, text: str, policy: Policy, *, key: str, is_urgent: bool) -> None:
    notify(people, key=key, subject=event.subject, kind=event.kind, text=text, at=event.recorded_at, urgent=is_urgent)
    if not is_urgent:
        return
    page = PATHS[kind_of(event.subject)].format(number_of(event.subject))
    for person in people:
        address = page if hasattr(person, "agent") else "/"
        queue(
            key=f"notice:{key}:{person.pk}"[:160],
            subject_key=event.subject,
            to=[(person.name, person.email)],
            title=text,
            text=f"{text}\n\n{settings.UPHELD_URL}{address}\n",
            sender=sender_of(policy, policy.defaults.get("department", "")),
            automatic=True,
        )


def _said(event: Event, held: Held, clause: Clause) -> str:
    """One line for the list of what waits for somebody."""
    if event.kind == "commitment.breached":
        return f"{held}: {clause.label} is late"
    mark = str(event.data.get("mark", ""))
    return f"{held}: {clause.label}, {f'{mark} of the time is used' if mark.endswith('%') else 'nearly due'}"


def _held(subject: str) -> Held | None:
    if kind_of(subject) == "account":
        accounts = Account.objects.select_related("manager__person", "manager__team__lead__person")
        return accounts.filter(pk=number_of(subject)).first()
    return Agent.objects.with_keys([subject]).select_related("person", "team__lead__person").first()


def _version(event: Event) -> int:
    """The version that the commitment is under, which a move of its subject may have left behind."""
    of = Commitment.objects.of(event.subject).filter(clause=event.data["clause"], cycle=event.data["cycle"])
    version = of.values_list("version_id", flat=True).first()
    return version if version is not None else Clock.objects.get(pk=event.subject).version_id
