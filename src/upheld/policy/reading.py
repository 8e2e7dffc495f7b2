"""Where the reader of a policy stands: the place, the names that are declared, and the problems found so far."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import Enum

from upheld.kernel.text import listed, nearest
from upheld.policy.declared import Declared
from upheld.policy.errors import Place, Problem
from upheld.policy.nodes import Node, Scalar
from upheld.policy.vocabulary import Vocabulary


class Wrong(Enum):
    """Stands for a value that was refused; the problem is recorded already."""

    WRONG = "wrong"


WRONG = Wrong.WRONG


class Session:
    """One reading of a whole policy."""

    def __init__(self, declared: Declared, vocabulary: Vocabulary | None = None) -> None:
        self.declared = declared
        self.vocabulary = vocabulary
        self.problems: list[Problem] = []


class Reading:
    """One place in one file. `subject` is the kind of thing whose events and attributes may be named here, if one is known."""

    __slots__ = ("column", "file", "line", "path", "session", "subject")

    def __init__(
        self, session: Session, file: str, path: tuple[str, ...], line: int, column: int, subject: str
    ) -> None:
        self.session = session
        self.file = file
        self.path = path
        self.line = line
        self.column = column
        self.subject = subject

    def under(self, key: str, node: Node) -> Reading:
        """The place below this one that `node` (a key, or an item of a list) marks."""
        return Reading(self.session, self.file, (*self.path, key), node.line, node.column, self.subject)

    def about(self, subject: str) -> Reading:
        return Reading(self.session, self.file, self.path, self.line, self.column, subject)

    @property
    def declared(self) -> Declared:
        return self.session.declared

    @property
    def name(self) -> str:
        return self.path[-1] if self.path else ""

    @property
    def place(self) -> Place:
        return Place(self.file, self.line, self.column)

    def refuse(self, node: Node | None, problem: str, remedy: str) -> Wrong:
        """Record a problem at the node, or at this place's own key."""
        line, column = (node.line, node.column) if node is not None else (self.line, self.column)
        self.session.problems.append(Problem(self.file, line, column, ".".join(self.path), problem, remedy))
        return WRONG

    def refuse_kind(self, node: Node, wanted: str) -> Wrong:
        found = "nothing" if node.is_null else node.kind
        if isinstance(node, Scalar) and not node.is_null:
            found = f"'{shortened(node.text)}'"
        return self.refuse(node, f"Here stands {found}.", f"Write {wanted}.")

    def refuse_empty(self, node: Node, wanted: str) -> Wrong:
        return self.refuse(node, f"Nothing stands after '{self.name}:'.", f"Write {wanted}, or take the key out.")

    def refuse_name(self, node: Node, what: str, name: str, known: Iterable[str], where: str) -> Wrong:
        """A name that nothing declares: the remedy is the nearest that is, or where to declare it."""
        known = list(known)
        near = nearest(name, known)
        remedy = f"Did you mean '{near}'?" if near else _choices(known, where)
        return self.refuse(node, f"Unknown {what} '{shortened(name)}'.", remedy)


def shortened(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 60 else line[:59] + "…"


def _choices(known: Sequence[str], where: str) -> str:
    if not known:
        return f"Nothing of the kind is declared; declare it in {where}." if where else "Take it out."
    said = f"Known here: {', '.join(known[:12])}, …" if len(known) > 12 else f"Known here: {listed(known)}."
    return f"{said} Or declare it in {where}." if where else said
