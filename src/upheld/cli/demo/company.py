"""A believable company for whoever tries Upheld: people, customers, and thirty days of tickets under the policy in force."""

from __future__ import annotations

import random
from collections import Counter
from datetime import datetime
from zoneinfo import ZoneInfo

from django.contrib.auth.hashers import make_password
from django.db import transaction

from upheld.cli.demo.customers import Customers, win
from upheld.cli.demo.history import SPAM, WRITTEN_TWICE, Teller, plan_tickets, work_by_department
from upheld.cli.demo.life import Life
from upheld.cli.demo.people import PASSWORD, Staff, hire, read_cast
from upheld.cli.demo.promised import keep_promises
from upheld.cli.demo.stories import read_stories
from upheld.cli.demo.writing import mark_as_read, numbers, reserve, tell_of_the_last_days, write
from upheld.commitments.policies import policy_of, promises_of, version_in_force
from upheld.people.models import Person, Team
from upheld.web.signin.demo import DemoLogins, Login

TICKETS = 300
SEED = 20260302


class NotEmpty(Exception):
    """There are people in the database already; the demo adds nothing to real data."""


@transaction.atomic
def fill(at: datetime, *, tickets: int = TICKETS, seed: int = SEED) -> DemoLogins:
    """Fill an empty database, as of `at`, under the policy in force. The same seed, policy and instant give the same company.

    One transaction, and no mail, job or signal: what is past was told in its time. Raises NotEmpty.
    """
    if Person.objects.exists():
        raise NotEmpty("There are people in this database already. The demo only fills an empty one.")
    version = version_in_force()
    policy = policy_of(version.pk)
    dice = random.Random(f"{seed}/{policy.name}")  # noqa: S311 - a story, not a secret
    secret = make_password(PASSWORD)  # once: hashing takes its time by design
    stories, cast = read_stories(), read_cast()
    staff = hire(policy, cast, work_by_department(stories, policy), secret=secret, at=at)
    customers = win(policy, cast, staff, dice, secret=secret, at=at)
    own_dice = random.Random(f"{seed}/{policy.name}/promised")  # noqa: S311 - a story, not a secret
    keep_promises(version, customers.accounts, staff, own_dice, at=at)
    zone = ZoneInfo(policy.company.zone)
    tellings = plan_tickets(tickets - WRITTEN_TWICE - len(SPAM), stories, customers, dice, at=at, zone=zone)
    extra = {round((place + 1) * len(tellings) / (WRITTEN_TWICE + 2)) for place in range(WRITTEN_TWICE)}
    ids = iter(reserve("tickets_ticket", tickets))
    teller = Teller(
        policy,
        promises_of(version.pk, "ticket"),
        staff,
        list(Team.objects.all()),
        dice,
        message_ids=numbers("tickets_message"),
        now=at,
    )
    lives: list[Life] = []
    for place, telling in enumerate(tellings):
        lives.append(teller.tell(telling, next(ids)))
        if place in extra:
            second = teller.write_twice(lives[-1], dice.choice(customers.colleagues(telling.contact)), next(ids))
            lives += [second] if second else []
        if place in (40, 120)[: len(SPAM)]:
            title, text = SPAM[(40, 120).index(place)]
            lives.append(teller.spam(title, text, customers.strangers[place == 120], next(ids), at=telling.at))
    write(lives, version, at=at)
    mark_as_read(lives, staff.everybody, at=at)
    tell_of_the_last_days(lives, policy, at=at)
    return _logins(staff, customers, lives)


def _logins(staff: Staff, customers: Customers, lives: list[Life]) -> DemoLogins:
    """One of each kind, and customers who have something to see."""
    busy = Counter(life.ticket.assignee for life in lives if not life.ticket.is_settled)
    agent = max((one for one in staff.agents if one not in staff.leads), key=lambda one: busy[one])
    account = customers.accounts[0]
    administrator = next(contact for contact in customers.of(account) if contact.is_administrator)
    asked = [life.ticket.requester for life in lives if life.ticket.account_id == account.pk]
    plain = [contact for contact in customers.of(account) if not contact.is_administrator]
    customer = max(plain, key=lambda contact: sum(one.pk == contact.pk for one in asked))
    named = {
        "agent": agent.person, "lead": staff.leads[0].person, "administrator": staff.administrator.person,
        "customer": customer.person, "account_administrator": administrator.person,
    }  # fmt: skip
    return DemoLogins(**{role: Login(person.name, person.email, PASSWORD) for role, person in named.items()})
