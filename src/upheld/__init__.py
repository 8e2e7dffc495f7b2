"""Upheld: a support desk that runs from its policy."""
