"""What prose may speak of: the names in the policy's files, taken leniently, so that an error elsewhere causes none here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from upheld.policy.declared import Declared
from upheld.policy.document import Document
from upheld.policy.nodes import plain

Things = dict[str, Any]

_SECTIONS = {
    "plans": "policy.yaml",
    "priorities": "policy.yaml",
    "categories": "policy.yaml",
    "departments": "policy.yaml",
    "product_areas": "policy.yaml",
    "brands": "policy.yaml",
    "languages": "policy.yaml",
    "rules": "policy.yaml",
    "calendars": "hours.yaml",
    "channels": "channels.yaml",
    "levels": "escalation.yaml",
    "ladders": "escalation.yaml",
    "targets": "targets.yaml",
    "intake": "intake.yaml",
    "closing": "intake.yaml",
    "clauses": "commitments.yaml",
}
_LANGUAGE_UNSAID = {"en": None}


class Known:
    """Declared things by section and name. A section whose file cannot be read is None: nothing is held against it."""

    def __init__(self, documents: Mapping[str, Document]) -> None:
        self._read = {
            name: plain(document.root) if document.root is not None else {} for name, document in documents.items()
        }
        self._unreadable = {name for name, document in documents.items() if document.root is None and document.problems}
        self.declared = Declared({name: document.root for name, document in documents.items()})

    def section(self, name: str) -> Things | None:
        """What the policy declares there; None, too, for what it need not declare: which regions there are, the accounts say."""
        file = _SECTIONS.get(name)
        if file is None or file in self._unreadable:
            return None
        root = self._read.get(file)
        root = root if isinstance(root, dict) else {}
        if name == "clauses":
            below: Any = root["commitments"] if [*root] == ["commitments"] else root
        else:
            below = root.get(name)
        found = _named(below)
        if name == "calendars":
            return {"always": {"open": "always"}, **found}
        return found or dict(_LANGUAGE_UNSAID) if name == "languages" else found

    def where(self, section: str) -> str:
        """`plans of policy.yaml`; clauses stand at the top of their file."""
        return _SECTIONS[section] if section == "clauses" else f"{section} of {_SECTIONS[section]}"

    def mails(self) -> Things | None:
        """Departments that have an address, and the addresses themselves."""
        departments, channels = self.section("departments"), self.section("channels")
        if departments is None or channels is None:
            return None
        reached = {
            address: _below(where, "department")
            for channel in channels.values()
            for address, where in _named(_below(channel, "addresses")).items()
        }
        with_mail = {name: mail for name, one in departments.items() if (mail := _below(one, "mail"))}
        with_mail |= {str(name): address for address, name in reached.items() if name in departments}
        return {**with_mail, **{str(mail): None for mail in with_mail.values()}, **reached}

    def phones(self) -> Things | None:
        """Departments and channels that have a number."""
        departments, channels = self.section("departments"), self.section("channels")
        if departments is None or channels is None:
            return None
        with_phone = {name: phone for name, one in departments.items() if (phone := _below(one, "phone"))}
        return with_phone | {name: found for name, one in channels.items() if (found := _below(one, "numbers"))}

    def subjects(self) -> Things | None:
        clauses = self.section("clauses")
        return None if clauses is None else {str(_below(clause, "on")): None for clause in clauses.values()}

    def rungs(self, ladder: str) -> int:
        return self.declared.rungs.get(ladder, 0)


def _named(node: Any) -> Things:
    if isinstance(node, dict):
        return {str(name): value for name, value in node.items()}
    if isinstance(node, list):
        return {str(name): None for name in node if isinstance(name, str | int)}
    return {str(node): None} if isinstance(node, str | int) and node != "" else {}


def _below(node: Any, key: str) -> Any:
    return node.get(key) if isinstance(node, dict) else None
