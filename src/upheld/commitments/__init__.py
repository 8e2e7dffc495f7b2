"""Promises with a time, kept as a cache of the fold over a subject's events.

Owns the words commitment, clock, policy version (as stored), waive. Holds subject keys and no tickets: incidents, accounts and
agents are under commitments as well.
"""
