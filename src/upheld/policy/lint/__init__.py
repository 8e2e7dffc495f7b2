"""The lint: gaps, contradictions and things without use in a policy that loads well.

Owns the word finding. Pure, like all of `policy`; every finding says what it is, why it matters and how to mend it.
"""

from __future__ import annotations

from upheld.policy.lint.clauses import look_at_clauses
from upheld.policy.lint.contradictions import look_for_contradictions
from upheld.policy.lint.domains import Domains
from upheld.policy.lint.figures import look_at_figures
from upheld.policy.lint.findings import Finding, Findings
from upheld.policy.lint.keeping import look_at_keeping
from upheld.policy.lint.ladders import look_at_ladders
from upheld.policy.lint.references import look_for_the_undeclared
from upheld.policy.lint.staffing import look_at_staffing
from upheld.policy.lint.tables import look_at_tables
from upheld.policy.lint.unused import look_for_the_unused
from upheld.policy.model import Policy
from upheld.policy.vocabulary import Vocabulary

__all__ = ["Finding", "lint"]


def lint(policy: Policy, *, vocabulary: Vocabulary | None = None) -> list[Finding]:
    """All findings in the order of files and lines. A vocabulary tells it more about what attributes can be."""
    findings = Findings(policy)
    domains = Domains(policy, vocabulary)
    look_at_tables(policy, domains, findings)
    look_at_clauses(policy, domains, findings)
    look_for_contradictions(policy, domains, findings)
    look_at_keeping(policy, domains, vocabulary, findings)
    look_at_staffing(policy, domains, findings)
    look_at_ladders(policy, findings)
    look_at_figures(policy, findings)
    look_for_the_undeclared(policy, findings)
    look_for_the_unused(policy, findings)
    return findings.in_order()
