"""The customers' front."""
