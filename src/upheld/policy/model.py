"""A policy in memory: what the loader makes of the folder, and what everything else reads.

Names that people read are `Words`: one text, or one text by language. Durations are microseconds of open time.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

from upheld.policy.errors import Place
from upheld.policy.matching import Choice, Matcher

if TYPE_CHECKING:
    from upheld.hours import Calendar

NOWHERE = Place("", 1, 1)
PUBLIC_DOCUMENTS = ("support-policy", "service-levels", "hours-and-holidays", "plan-summary")


@dataclass(frozen=True, slots=True)
class Words:
    """A text in the languages of the policy; falls back to the first language it has."""

    texts: Mapping[str, str]

    def text(self, language: str = "en") -> str:
        if language in self.texts:
            return self.texts[language]
        return next(iter(self.texts.values()), "")

    def __str__(self) -> str:
        return self.text()


@dataclass(frozen=True, slots=True)
class Named:
    """Something that the policy declares once by name: a plan, a department, a priority, a category …"""

    name: str
    label: Words
    about: Words = Words({})
    place: Place = NOWHERE


@dataclass(frozen=True, slots=True)
class Plan(Named):
    """`level_in` and `services_in` say both in other languages; services are as many in each."""

    level: str = ""
    services: tuple[str, ...] = ()
    level_in: Mapping[str, str] = field(default_factory=dict)
    services_in: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Priority(Named):
    examples: tuple[Words, ...] = ()
    rank: int = 0


@dataclass(frozen=True, slots=True)
class Category(Named):
    """What a ticket is about. `department` and `priority` are where it goes when nobody has said otherwise."""

    department: str = ""
    priority: str = ""
    keywords: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Department(Named):
    mail: str = ""
    phone: str = ""
    calendar: str = ""
    lead: str = ""


@dataclass(frozen=True, slots=True)
class Brand(Named):
    """A name under which the company speaks to customers. `mail` is what it writes from where no address of a channel fits."""

    mail: str = ""
    url: str = ""
    colour: str = ""
    signature: Words = Words({})


@dataclass(frozen=True, slots=True)
class Address:
    """A mail address of ours and where its mail goes; the fields that are set win over the category's own."""

    address: str
    department: str = ""
    category: str = ""
    priority: str = ""
    language: str = ""
    brand: str = ""
    place: Place = NOWHERE


@dataclass(frozen=True, slots=True)
class PhoneNumber:
    number: str
    spelled: str = ""
    about: Words = Words({})
    menu: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Channel(Named):
    """A way to reach the company. `open_to` picks the calendar on which it is open, None where it is not bought.

    `only` limits what it may be used for (emergencies); `upsell` is what somebody reads who is not entitled.
    """

    kind: str = ""
    open_to: Choice[str] = field(default_factory=Choice)
    only: Matcher = field(default_factory=Matcher)
    upsell: Words = Words({})
    addresses: tuple[Address, ...] = ()
    numbers: tuple[PhoneNumber, ...] = ()
    url: str = ""


@dataclass(frozen=True, slots=True)
class Effect:
    """What happens on a warning or a breach: `{notify: team-lead}`, `{raise: support, to: 2}`, `{page: on-call}` …"""

    kind: str
    value: str
    options: Mapping[str, Any] = field(default_factory=dict)
    place: Place = NOWHERE


@dataclass(frozen=True, slots=True)
class Mark:
    """A point on the way to the target at which a warning is due: a share of the target, or so much before it."""

    name: str
    share: float = 0.0
    before: int = 0

    def threshold(self, target: int) -> int:
        """Used time, in microseconds, at which this warning is due."""
        return max(0, target - self.before) if self.before else round(target * self.share)


@dataclass(frozen=True, slots=True)
class Clause:
    """One promise. What its words mean, exactly, stands in `fold`."""

    name: str
    on: str
    label: Words
    about: Words = Words({})
    begins: frozenset[str] = frozenset()
    kept_by: frozenset[str] = frozenset()
    void_by: frozenset[str] = frozenset()
    until: frozenset[str] = frozenset()
    when: Matcher = field(default_factory=Matcher)
    unless: tuple[Matcher, ...] = ()
    pauses_while: tuple[Matcher, ...] = ()
    calendar: Choice[str] = field(default_factory=lambda: Choice(otherwise="always"))
    within: Choice[int] | None = None
    at: tuple[int, ...] = ()
    then_every: int | None = None
    renews: bool = False
    do: str = ""
    warn: tuple[Mark, ...] = ()
    on_warn: tuple[Effect, ...] = ()
    on_breach: tuple[Effect, ...] = ()
    source: str = ""
    place: Place = NOWHERE

    @property
    def is_series(self) -> bool:
        return self.within is None


@dataclass(frozen=True, slots=True)
class Level(Named):
    """How far a support level goes: its limit, duties and abilities, and when it hands on."""

    number: int = 1
    limit: tuple[Words, ...] = ()
    duties: tuple[Words, ...] = ()
    abilities: tuple[Words, ...] = ()
    hands_on: tuple[Words, ...] = ()


@dataclass(frozen=True, slots=True)
class Rung(Named):
    """One step of a ladder. `stands` says who is on it (`{level: 2}`, `{role: manager}`, `{team: billing}`, `{mail: …}`)."""

    number: int = 1
    level: int | None = None
    stands: Mapping[str, Any] = field(default_factory=dict)
    contact: str = ""


@dataclass(frozen=True, slots=True)
class Ladder(Named):
    """Rungs from the lowest up. `raised_by` are the matchers that raise at once; `on_request` who may ask for it."""

    rungs: tuple[Rung, ...] = ()
    raised_by: tuple[Matcher, ...] = ()
    on_request: Matcher | None = None


@dataclass(frozen=True, slots=True)
class Notification:
    """Who hears of an event, and how (`app`, `mail`)."""

    name: str
    on: str
    notify: tuple[str, ...]
    by: tuple[str, ...] = ("app",)
    when: Matcher = field(default_factory=Matcher)
    place: Place = NOWHERE


@dataclass(frozen=True, slots=True)
class Target(Named):
    """A figure the company aims at: `at_least` or `at_most`, a number or a share, perhaps by plan."""

    at_least: Choice[float] | None = None
    at_most: Choice[float] | None = None
    of: float | None = None
    unit: str = ""
    measured: Words = Words({})
    source: str = ""


@dataclass(frozen=True, slots=True)
class Field(Named):
    """A question of the intake form, or of the record that has to be complete before a ticket closes."""

    kind: str = "text"
    required: bool = False
    choices: tuple[str, ...] = ()
    helpful: bool = False


@dataclass(frozen=True, slots=True)
class Company:
    name: str
    url: str = ""
    colour: str = ""
    zone: str = "UTC"


@dataclass(frozen=True, slots=True)
class Approval:
    """How a new version of the policy comes to be published: one approval for each role, all by different people, none by
    who wrote it; and by when everybody has to have read it. Durations are microseconds, here of plain time.
    """

    roles: tuple[str, ...] = ("administrator",)
    acknowledge_within: int | None = None
    remind_every: int | None = None


NAMED_ATTRIBUTES = {
    "plan": "plans",
    "priority": "priorities",
    "category": "categories",
    "department": "departments",
    "product_area": "product_areas",
    "brand": "brands",
    "channel": "channels",
    "region": "regions",
}
"""Attributes of subjects whose values are names in a section of the policy."""


@dataclass(frozen=True, slots=True)
class Policy:
    """A whole policy. Mappings keep the order of the files; priorities run from the most to the least urgent."""

    name: str
    version: int
    effective: date | None = None
    languages: tuple[str, ...] = ("en",)
    currency: str = "USD"
    company: Company = Company("")
    plans: Mapping[str, Plan] = field(default_factory=dict)
    priorities: Mapping[str, Priority] = field(default_factory=dict)
    categories: Mapping[str, Category] = field(default_factory=dict)
    departments: Mapping[str, Department] = field(default_factory=dict)
    product_areas: Mapping[str, Named] = field(default_factory=dict)
    brands: Mapping[str, Brand] = field(default_factory=dict)
    regions: Mapping[str, Named] = field(default_factory=dict)
    impact_urgency: Choice[str] | None = None
    defaults: Mapping[str, str] = field(default_factory=dict)
    calendars: Mapping[str, Calendar] = field(default_factory=dict)
    calendar_names: Mapping[str, Words] = field(default_factory=dict)
    clauses: Mapping[str, Clause] = field(default_factory=dict)
    channels: Mapping[str, Channel] = field(default_factory=dict)
    levels: Mapping[int, Level] = field(default_factory=dict)
    ladders: Mapping[str, Ladder] = field(default_factory=dict)
    notifications: Mapping[str, Notification] = field(default_factory=dict)
    targets: Mapping[str, Target] = field(default_factory=dict)
    intake: Mapping[str, Field] = field(default_factory=dict)
    closing: Mapping[str, Field] = field(default_factory=dict)
    documents: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    rules: Mapping[str, Any] = field(default_factory=dict)
    approval: Approval = field(default_factory=Approval)
    sources: Mapping[str, bytes] = field(default_factory=dict)

    @property
    def public_documents(self) -> tuple[str, ...]:
        """The documents that everybody may read."""
        return self.documents.get("public", PUBLIC_DOCUMENTS)

    def named(self, attribute: str, value: object) -> Named | None:
        """The plan, the category, the region … that the policy knows under this name; None if it knows none."""
        known: Mapping[Any, Named] = getattr(self, NAMED_ATTRIBUTES[attribute]) if attribute in NAMED_ATTRIBUTES else {}
        return known.get(str(value))

    def clauses_on(self, subject: str) -> list[Clause]:
        return [clause for clause in self.clauses.values() if clause.on == subject]
