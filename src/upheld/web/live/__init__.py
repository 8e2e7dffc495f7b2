"""The live view: what was recorded anywhere, told to every open workspace within a blink.

Owns the words hub, subscriber, stream.
"""
