"""policy.yaml: who the company is and which plans, priorities, categories and departments it has."""

from __future__ import annotations

from typing import Any

from upheld.policy.matching import Choice
from upheld.policy.model import Approval, Brand, Category, Company, Department, Named, Plan, Priority
from upheld.policy.nodes import Entries, Node
from upheld.policy.prose.folder import DOCUMENTS
from upheld.policy.reading import Reading, Wrong
from upheld.policy.roles import ROLES
from upheld.policy.shapes.collections import WORDS, ByName, Key, ListOf, Record, plainly, thing
from upheld.policy.shapes.conditions import ChoiceOf
from upheld.policy.shapes.names import Ref
from upheld.policy.shapes.shape import Definitions, Shape
from upheld.policy.shapes.values import (
    COLOUR,
    CURRENCY,
    DATE,
    DURATION,
    LANGUAGE,
    LINK,
    MAIL,
    NAME,
    TEXT,
    YES_NO,
    ZONE,
    name_up_to,
    one_of,
    whole,
)

LABEL = Key("name", WORDS, "What people read; the key itself, spelled out, when left out.", field="label")
ABOUT = Key("about", WORDS, "One or two sentences that explain it.")

COMPANY = Record(
    plainly(Company),
    Key("name", TEXT, "The company's name, as customers know it.", required=True),
    Key("url", LINK, "Its home page."),
    Key("colour", COLOUR, "The colour that stands for it, as CSS writes colours."),
    Key("zone", ZONE, "The time zone of its head office; pages for nobody in particular use it."),
    words="the company",
    title="company",
)
PLAN = Record(
    thing(Plan),
    LABEL,
    ABOUT,
    Key("level", TEXT, "How much support the plan buys, in a word or two."),
    Key("services", ListOf(TEXT, may_be_empty=True), "Services that come with the plan."),
    words="a plan",
    title="plan",
)
PRIORITY = Record(
    thing(Priority),
    LABEL,
    ABOUT,
    Key("examples", ListOf(WORDS, may_be_empty=True), "Cases that have this priority."),
    words="a priority",
    title="priority",
)
CATEGORY = Record(
    thing(Category),
    LABEL,
    ABOUT,
    Key("department", Ref("departments"), "Where its tickets go."),
    Key("priority", Ref("priorities"), "The priority its tickets have unless somebody says otherwise."),
    Key("keywords", ListOf(TEXT, may_be_empty=True), "Words in a subject line that suggest this category."),
    words="a category",
    title="category",
)
DEPARTMENT = Record(
    thing(Department),
    LABEL,
    ABOUT,
    Key("mail", MAIL, "Its mail address."),
    Key("phone", TEXT, "Its telephone number."),
    Key("calendar", Ref("calendars"), "The calendar on which it is staffed."),
    Key("lead", TEXT, "Who leads it."),
    words="a department",
    title="department",
)
BRAND = Record(
    thing(Brand),
    LABEL,
    ABOUT,
    Key("mail", MAIL, "The address it writes from where no address of a channel fits."),
    Key("url", LINK, "Its home page."),
    Key("colour", COLOUR, "The colour that stands for it in its mails, as CSS writes colours."),
    Key("signature", WORDS, "What stands below its mails."),
    words="a brand",
    title="brand",
)
PRODUCT_AREA = Record(thing(Named), LABEL, ABOUT, words="a product area", title="product-area")
DEFAULTS: Record[dict[str, str]] = Record(
    plainly(dict),
    Key("plan", Ref("plans"), "The plan of an account that has none."),
    Key("priority", Ref("priorities"), "The priority of a ticket for which nothing else decides."),
    Key("category", Ref("categories"), "The category of a ticket for which nothing else decides."),
    Key("department", Ref("departments"), "The department of a ticket for which nothing else decides."),
    Key("product_area", Ref("product_areas"), "The product area of a ticket for which nothing else decides."),
    Key("channel", Ref("channels"), "The channel that is offered first."),
    Key("calendar", Ref("calendars"), "The calendar that answers “are we open?” where none is named."),
    Key("language", Ref("languages"), "The language of a customer of whom none is known."),
    Key("ladder", Ref("ladders"), "The ladder on which a ticket is raised where none is named."),
    words="the defaults",
    title="defaults",
)
RULES: Record[dict[str, Any]] = Record(
    plainly(dict),
    Key("reopen_within", DURATION, "How long after resolution an answer reopens a ticket; later it begins a new one."),
    Key("reopen_closed", YES_NO, "Whether an answer may reopen a ticket that is closed already; no, unless said."),
    Key(
        "close_resolved_after",
        DURATION,
        "How long a resolved ticket stays open to an answer before it closes by itself.",
    ),
    Key("close_waiting_after", DURATION, "How long we wait for a customer before the ticket closes by itself."),
    Key("remind_waiting_after", DURATION, "How long we wait for a customer before a reminder."),
    Key("acknowledge_mail", YES_NO, "Whether a mail that opens a ticket is acknowledged at once."),
    Key("autoclose", YES_NO, "Whether tickets close by themselves at all."),
    words="the rules",
    title="rules",
)
APPROVAL = Record(
    plainly(Approval),
    Key(
        "roles",
        ListOf(one_of(*ROLES)),
        "The roles that approve a new version, each by a person of its own who did not write it.",
    ),
    Key("acknowledge_within", DURATION, "How long everybody has to confirm that they have read a new version."),
    Key("remind_every", DURATION, "How often those are reminded who have not confirmed it yet."),
    words="the approval",
    title="approval",
)

PUBLISHED: Record[dict[str, Any]] = Record(
    plainly(dict),
    Key(
        "public",
        ListOf(one_of(*DOCUMENTS), "documents, as in [support-policy, service-levels]", may_be_empty=True),
        "The documents that everybody can read on the portal.",
        required=True,
    ),
    words="the documents",
    title="documents",
)


class _Matrix(Shape[Choice[str]]):
    """Impact by urgency: a choice among priorities that speaks of tickets whatever stands around it."""

    _choice = ChoiceOf(Ref("priorities"), "priority")
    words = "a table as in {by: [impact, urgency], high: {high: P1, low: P3}, low: {high: P2, low: P4}}"

    def read(self, node: Node, at: Reading) -> Choice[str] | Wrong:
        if not isinstance(node, Entries):
            return at.refuse_kind(node, self.words)
        return self._choice.read(node, at.about("ticket"))

    def describe(self, definitions: Definitions) -> dict[str, Any]:
        return self._choice.schema(definitions)


POLICY_FILE: Record[dict[str, object]] = Record(
    plainly(dict),
    Key("name", NAME, "The policy's name: short, lower case, for folders and addresses.", required=True),
    Key("version", whole(1, 1_000_000), "Counts up with each published change.", required=True),
    Key("effective", DATE, "The day from which this version holds."),
    Key("languages", ListOf(LANGUAGE), "The languages of the policy; the first is used where a text says none."),
    Key("currency", CURRENCY, "The currency of amounts."),
    Key("company", COMPANY, "Who promises."),
    Key("plans", ByName(PLAN, "plans"), "The plans that customers buy."),
    Key(
        "priorities",
        ByName(PRIORITY, "priorities", key=name_up_to(16)),
        "The priorities of tickets, the most urgent first.",
    ),
    Key("departments", ByName(DEPARTMENT, "departments"), "The departments that take care of tickets."),
    Key("categories", ByName(CATEGORY, "categories"), "What tickets can be about."),
    Key(
        "product_areas",
        ByName(PRODUCT_AREA, "product areas"),
        "The parts of the product that tickets can be about.",
    ),
    Key("brands", ByName(BRAND, "brands"), "The names under which the company speaks, where it has several."),
    Key("matrix", _Matrix(), "Which priority follows from impact and urgency.", field="impact_urgency"),
    Key("defaults", DEFAULTS, "What holds where nothing else decides."),
    Key("rules", RULES, "Rules of the desk that are no promises."),
    Key("approval", APPROVAL, "Who has to approve a new version of the policy, and who has read it by when."),
    Key("documents", PUBLISHED, "Which of the policy's documents are public."),
    words="a mapping",
)
