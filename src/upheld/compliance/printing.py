"""A proof on paper: the totals, every commitment that was breached or waived, and the first of those that were kept."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime

from django.template.loader import render_to_string

from upheld.commitments.policies import in_force, policy_of
from upheld.compliance.evidence import Line
from upheld.compliance.figures import Total, Totals, together
from upheld.compliance.models import Proof
from upheld.compliance.writing import record_now
from upheld.kernel.pdf import pdf_of
from upheld.policy.sentences import clause_sentences

ANNEX = 100  # kept commitments that are listed
LISTED = 1000  # breached ones, and waived ones, that are listed; a printer that is given ten thousand takes gigabytes
ROWS = 100  # of one table: a long one takes the printer more than its share


@dataclass(slots=True)
class Listed:
    """What the paper lists. It is fed with the lines as they pass and keeps those that it will print."""

    breached: list[Line] = field(default_factory=list)
    waived: list[Line] = field(default_factory=list)
    kept: list[Line] = field(default_factory=list)

    def watching(self, lines: Iterable[Line]) -> Iterator[Line]:
        for line in lines:
            if line.state == "breached" and len(self.breached) < LISTED:
                self.breached.append(line)
            elif line.state == "waived" and len(self.waived) < LISTED:
                self.waived.append(line)
            elif line.state == "kept" and len(self.kept) < ANNEX:
                self.kept.append(line)
            yield line


def printed(proof: Proof, totals: Totals, listed: Listed, *, digest: str, at: datetime) -> bytes:
    """The PDF, tagged. Ten pages cost about half a second."""
    rows = totals.by_name()
    names = {total.clause: total.name for total in rows}
    context = {
        "proof": proof,
        "whom": whom(proof),
        "company": in_force().company.name or in_force().name,
        "at": at.astimezone(UTC),
        "since": proof.since.astimezone(UTC),
        "until": proof.until.astimezone(UTC),
        "totals": rows,
        "whole": together(rows),
        "promises": list(_promises(listed, rows)),
        "chapters": [
            ("Breached", "They were not kept in time.", _tables(listed.breached), together(rows).breached, names),
            ("Waived", "Somebody let them go, and said why.", _tables(listed.waived), together(rows).waived, names),
        ],
        "annex": _tables(listed.kept),
        "names": names,
        "most": LISTED,
        "annex_holds": len(listed.kept),
        "record": record_now(),
        "digest": digest,
    }
    return pdf_of(render_to_string("compliance/proof.html", context), styles=render_to_string("compliance/proof.css"))


def whom(proof: Proof) -> str:
    """Whom the proof is about, in words."""
    if proof.account is not None:
        return proof.account.name
    if not proof.plan:
        return "everybody"
    plan = in_force().plans.get(proof.plan)
    return f"the plan {plan.label if plan else proof.plan}"


def _tables(lines: list[Line]) -> list[list[Line]]:
    return [lines[start : start + ROWS] for start in range(0, len(lines), ROWS)]


def _promises(listed: Listed, totals: list[Total]) -> Iterator[tuple[str, list[str]]]:
    """What was promised, by clause: in the words of the latest version under which something is listed, else of today's."""
    latest: dict[str, int] = {}
    for line in (*listed.breached, *listed.waived, *listed.kept):
        latest[line.clause] = max(line.version, latest.get(line.clause, 0))
    for total in totals:
        policy = policy_of(latest[total.clause]) if total.clause in latest else in_force()
        clause = policy.clauses.get(total.clause)
        if clause is not None:
            yield total.name, clause_sentences(policy, clause)
