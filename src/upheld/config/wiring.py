"""What happens when something happens: event kind -> who hears of it, in this order.

Handlers are idempotent; each runs in its own transaction, in a job that was queued in the transaction of the event.
"""

REACTIONS: dict[str, tuple[str, ...]] = {
    "message.received": ("upheld.tickets.intake.take_in",),
    "message.released": ("upheld.tickets.intake.take_in",),
    "message.run_again": ("upheld.tickets.intake.take_in",),
    "message.failed": ("upheld.tickets.handlers.tell_of_failed_mail",),
    "message.bounced": ("upheld.tickets.handlers.tell_of_bounced_mail",),
    "message.delayed": ("upheld.tickets.handlers.tell_of_delayed_mail",),
    "ticket.opened": (
        "upheld.tickets.acknowledging.acknowledge",
        "upheld.tickets.handlers.raise_by_trigger",
        "upheld.tickets.handlers.notify",
    ),
    "ticket.customer_replied": ("upheld.tickets.handlers.notify",),
    "ticket.replied": ("upheld.tickets.handlers.notify",),
    "ticket.noted": ("upheld.tickets.handlers.notify",),
    "ticket.assigned": ("upheld.tickets.handlers.notify",),
    "ticket.reopened": ("upheld.tickets.handlers.catch_up_with_account", "upheld.tickets.handlers.notify"),
    "ticket.unmerged": ("upheld.tickets.handlers.catch_up_with_account",),
    "ticket.unmarked_spam": ("upheld.tickets.handlers.catch_up_with_account",),
    "ticket.resolved": ("upheld.tickets.surveying.ask", "upheld.tickets.handlers.notify"),
    "ticket.closed": ("upheld.tickets.surveying.ask",),
    "ticket.raised": ("upheld.tickets.handlers.notify",),
    "ticket.escalation_requested": ("upheld.tickets.handlers.notify",),
    "ticket.changed": ("upheld.tickets.handlers.raise_by_trigger", "upheld.tickets.handlers.notify"),
    "account.changed": ("upheld.tickets.handlers.follow_account",),
    "policy.published": (
        "upheld.drafting.handlers.ask_everybody_to_read",
        "upheld.documents.handlers.follow_publishing",
    ),
    "commitment.moved": ("upheld.tickets.handlers.keep_due",),
    "commitment.waived": ("upheld.tickets.handlers.keep_due",),
    "commitment.came_due": ("upheld.tickets.handlers.keep_due",),
    "commitment.warned": (
        "upheld.tickets.handlers.act_on_commitment",
        "upheld.commitments.handlers.tell_of_commitment",
    ),
    "commitment.breached": (
        "upheld.tickets.handlers.act_on_commitment",
        "upheld.commitments.handlers.tell_of_commitment",
    ),
}

IN_ORDER = frozenset({"commitment.warned", "commitment.breached"})
"""Heard of one after another for each subject: one rung up is another rung when the breach after it climbed first."""

TOGETHER = {"message.received": "upheld.tickets.mailbag.take_in_together", "ticket.opened": ""}
"""Kinds of events that come in crowds -> who takes in many at once and says of which that was done; empty where they are
told of one after another. Each is still told of alone when that fails, so that one spoils no other."""

KEEPERS = {"account": "upheld.commitments.keeping.keep", "agent": "upheld.commitments.keeping.keep"}
"""Kind of subject -> who brings its commitments up to date in the transaction of its event. Tickets do it themselves, in
`tickets/recording.py`, since their columns depend on what comes out. The rooms of accounts and people know no commitments."""
