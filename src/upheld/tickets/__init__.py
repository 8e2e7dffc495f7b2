"""Tickets: what a customer wants, who deals with it, and what was said.

Owns the words ticket, message, note, requester, assignee, queue, resolution, merge, escalation. Every change is an action in
`actions/`; every action records one event, follows the ticket's commitments and says so to whoever watches.
"""
