"""One finding, and the gathering of them with their places in the files."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Literal

from upheld.policy.document import Document
from upheld.policy.loader import read_documents
from upheld.policy.model import Policy
from upheld.policy.nodes import Entries, Node, place_of
from upheld.policy.prose.folder import NAMES

Severity = Literal["error", "warning", "note"]
Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Finding:
    """An error breaks a promise for somebody; a warning is probably not meant; a note is worth knowing."""

    severity: Severity
    file: str
    line: int
    column: int
    key: str
    problem: str
    why: str
    remedy: str

    def as_data(self) -> dict[str, str | int]:
        return asdict(self)


class Findings:
    """Gathers findings. Places come from the policy's own sources, read again at the first finding only."""

    def __init__(self, policy: Policy) -> None:
        self._sources = policy.sources
        self._found: list[Finding] = []

    def add(self, severity: Severity, file: str, path: Path, problem: str, why: str, remedy: str) -> None:
        line, column = place_of(self._roots.get(file), self.path(file, path))
        key = ".".join(str(step) for step in self.path(file, path))
        self._found.append(Finding(severity, file, line, column, key, problem, why, remedy))

    def node(self, file: str, path: Path) -> Node | None:
        """What stands there, or None."""
        node = self._roots.get(file)
        for step in self.path(file, path):
            node = node.get(str(step)) if isinstance(node, Entries) else None
        return node

    def path(self, file: str, path: Path) -> Path:
        """The path as it is in the file: clauses may stand below `commitments`."""
        root = self._roots.get(file)
        nested = file == "commitments.yaml" and isinstance(root, Entries) and [*root.entries] == ["commitments"]
        return ("commitments", *path) if nested else path

    def in_order(self) -> list[Finding]:
        order = {name: position for position, name in enumerate(self._roots)}
        return sorted(self._found, key=lambda one: (order.get(one.file, len(order)), one.line, one.column))

    @cached_property
    def _roots(self) -> dict[str, Node | None]:
        names = {path: Document(path, raw) for path, raw in self._sources.items() if path.endswith(f"/{NAMES}")}
        return {name: document.root for name, document in (read_documents(self._sources) | names).items()}
