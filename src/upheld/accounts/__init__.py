"""Customers: the organisations that have an account, and their people.

Owns the words account, contact, identity, plan (of an account), entitlement. Knows what a customer bought; what that promises
stands in the policy.
"""
