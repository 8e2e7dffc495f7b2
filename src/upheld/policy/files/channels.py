"""channels.yaml: the ways to reach the company, who may use each, and when it is open."""

from __future__ import annotations

from typing import Any

from upheld.policy.files.policy import ABOUT, LABEL
from upheld.policy.model import Address, Channel, PhoneNumber
from upheld.policy.nodes import Entries, Items, Node, Scalar
from upheld.policy.reading import WRONG, Reading, Wrong
from upheld.policy.shapes.collections import WORDS, ByName, Key, Record, Values, plainly, thing
from upheld.policy.shapes.conditions import MATCHER, ChoiceOf
from upheld.policy.shapes.names import Ref
from upheld.policy.shapes.shape import Definitions, Shape
from upheld.policy.shapes.values import LINK, MAIL, TEXT, name_up_to, one_of

_BUTTONS = [*"0123456789*#"]
KINDS = ("email", "phone", "chat", "portal", "social", "forum", "sms")


def _address(values: Values, at: Reading) -> Address:
    return Address(address=at.name.lower(), place=at.place, **values)


ADDRESS: Record[Address] = Record(
    _address,
    Key("department", Ref("departments"), "The department that its mail goes to."),
    Key("category", Ref("categories"), "The category that its mail has."),
    Key("priority", Ref("priorities"), "The priority that its mail has."),
    Key("language", Ref("languages"), "The language in which its mail is answered."),
    Key("brand", Ref("brands"), "The brand that its mail is for, and under which it is answered."),
    words="where its mail goes",
    title="address",
)


class _Menu(Shape[dict[str, str]]):
    """What each key of a telephone leads to."""

    words = 'departments by the key to press, as in {"1": support, "2": billing}'
    _department = Ref("departments")

    def read(self, node: Node, at: Reading) -> dict[str, str] | Wrong:
        if not isinstance(node, Entries):
            return at.refuse_kind(node, self.words)
        menu: dict[str, str] = {}
        for key, value in node:
            here = at.under(key.text, key)
            department = self._department.read(value, here)
            if key.text not in _BUTTONS:
                here.refuse(key, f"'{key.text[:20]}' is no key of a telephone.", "Write 0 to 9, '*' or '#'.")
            elif not isinstance(department, Wrong):
                menu[key.text] = department
        return menu if len(menu) == len(node.entries) else WRONG

    def describe(self, _: Definitions) -> dict[str, Any]:
        return {"type": "object", "propertyNames": {"enum": _BUTTONS}, "additionalProperties": {"type": "string"}}


NUMBER: Record[PhoneNumber] = Record(
    plainly(PhoneNumber),
    Key("number", TEXT, "The number as one dials it.", required=True),
    Key("spelled", TEXT, "The number in letters, where it has such a form."),
    ABOUT,
    Key("menu", _Menu(), "The telephone menu: which key leads to which department."),
    words="a telephone number",
    title="number",
)


class _Numbers(Shape[tuple[PhoneNumber, ...]]):
    words = "a telephone number, or a list of them as in [{number: 1-800-555-0100, spelled: …}]"

    def read(self, node: Node, at: Reading) -> tuple[PhoneNumber, ...] | Wrong:
        items = node.items if isinstance(node, Items) else [node]
        read = [self._one(item, at.under(str(index), item)) for index, item in enumerate(items)]
        numbers = tuple(number for number in read if not isinstance(number, Wrong))
        return numbers if len(numbers) == len(read) else WRONG

    def _one(self, node: Node, at: Reading) -> PhoneNumber | Wrong:
        if isinstance(node, Scalar) and not node.is_null:
            return PhoneNumber(node.text)
        return NUMBER.read(node, at)

    def describe(self, definitions: Definitions) -> dict[str, Any]:
        one = {"anyOf": [NUMBER.schema(definitions), {"type": "string"}]}
        return {"anyOf": [one, {"type": "array", "items": one}]}


class _Addresses(Shape[tuple[Address, ...]]):
    words = "mail addresses, as a list or as {billing@example.com: {department: billing}}"
    _named = ByName(ADDRESS, "mail addresses", key=MAIL)

    def read(self, node: Node, at: Reading) -> tuple[Address, ...] | Wrong:
        addresses = self._named.read(node, at)
        return WRONG if isinstance(addresses, Wrong) else tuple(addresses.values())

    def describe(self, definitions: Definitions) -> dict[str, Any]:
        return self._named.describe(definitions)


def _about_tickets(node: Entries, at: Reading) -> Reading:
    return at.about("ticket")


CHANNEL: Record[Channel] = Record(
    thing(Channel),
    LABEL,
    ABOUT,
    Key("kind", one_of(*KINDS), "What kind of channel it is."),
    Key(
        "open_to",
        ChoiceOf(Ref("calendars"), "calendar"),
        "The calendar on which it is open; none for whom it is not open at all.",
    ),
    Key("only", MATCHER, "What it may be used for, where that is limited."),
    Key("upsell", WORDS, "What somebody reads whose plan does not have it."),
    Key("url", LINK, "Where it is found on the web."),
    Key("addresses", _Addresses(), "The mail addresses of this channel, and where their mail goes."),
    Key("numbers", _Numbers(), "Its telephone numbers."),
    words="a channel",
    title="channel",
    about=_about_tickets,
)

CHANNELS_FILE: Record[dict[str, object]] = Record(
    plainly(dict),
    Key("channels", ByName(CHANNEL, "channels", key=name_up_to(32)), "The ways to reach the company.", required=True),
)
