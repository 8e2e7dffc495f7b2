"""Addresses for machines that bring mail, or word of ours: they show a secret instead of a session, and need no page."""
