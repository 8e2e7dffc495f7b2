"""The tickets of the last thirty days: which story, whose, when; then lived in memory and written in bulk."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from upheld.accounts.models import Contact
from upheld.cli.demo import pacing
from upheld.cli.demo.answers import essentials, since, weight_of
from upheld.cli.demo.customers import Customers
from upheld.cli.demo.life import Life
from upheld.cli.demo.people import Staff
from upheld.cli.demo.plot import Plot
from upheld.cli.demo.stories import Story, category_of, priority_rank, product_area_of
from upheld.people.models import Team
from upheld.policy import Promises
from upheld.policy.model import Policy
from upheld.tickets.models import Ticket

SEVERITIES = {1: 0.35, 2: 0.9, 3: 1.2, 4: 1.0}  # how often stories of each severity are told
FAVOURITE, FRESH = 5.0, 6  # how lively the account is as whose people one can sign in, and how often it wrote just now
MODEST = 0.12  # of tickets come in one step less urgent than they are
WRITTEN_TWICE = 6
SPAM = (
    (
        "Rank first on every search engine",
        "Dear owner, our team brings your site to page one within 30 days. Reply for our price list.",
    ),
    (
        "Bulk addresses of decision makers",
        "Hello, we offer 40,000 verified addresses in your trade. Are you the right person to talk to?",
    ),
)
SECOND_MAIL = (
    "I wrote about this earlier today and am not sure that it reached you: {title}. Could you confirm that somebody looks at it?",
    "My colleague may have reported the same already, I only see now: {title}. Please put the two together.",
    "Sending this again from my own address, since I had no answer on the first mail yet. It is about: {title}",
)  # fmt: skip


@dataclass(slots=True)
class Telling:
    """A ticket that is to be: the story, the customer and the moment."""

    story: Story
    contact: Contact
    at: datetime
    life: Life | None = field(default=None, repr=False)


def work_by_department(stories: Sequence[Story], policy: Policy) -> dict[str, int]:
    """How many stories go to each department."""
    named = (policy.categories.get(category_of(story, policy)) for story in stories)
    departments = (category.department if category else "" for category in named)
    return dict(Counter(name or policy.defaults.get("department", "") for name in departments))


def plan_tickets(
    count: int, stories: Sequence[Story], customers: Customers, dice: random.Random, *, at: datetime, zone: ZoneInfo
) -> list[Telling]:
    """Oldest first. Stories go round, so that none is heard twice in short time; livelier customers write more."""
    accounts = list(customers.accounts)
    liveliness = [FAVOURITE, *(dice.uniform(0.3, 2.2) for _ in accounts[1:])]  # one can sign in as people of the first
    heard: Counter[str] = Counter()
    found: list[Telling] = []
    for moment in pacing.openings(count, dice, at=at, zone=zone):
        is_fresh = moment > at - timedelta(minutes=pacing.JUST_NOW[-1] + 1)
        account = accounts[0] if is_fresh and len(found) % FRESH == 0 else dice.choices(accounts, liveliness)[0]
        fitting = [story for story in stories if story.language in ("en", account.language)]
        weights = [
            SEVERITIES[story.severity] * (6 if story.language != "en" else 1) / 3.0 ** heard[story.name]
            for story in fitting
        ]
        story = dice.choices(fitting, weights)[0]
        heard[story.name] += 1
        contact = dice.choice(customers.of(account))
        found.append(Telling(story, contact, moment))
    return found


class Teller:
    """Makes tickets out of tellings, all with one policy and one staff."""

    def __init__(
        self,
        policy: Policy,
        promises: Promises,
        staff: Staff,
        teams: Sequence[Team],
        dice: random.Random,
        *,
        message_ids: Iterator[int],
        now: datetime,
    ) -> None:
        self.policy = policy
        self.promises = promises
        self.staff = staff
        self.teams = {team.department: team for team in teams}
        self.dice = dice
        self.message_ids = message_ids
        self.now = now
        self.left_lying = pacing.LeftLying()
        self.categories: dict[str, tuple[str, str]] = {}

    def tell(self, telling: Telling, number: int) -> Life:
        """The life of one ticket with this number, as far as it has come by now."""
        story, contact, dice = telling.story, telling.contact, self.dice
        words = story.chosen(dice, self._known(contact))
        channel = self._channel(contact)
        right = self._priority(story.severity)
        priority = self._lower(right) if dice.random() < MODEST and story.severity > 1 else right
        ticket = self._ticket(
            telling, number, title=dice.choice(story.titles).format_map(words), channel=channel, priority=priority
        )
        if channel == "portal":
            ticket.impact, ticket.urgency = weight_of(self.policy, priority, dice)
            facts = {name: value.format_map(words) for name, value in story.facts.items()}
            facts |= {"started": since(telling.at, dice), "impact": ticket.impact, "urgency": ticket.urgency}
            ticket.essentials = essentials(self.policy, facts | {"description": ticket.title}, contact)
        life = telling.life = Life(ticket, policy=self.policy, promises=self.promises, message_ids=self.message_ids)
        words |= {"right_priority": right, "title": ticket.title}
        Plot(life, story, words, contact, self.staff, dice, left_lying=self.left_lying, now=self.now).tell(
            dice.choice(story.openings), at=telling.at
        )
        return life

    def write_twice(self, first: Life, contact: Contact, number: int) -> Life | None:
        """The same matter a second time, by mail, merged by whoever deals with the first. None when there was no time for it."""
        opened = first.ticket.opened_at + timedelta(minutes=self.dice.randint(35, 170))
        merged = opened + timedelta(minutes=self.dice.randint(12, 55))
        if merged >= self.now or first.ticket.assignee is None:
            return None
        ticket = self._copy(first.ticket, number, contact, at=opened)
        life = Life(ticket, policy=self.policy, promises=self.promises, message_ids=self.message_ids)
        life.open(self.dice.choice(SECOND_MAIL).format(title=first.ticket.title), by=contact, at=opened)
        life.merge(first, by=first.ticket.assignee.actor, at=max(merged, first.ticket.changed_at))
        return life

    def spam(self, title: str, text: str, contact: Contact, number: int, *, at: datetime) -> Life:
        telling = Telling(_nothing(title, text), contact, at)
        ticket = self._ticket(telling, number, title=title, channel="email", priority=self._priority(3))
        life = Life(ticket, policy=self.policy, promises=self.promises, message_ids=self.message_ids)
        life.open(text, by=contact, at=at)
        life.mark_spam(by=self.staff.leads[0].actor, at=at + timedelta(minutes=self.dice.randint(6, 40)))
        return life

    # The ticket itself

    def _ticket(self, telling: Telling, number: int, *, title: str, channel: str, priority: str) -> Ticket:
        story, contact = telling.story, telling.contact
        if story.name not in self.categories:
            self.categories[story.name] = category_of(story, self.policy), product_area_of(story, self.policy)
        category, area = self.categories[story.name]
        named = self.policy.categories.get(category)
        department = (named.department if named else "") or self.policy.defaults.get("department", "")
        account = contact.account
        return Ticket(
            id=number,
            title=title,
            account=account,
            requester=contact,
            plan=account.plan if account else self.policy.defaults.get("plan", next(iter(self.policy.plans), "")),
            priority=priority,
            category=category,
            product_area=area,
            department=department,
            channel=channel,
            language=story.language if story.language != "en" else "en",
            region=account.region if account else "",
            team=self.teams.get(department),
            opened_at=telling.at,
            changed_at=telling.at,
        )

    def _copy(self, ticket: Ticket, number: int, contact: Contact, *, at: datetime) -> Ticket:
        names = (
            "title",
            "account",
            "plan",
            "priority",
            "category",
            "product_area",
            "department",
            "language",
            "region",
            "team",
        )
        same = {name: getattr(ticket, name) for name in names}
        return Ticket(id=number, requester=contact, channel="email", opened_at=at, changed_at=at, **same)

    def _known(self, contact: Contact) -> dict[str, str]:
        policy, account = self.policy, contact.account
        plans = list(policy.plans)
        above = (
            plans[min(plans.index(account.plan) + 1, len(plans) - 1)]
            if account and account.plan in plans
            else plans[-1]
        )
        company = policy.company.name or policy.name
        return {
            "first": contact.person.get_short_name(),
            "name": contact.person.name,
            "account": str(account or ""),
            "domain": contact.person.email.partition("@")[2],
            "company": company,
            "product": company.removesuffix(" Solutions").removesuffix(" Services"),
            "plan_above": str(policy.plans[above].label),
        }

    def _channel(self, contact: Contact) -> str:
        """Mail and portal mostly, the telephone and the chat where the plan has them."""
        account = contact.account
        attributes = {"plan": account.plan, "region": account.region} if account else {}
        names = {"email": 0.46, "portal": 0.36, "phone": 0.1, "chat": 0.08}
        open_to = {
            channel.name: names[channel.kind]
            for channel in self.policy.channels.values()
            if channel.kind in names and channel.open_to.pick(attributes) and not channel.only
        }
        return self.dice.choices(list(open_to), list(open_to.values()))[0] if open_to else "portal"

    def _priority(self, severity: int) -> str:
        order = list(self.policy.priorities)
        return order[priority_rank(severity, len(order)) - 1]

    def _lower(self, priority: str) -> str:
        order = list(self.policy.priorities)
        return order[min(order.index(priority) + 1, len(order) - 1)]


def _nothing(title: str, text: str) -> Story:
    return Story(name=title, fits=(), severity=3, titles=(title,), openings=(text,), turns=(), resolution="")
