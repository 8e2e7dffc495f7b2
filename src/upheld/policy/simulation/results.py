"""A finished tally as data: what `--json` prints, what a run keeps and what its page shows."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec

from upheld.kernel.instants import iso
from upheld.policy.model import Policy
from upheld.policy.simulation.caveats import caveats, interval
from upheld.policy.simulation.run import Window
from upheld.policy.simulation.tally import Change, Count, Effects, Tally
from upheld.policy.states import seconds


def as_data(tally: Tally, policy: Policy, window: Window) -> dict[str, Any]:
    """Instants as ISO text, durations in seconds, shares from 0 to 1. Clauses in the policy's order, then those it dropped."""
    order = [name for name in policy.clauses if name in tally.clauses]
    order += sorted(name for name in tally.clauses if name not in policy.clauses)
    worse, better = tally.changed
    return {
        "policy": policy.name,
        "version": policy.version,
        "since": iso(window.since),
        "until": iso(window.until),
        "subjects": tally.subjects,
        "events": tally.events,
        "first_event": None if tally.first_at is None else iso(tally.first_at),
        "last_event": None if tally.last_at is None else iso(tally.last_at),
        "knows_then": tally.knows_then,
        "clauses": [
            {
                "clause": name,
                "name": str(policy.clauses[name].label) if name in policy.clauses else name,
                "on": policy.clauses[name].on if name in policy.clauses else "",
                "then": _count(tally.clauses[name].then),
                "now": _count(tally.clauses[name].now),
                "worse": tally.clauses[name].worse,
                "better": tally.clauses[name].better,
            }
            for name in order
        ],
        "changes": {"worse": worse, "better": better, "listed": _changes((*tally.worse, *tally.better))},
        "effects": {"then": _effects(tally.effects_then), "now": _effects(tally.effects_now)},
        "exact": not tally.inexact,
        "inexact_subjects": tally.inexact,
        "missing": msgspec.to_builtins(tally.missing),
        "caveats": caveats(tally, window, {name: str(clause.label) for name, clause in policy.clauses.items()}),
    }


def _count(count: Count) -> dict[str, Any]:
    return {
        "kept": count.kept,
        "breached": count.breached,
        "void": count.void,
        "waived": count.waived,
        "running": count.running,
        "share_kept": count.share_kept,
        "share_give_or_take": interval(count.kept, count.decided) if count.decided else None,
        "late_seconds": seconds(count.late),
        "late_worst_seconds": seconds(count.late_worst),
    }


def _effects(effects: Effects) -> dict[str, Any]:
    return {
        "escalations": effects.escalations,
        "by_ladder": dict(sorted(effects.raised.items())),
        "notifications": effects.notified,
        "pages": effects.paged,
        "at_night": effects.nightly,
        "night_is": dict(sorted(effects.at_night.items())),
    }


def _changes(changes: Iterable[Change]) -> list[dict[str, Any]]:
    return [
        {
            "subject": one.subject,
            "clause": one.clause,
            "cycle": one.cycle,
            "then": one.then,
            "now": one.now,
            "then_due_at": None if one.then_due_at is None else iso(one.then_due_at),
            "now_due_at": None if one.now_due_at is None else iso(one.now_due_at),
            "ended_at": None if one.ended_at is None else iso(one.ended_at),
        }
        for one in changes
    ]
