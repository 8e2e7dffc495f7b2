"""Recorded history held against another policy: what it would have kept, missed, raised and told, beside what happened.

Words: *then* is what happened, *now* is what the tried policy makes of the same events. What people did is taken as it was: an
agent who answers after 50 minutes because an hour was promised answers after 50 minutes here too, whatever the tried policy
promises. Left out of the events are those that were themselves results of the policy of that time (warnings, breaches, moves
to another version); of them only the instant counts, as time that had passed. A waiver counts where its clause still exists.

Pure: histories are handed in subject by subject, so memory does not grow with them.
"""

from upheld.policy.simulation.histories import History, Scope, histories_of
from upheld.policy.simulation.run import Simulation, Window
from upheld.policy.simulation.tally import Change, Count, Effects, Missing, Sides, Tally

__all__ = [
    "Change",
    "Count",
    "Effects",
    "History",
    "Missing",
    "Scope",
    "Sides",
    "Simulation",
    "Tally",
    "Window",
    "histories_of",
]
