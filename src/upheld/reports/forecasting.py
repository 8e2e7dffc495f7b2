"""A forecast as a run: rates and handling times from what was recorded, then a desk played through, one run of it a chunk."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from upheld.events.models import Event as EventRow
from upheld.kernel.durations import DAY
from upheld.kernel.instants import to_us
from upheld.policy import Event, Policy
from upheld.policy.staffing.desk import Desk, Spread
from upheld.policy.staffing.forecast import OPENED, Arrivals, NoArrivals, arrivals_of, caveats, handling_from
from upheld.policy.staffing.question import REPLICATIONS, answer, desk_of, run_once, shifts
from upheld.reports.models import SimulationRun

MOST_GAPS = 20_000
GAPS = """
SELECT extract(epoch FROM gap) FROM (
    SELECT kind, at, id, at - lag(at) OVER (PARTITION BY actor ORDER BY id) AS gap
    FROM events_event WHERE at >= %s AND at <= %s AND actor LIKE 'agent:%%'
) AS acts WHERE kind = 'ticket.replied' AND gap > interval '0' ORDER BY id DESC LIMIT %s
"""
Numbers = dict[str, Any]


def forecast_chunk(run: SimulationRun, policy: Policy, _size: int) -> dict[str, Any]:
    """What to write down after one more run of the desk, or the result when there were enough.

    `parameters`: `agents` (calendar: count), `handling` (minutes; else from the record), `target` (a share), `seed`.
    """
    asked = run.parameters
    kept = run.checkpoint or {"runs": [], **observed(policy, run)}
    desk = _desk(policy, run, kept)
    agents = shifts(policy, asked["agents"], desk.begins_at)
    seed = int(asked.get("seed", run.pk))
    if len(kept["runs"]) < REPLICATIONS:
        kept["runs"].append(run_once(desk, agents, seed=seed, replication=len(kept["runs"])))
        return {"checkpoint": kept, "done": len(kept["runs"]), "total": REPLICATIONS + 1}
    told = answer(desk, agents, kept["runs"], target=float(asked.get("target", 0.9)), seed=seed)
    names = {clause.name: str(clause.label) for clause in policy.clauses.values()}
    for one in told["clauses"]:
        one["name"] = names[one["clause"]]
    told |= {"handling_from": kept["handling_from"], "caveats": kept["caveats"], "weeks_seen": kept["weeks"]}
    return {"result": told, "done": REPLICATIONS + 1}


def read_record(
    policy: Policy, since: datetime, until: datetime
) -> tuple[Arrivals, tuple[Spread, str] | None, list[str]]:
    """Arrivals, how long a reply takes (None when too few are recorded to say), and how little stands behind them."""
    asked = (to_us(until) - to_us(since)) / (7 * DAY)
    since = max(since, _first_event() or since)
    arrivals = arrivals_of(_opened(since, until), policy, since=to_us(since), until=to_us(until))
    return arrivals, handling_from(_gaps(since, until)), caveats(arrivals, asked_weeks=asked)


def observed(policy: Policy, run: SimulationRun) -> Numbers:
    """What the record says of arrivals and handling, as plain values. Raises NoArrivals where it says too little."""
    arrivals, found, little = read_record(policy, run.since or run.until - timedelta(days=90), run.until)
    typed = run.parameters.get("handling")
    if typed:
        found = Spread(float(typed) * 60), f"typed in: {float(typed):g} minutes"
    if found is None:
        raise NoArrivals("Too few replies are recorded to say how long one takes. Type in the minutes that one takes.")
    spread, told = found
    return {
        "rates": list(arrivals.rates()),
        "mix": [[list(values), count] for values, count in arrivals.mix.items()],
        "weeks": arrivals.weeks,
        "handling": [spread.mean, spread.shape, spread.variation],
        "handling_from": told,
        "caveats": little,
    }


def _desk(policy: Policy, run: SimulationRun, kept: Numbers) -> Desk:
    mix = Counter(
        {tuple(tuple(one) if isinstance(one, list) else one for one in values): count for values, count in kept["mix"]}
    )
    arrivals = Arrivals(counts=kept["rates"], hours=[1.0] * len(kept["rates"]), mix=mix)
    return desk_of(policy, arrivals, handling=Spread(*kept["handling"]), after=run.until)


def _opened(since: datetime, until: datetime) -> Iterator[Event]:
    rows = EventRow.objects.filter(kind=OPENED, at__gte=since, at__lte=until).values_list("at", "data")
    for at, data in rows.iterator(2000):
        yield Event(to_us(at), OPENED, data=data)


def _gaps(since: datetime, until: datetime) -> list[float]:
    with connection.cursor() as cursor:
        cursor.execute(GAPS, [since, until, MOST_GAPS])
        return [float(gap) for (gap,) in cursor.fetchall()]


def _first_event() -> datetime | None:
    return EventRow.objects.filter(kind=OPENED).order_by("at").values_list("at", flat=True).first()
