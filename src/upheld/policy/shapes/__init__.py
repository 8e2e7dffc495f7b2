"""Shapes: what may stand at a place of a policy file, declared once.

A shape reads a node into a value of the model or records what is wrong with it; it says itself as JSON Schema for editors; and it
has words for people. The shapes of the files themselves stand in `upheld.policy.files`.
"""
