"""Events about the record itself."""

EVENTS = {
    "event.erased": "An event of the past was removed by retention or erasure; its seal keeps its hash.",
}
