"""The policy as people read it, with what became of each promise beside it."""
