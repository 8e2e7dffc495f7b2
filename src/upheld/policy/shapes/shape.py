"""What every shape can do, and shapes of single values made from a parser."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any, Generic, TypeVar

from upheld.policy.nodes import Node, Scalar
from upheld.policy.reading import Reading, Wrong, shortened

T = TypeVar("T")
Definitions = dict[str, Any]


class Refused(Exception):
    """A single value cannot be read: what is wrong, and how to write it."""

    def __init__(self, problem: str, remedy: str) -> None:
        super().__init__(problem)
        self.problem = problem
        self.remedy = remedy


class Shape(ABC, Generic[T]):
    """`words` completes "Write …". A shape with a `title` is put among the schema's definitions and referred to."""

    words: str = "a value"
    title: str = ""

    @abstractmethod
    def read(self, node: Node, at: Reading) -> T | Wrong:
        """The value at this node; WRONG when it was refused."""

    @abstractmethod
    def describe(self, definitions: Definitions) -> dict[str, Any]:
        """The JSON Schema of what may stand here."""

    def schema(self, definitions: Definitions) -> dict[str, Any]:
        if not self.title:
            return self.describe(definitions)
        if self.title not in definitions:
            definitions[self.title] = {}
            definitions[self.title] = self.describe(definitions)
        return {"$ref": f"#/$defs/{self.title}"}


class Single(Shape[T]):
    """One scalar that `parse` understands; `parse` raises Refused, or ValueError with a sentence that says it all."""

    def __init__(
        self, words: str, parse: Callable[[str, Reading], T], schema: dict[str, Any] | None = None, *, title: str = ""
    ) -> None:
        self.words = words
        self.title = title
        self.parse = parse
        self._schema = schema if schema is not None else {"type": ["string", "number", "boolean"]}

    def read(self, node: Node, at: Reading) -> T | Wrong:
        if not isinstance(node, Scalar) or node.is_null:
            return at.refuse_kind(node, self.words)
        try:
            return self.parse(node.text, at)
        except Refused as refused:
            return at.refuse(node, refused.problem, refused.remedy)
        except ValueError:
            return at.refuse(
                node, f"'{shortened(node.text)}' is not {self.words.partition(',')[0]}.", f"Write {self.words}."
            )

    def describe(self, _: Definitions) -> dict[str, Any]:
        return dict(self._schema)
