"""The queue: its views, how many tickets each holds, and its pages, found by key and never by counting off.

Every read here follows an index that `Ticket` declares, so that a desk with a million tickets answers like one with a thousand.
"""

from upheld.tickets.queues.awaiting import Awaited, awaited
from upheld.tickets.queues.counting import COUNTED_UP_TO, Counted, counts
from upheld.tickets.queues.listing import Line, lines
from upheld.tickets.queues.pages import Page, first_page, page
from upheld.tickets.queues.searching import search
from upheld.tickets.queues.views import ALL, VIEWS, View, department_view, tickets_in

__all__ = [
    "ALL",
    "COUNTED_UP_TO",
    "VIEWS",
    "Awaited",
    "Counted",
    "Line",
    "Page",
    "View",
    "awaited",
    "counts",
    "department_view",
    "first_page",
    "lines",
    "page",
    "search",
    "tickets_in",
]
