"""What tickets do when something happened: tell people, climb ladders, follow the account's plan."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime

import structlog

from upheld.accounts.models import Account
from upheld.commitments.following import version_of
from upheld.commitments.models import Commitment
from upheld.commitments.policies import in_force, policy_of
from upheld.events.actors import Actor
from upheld.events.models import Event
from upheld.kernel.keys import number_of
from upheld.people.actions import notify as tell
from upheld.people.models import Person
from upheld.policy import Policy
from upheld.policy.model import Clause, Effect
from upheld.statements import Asked, Given
from upheld.tickets.actions.assignment import assign
from upheld.tickets.actions.changing import change
from upheld.tickets.actions.errors import Refused
from upheld.tickets.actions.escalation import ladder_of, raise_ticket, rung_of
from upheld.tickets.models import Ticket
from upheld.tickets.notices import NOTICE, mail_notice, notice_text
from upheld.tickets.recipients import on_rung, people_for
from upheld.tickets.recording import lock, tightest

log = structlog.stdlib.get_logger("upheld.tickets")
SEEN_BY_CUSTOMERS = frozenset({"ticket.customer_replied", "ticket.resolved", "ticket.reopened", "ticket.closed"})
"""Of these a customer's colleague who watches is told too; what we do among ourselves is for our own people."""
TICKET = Asked(
    lambda: Ticket.objects.select_related("requester__person", "account", "assignee__person", "team").filter(
        pk=Given("pk")
    )
)


def notify(event: Event) -> None:
    """Tell who stands on the rung that a ticket was raised to, and whom the policy's `notifications` name for this event.

    Each person once for each event, however many of these name them: the key is the event's.
    """
    policy = policy_of(version_of(event.subject))
    named = [one for one in policy.notifications.values() if one.on == event.kind]
    ticket = _ticket(event) if named or event.kind == "ticket.raised" else None
    if ticket is None:
        return
    if event.kind == "ticket.raised":
        rung = rung_of(ladder_of(policy, event.data["ladder"]), event.data["rung"])
        _tell(ticket, event, on_rung(rung, ticket), key=f"{event.pk}", by=("app", "mail"), urgent=True)
    for one in named:
        if one.when.holds(ticket.attributes()):
            people = [
                person
                for word in one.notify
                for person in people_for(word, ticket, policy)
                if word != "watchers" or event.kind in SEEN_BY_CUSTOMERS or hasattr(person, "agent")
            ]
            _tell(ticket, event, people, key=f"{event.pk}", by=one.by)


def act_on_commitment(event: Event) -> None:
    """Do what the clause says for its warning or breach. Each effect has a key of its own, so that a second run repeats none.

    One that does not apply, such as a priority that this version does not know, is left out: trying again would change nothing.
    """
    ticket = _ticket(event)
    if ticket is None:
        return
    policy = _policy_promised(event)
    clause = policy.clauses[event.data["clause"]]
    effects = clause.on_warn if event.kind == "commitment.warned" else clause.on_breach
    for number, effect in enumerate(effects):
        try:
            _do(effect, ticket, policy, clause, event, key=f"{event.key}/{number}")
        except Refused as reason:
            log.warning(
                "an effect does not apply", ticket=ticket.pk, clause=clause.name, effect=effect.kind, reason=str(reason)
            )


def keep_due(event: Event) -> None:
    """A commitment was waived, or came due and was done by itself: the ticket's tightest time is another one."""
    ticket = _ticket(event)
    if ticket is not None:
        lock(ticket)
        ticket.due_at = tightest(Commitment.objects.of(ticket.key))
        ticket.save(update_fields=["due_at"])


def raise_by_trigger(event: Event) -> None:
    """Raise at once what a ladder's `raised_by` describes, when it is opened so or becomes so."""
    policy = policy_of(version_of(event.subject))
    triggers = [
        (ladder.name, number, trigger)
        for ladder in policy.ladders.values()
        for number, trigger in enumerate(ladder.raised_by)
        if trigger
    ]
    ticket = _ticket(event) if triggers else None
    if ticket is None or ticket.is_settled:
        return
    for ladder, number, trigger in triggers:
        if trigger.holds(ticket.attributes()):
            reason = "The policy raises such tickets at once."
            raise_ticket(ticket, ladder=ladder, by=_policy_actor(policy), at=_now(), reason=reason,
                         key=f"{ticket.key}/{ladder}/trigger/{number}")  # fmt: skip


def follow_account(event: Event) -> None:
    """The account's plan changed: its open tickets are re-targeted and keep the time that was used."""
    account = Account.objects.filter(pk=number_of(event.subject)).first()
    if account is None or "plan" not in event.data:
        return
    for ticket in Ticket.objects.unsettled().filter(account=account).exclude(plan=account.plan):
        _follow_plan(ticket, account)


def catch_up_with_account(event: Event) -> None:
    """A ticket that stood still is worked on again: it gets the plan that its account has bought meanwhile."""
    ticket = _ticket(event)
    if ticket is not None and ticket.account is not None:
        _follow_plan(ticket, ticket.account)


def _follow_plan(ticket: Ticket, account: Account) -> None:
    with suppress(Refused):  # its policy version does not know the new plan: its promise stays as it was
        change(ticket, by=_policy_actor(in_force()), at=_now(), plan=account.plan)


def tell_of_failed_mail(event: Event) -> None:
    """A mail of ours could not be sent: whoever deals with the ticket hears of it."""
    ticket = _ticket(event)
    if ticket is not None:
        people = _concerned(ticket, event)
        tell(people, key=f"{event.pk}/failed", subject=ticket.key, kind=event.kind, urgent=True, at=event.at,
             text=f"{ticket.reference} A mail to the customer could not be delivered.")  # fmt: skip


def tell_of_bounced_mail(event: Event) -> None:
    """A mail of ours was taken and came back later. A report that says it is only late, nobody needs to act on."""
    ticket = _ticket(event)
    if ticket is not None and event.data.get("permanent"):
        tell(_concerned(ticket, event), key=f"{event.pk}/bounced", subject=ticket.key, kind=event.kind, urgent=True, at=event.at,
             text=f"{ticket.reference} A mail to the customer came back. Send it to another address, or call.")  # fmt: skip


def _concerned(ticket: Ticket, event: Event) -> list[Person]:
    """Who deals with the ticket, and who of us wrote that mail."""
    wrote = Person.objects.filter(
        messages__outgoing=event.data.get("mail"), messages__ticket=ticket, is_active=True
    ).exclude(agent=None)
    return list(dict.fromkeys([*people_for("assignee", ticket, in_force()), *wrote]))


def tell_of_delayed_mail(event: Event) -> None:
    """A mail of ours has been waiting for long: whoever deals with the ticket hears of it, since the customer does not yet."""
    ticket = _ticket(event)
    if ticket is not None:
        people = _concerned(ticket, event)
        tell(people, key=f"{event.pk}/delayed", subject=ticket.key, kind=event.kind, at=event.at,
             text=f"{ticket.reference} A mail to the customer has been waiting for an hour. We keep trying.")  # fmt: skip


def _do(effect: Effect, ticket: Ticket, policy: Policy, clause: Clause, event: Event, *, key: str) -> None:
    by, is_breach = _policy_actor(policy), event.kind == "commitment.breached"
    if effect.kind in ("notify", "page"):
        people = people_for(effect.value, ticket, policy)
        urgent = is_breach or effect.kind == "page"
        _tell(ticket, event, people, key=key, by=("app", "mail") if urgent else ("app",), urgent=urgent, clause=clause)
    elif ticket.is_settled:
        return
    elif effect.kind == "raise":
        reason = f"{clause.label} was missed." if is_breach else f"{clause.label} is nearly due."
        raise_ticket(ticket, ladder=effect.value, to=effect.options.get("to"), by=by, at=_now(), reason=reason,
                     clause=clause.name, key=key)  # fmt: skip
    elif effect.kind == "assign":
        agents = [person.agent for person in people_for(effect.value, ticket, policy) if hasattr(person, "agent")]
        if agents and ticket.assignee not in agents:
            assign(ticket, to=agents[0], by=by, at=_now())
    elif effect.kind == "set":
        change(ticket, by=by, at=_now(), **effect.options)


def _tell(
    ticket: Ticket,
    event: Event,
    people: list[Person],
    *,
    key: str,
    by: tuple[str, ...],
    urgent: bool = False,
    clause: Clause | None = None,
) -> None:
    """In the workspace, and by mail where the policy says so. Nobody is told what they did themselves."""
    others = [person for person in people if _key_of(person) != event.actor]
    text = notice_text(event, ticket, clause)
    tell(others, key=key, subject=ticket.key, kind=event.kind, text=text, at=event.recorded_at, urgent=urgent)
    if "mail" in by:
        for person in others:
            own = text if hasattr(person, "agent") else notice_text(event, ticket, clause, language=person.language)
            mail_notice(ticket, person, own, key=f"{NOTICE}{key}:{person.pk}", kind=event.kind)


def _policy_promised(event: Event) -> Policy:
    """The version that the commitment was under when this happened, also after its subject was moved to another."""
    cycle = Commitment.objects.of(event.subject).filter(clause=event.data["clause"], cycle=event.data["cycle"])
    return policy_of(cycle.values_list("version_id", flat=True).get())


def _ticket(event: Event) -> Ticket | None:
    number = number_of(event.subject, "ticket")
    return TICKET.first(pk=number) if number is not None else None


def _key_of(person: Person) -> str:
    if hasattr(person, "agent"):
        return str(person.agent.key)
    return str(person.contact.key) if hasattr(person, "contact") else ""


def _policy_actor(policy: Policy) -> Actor:
    return Actor(f"policy:{policy.name}", "The policy")


def _now() -> datetime:
    return datetime.now(UTC)
