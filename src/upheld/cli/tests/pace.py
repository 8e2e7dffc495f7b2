"""How much slower than an idle machine this one is now, so that a promise about time can be held on a busy one."""

from __future__ import annotations

import time

IDLE = 0.055  # seconds of processor time for the work below, on the machine of bench/README.md with nothing else to do


def slowness() -> float:
    """1 on an idle machine, 2 where the same work takes twice the processor's time; never less than 1."""
    took = []
    for _ in range(3):
        began = time.process_time()
        sum(number * number for number in range(1_000_000))
        took.append(time.process_time() - began)
    return max(1.0, min(took) / IDLE)
