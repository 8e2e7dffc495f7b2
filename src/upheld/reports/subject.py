"""Events about runs; no policy speaks of them."""

EVENTS = {
    "simulation.started": "Somebody asked what another policy would have made of the history, or what is to be expected.",
    "simulation.stopped": "Somebody stopped a simulation before its end.",
}
