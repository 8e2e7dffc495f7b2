"""Shapes that hold other shapes: records with known keys, lists, and collections of named things."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from upheld.kernel.text import listed, nearest
from upheld.policy.model import Words
from upheld.policy.nodes import Entries, Items, Node, Scalar
from upheld.policy.reading import WRONG, Reading, Wrong, shortened
from upheld.policy.shapes.shape import Definitions, Shape
from upheld.policy.shapes.values import LANGUAGE, NAME, TEXT

T = TypeVar("T")
Values = dict[str, Any]
Build = Callable[[Values, Reading], T]


@dataclass(frozen=True)
class Key:
    """One key of a record: its name in the file, what may stand after it, what it means, and its name in the model."""

    name: str
    shape: Shape[Any]
    meaning: str
    required: bool = False
    field: str = ""

    @property
    def target(self) -> str:
        return self.field or self.name


class Record(Shape[T]):
    """A mapping with known keys. `build` makes the model's object of the keys that are there.

    Keys that are left out are not passed, so that the model's defaults hold. `check` may look at relations between keys and
    record problems; its third argument are the keys that stand there or were meant. `relations` says the same to editors, as
    far as JSON Schema can. `about` may say which subject the record speaks of.
    """

    def __init__(
        self,
        build: Build[T],
        *keys: Key,
        words: str = "a mapping",
        title: str = "",
        check: Callable[[Entries, Reading, set[str]], None] | None = None,
        about: Callable[[Entries, Reading], Reading] | None = None,
        relations: dict[str, Any] | None = None,
    ) -> None:
        self.keys = {key.name: key for key in keys}
        self.words = words
        self.title = title
        self._build = build
        self._check = check
        self._about = about
        self._relations = relations or {}

    def read(self, node: Node, at: Reading) -> T | Wrong:
        if not isinstance(node, Entries):
            return at.refuse_kind(node, f"{self.words} with {listed([*self.keys][:6], last='or')}")
        if self._about is not None:
            at = self._about(node, at)
        values, complete = self._read_keys(node, at)
        complete &= self._has_what_it_needs(node, at)
        return self.built(values, at) if complete else WRONG

    def _read_keys(self, node: Entries, at: Reading) -> tuple[Values, bool]:
        values: Values = {}
        complete = True
        for name, value in node:
            key = self.keys.get(name.text)
            here = at.under(name.text, name)
            if key is None:
                self._refuse_key(name, value, here)
                complete = False
            elif value.is_null:
                here.refuse_empty(value, key.shape.words)
                complete = False
            elif (read := key.shape.read(value, here)) is WRONG:
                complete = False
            else:
                values[key.target] = read
        return values, complete

    def _refuse_key(self, name: Scalar, value: Node, at: Reading) -> None:
        """`{contact: Ann Lee, by telephone}` has a key that nobody meant."""
        if value.is_null and nearest(name.text, self.keys) is None:
            remedy = "If it belongs to the text before it, put all of that text in quotes; else take it out."
            at.refuse(name, f"Unknown key '{shortened(name.text)}', with nothing after it.", remedy)
        else:
            at.refuse_name(name, "key", name.text, self.keys, "")

    def _has_what_it_needs(self, node: Entries, at: Reading) -> bool:
        """A key that is misspelled is told once, and not as missing too."""
        misspelled = (nearest(name, self.keys) for name in node.entries if name not in self.keys)
        meant = {*node.entries, *filter(None, misspelled)}
        before = len(at.session.problems)
        for key in self.keys.values():
            if key.required and key.name not in meant:
                at.refuse(None, f"Missing key '{key.name}'.", f"Add '{key.name}:' with {key.shape.words}.")
        if self._check is not None:
            self._check(node, at, meant)
        return len(at.session.problems) == before

    def built(self, values: Values, at: Reading) -> T:
        return self._build(values, at)

    def describe(self, definitions: Definitions) -> dict[str, Any]:
        described: dict[str, Any] = {"type": "object", "additionalProperties": False}
        described["properties"] = {
            key.name: {**key.shape.schema(definitions), "description": key.meaning} for key in self.keys.values()
        }
        required = [key.name for key in self.keys.values() if key.required]
        return {**described, "required": required, **self._relations} if required else {**described, **self._relations}


class ListOf(Shape[tuple[T, ...]]):
    """Several of a shape; one alone may stand without brackets."""

    def __init__(self, shape: Shape[T], words: str = "", *, title: str = "", may_be_empty: bool = False) -> None:
        self.shape = shape
        self.words = words or f"{shape.words}, or a list of such"
        self.title = title
        self._may_be_empty = may_be_empty

    def read(self, node: Node, at: Reading) -> tuple[T, ...] | Wrong:
        if not isinstance(node, Items):
            single = self.shape.read(node, at)
            return WRONG if isinstance(single, Wrong) else (single,)
        if not node.items and not self._may_be_empty:
            return at.refuse(node, "The list is empty.", f"Write {self.words}, or take the key out.")
        read = [self.shape.read(item, at.under(str(index), item)) for index, item in enumerate(node.items)]
        values = tuple(value for value in read if not isinstance(value, Wrong))
        return values if len(values) == len(read) else WRONG

    def describe(self, definitions: Definitions) -> dict[str, Any]:
        one = self.shape.schema(definitions)
        several = {"type": "array", "items": one}
        return {"anyOf": [one, several if self._may_be_empty else {**several, "minItems": 1}]}


class ByName(Shape[dict[str, T]]):
    """Things that are declared by name: `[a, b]`, or `{a: {…}, b: Label}`, or `{a: }` for nothing but the name."""

    def __init__(self, record: Record[T], noun: str, *, key: Shape[Any] = NAME, name_only: bool = True) -> None:
        self.record = record
        self.words = f"names of {noun}, as a list or a mapping" if name_only else f"a mapping of {noun} by name"
        self._key = key
        self._name_only = name_only
        self._has_label = "name" in record.keys

    def read(self, node: Node, at: Reading) -> dict[str, T] | Wrong:
        if isinstance(node, Items) and self._name_only:
            return self._read_names(node, at)
        if not isinstance(node, Entries):
            return at.refuse_kind(node, self.words)
        things: dict[str, T] = {}
        complete = True
        for name, value in node:
            here = at.under(name.text, name)
            key = self._key.read(name, here)
            thing = self._read_one(value, here)
            if isinstance(key, Wrong) or isinstance(thing, Wrong):
                complete = False
            else:
                things[key] = thing
        return things if complete else WRONG

    def _read_names(self, node: Items, at: Reading) -> dict[str, T] | Wrong:
        things: dict[str, T] = {}
        complete = True
        for index, item in enumerate(node.items):
            key = self._key.read(item, at.under(str(index), item))
            if isinstance(key, Wrong):
                complete = False
            elif key in things:
                at.under(str(index), item).refuse(item, f"The name '{key}' stands twice.", "Keep one of the two.")
                complete = False
            else:
                things[key] = self.record.built({}, at.under(str(key), item))
        return things if complete else WRONG

    def _read_one(self, value: Node, here: Reading) -> T | Wrong:
        if not isinstance(value, Scalar) or not self._name_only:
            return self.record.read(value, here)
        if value.is_null:
            return self.record.built({}, here)
        if not self._has_label:
            return self.record.read(value, here)
        label = WORDS.read(value, here)
        return WRONG if isinstance(label, Wrong) else self.record.built({"label": label}, here)

    def describe(self, definitions: Definitions) -> dict[str, Any]:
        one = self.record.schema(definitions)
        names = {"pattern": pattern} if (pattern := self._key.describe(definitions).get("pattern")) else {}
        by_name = {"type": "object", "propertyNames": names, "additionalProperties": one}
        if not self._name_only:
            return by_name
        by_name["additionalProperties"] = {"anyOf": [one, {"type": ["null", "string"]}]}
        return {"anyOf": [by_name, {"type": "array", "items": self._key.schema(definitions), "uniqueItems": True}]}


class _WordsShape(Shape[Words]):
    words = "a text, or texts by language as in {en: …, de: …}"
    title = "words"

    def read(self, node: Node, at: Reading) -> Words | Wrong:
        if not isinstance(node, Entries):
            text = TEXT.read(node, at) if isinstance(node, Scalar) else at.refuse_kind(node, self.words)
            return WRONG if isinstance(text, Wrong) else Words({at.declared.language: text})
        texts: dict[str, str] = {}
        known = at.declared.names("languages")
        for name, value in node:
            here = at.under(name.text, name)
            if known is not None and name.text not in known:
                here.refuse_name(name, "language", name.text, known, "languages of policy.yaml")
            elif LANGUAGE.read(name, here) is not WRONG:
                text = TEXT.read(value, here)
                if not isinstance(text, Wrong):
                    texts[name.text] = text
        if not node.entries:
            return at.refuse(node, "No language has a text here.", f"Write {self.words}.")
        return Words(texts) if len(texts) == len(node.entries) else WRONG

    def describe(self, _: Definitions) -> dict[str, Any]:
        text = {"type": ["string", "number"]}
        return {"anyOf": [text, {"type": "object", "additionalProperties": text, "minProperties": 1}]}


WORDS = _WordsShape()


def thing(kind: Callable[..., T]) -> Build[T]:
    """Build a `Named` of the model: name and place from where it stands, a label from its name unless one is given."""

    def build(values: Values, at: Reading) -> T:
        values.setdefault("label", spoken(at.name, at))
        return kind(name=at.name, place=at.place, **values)

    return build


def plainly(kind: Callable[..., T]) -> Build[T]:
    """Build an object of the model from its keys alone."""
    return lambda values, _: kind(**values)


def spoken(name: str, at: Reading) -> Words:
    """`account-access` as people read it: Account access."""
    text = name.replace("-", " ").replace("_", " ")
    return Words({at.declared.language: text[:1].upper() + text[1:]})
