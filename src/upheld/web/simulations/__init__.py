"""Pages on which a policy is tried, on the recorded history and on what is to be expected, before it is published."""
