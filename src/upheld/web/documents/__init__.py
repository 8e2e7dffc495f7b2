"""The documents of the policy: in the workspace all of them, on the portal those that the policy makes public."""
