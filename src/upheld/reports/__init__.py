"""What became of the promises, counted: how often each clause was kept, and what would have been under another policy.

Owns the words attainment and simulation run. Reads what the rooms below recorded and changes none of it; pages, the API and the
command line may call it.
"""
