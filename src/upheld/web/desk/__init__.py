"""The workspace: queue, ticket, and what stands around them. For people who work here; everybody else gets 404."""
