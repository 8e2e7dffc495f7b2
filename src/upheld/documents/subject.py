"""Events about documents; no policy speaks of them."""

EVENTS = {
    "subscription.began": "Somebody confirmed that they want to hear of changes in the public documents.",
    "subscription.ended": "Somebody no longer wants to hear of changes in the public documents.",
}
