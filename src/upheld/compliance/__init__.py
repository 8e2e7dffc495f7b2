"""Proof of what was promised and what became of it, for others to check; and whether the record is as it was.

Owns the words proof, verification. The pages and the command line call `actions`; the jobs call `making` and `verifying`.
"""
