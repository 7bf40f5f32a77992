"""Who gets what, when: preferences, the schedule, composing, and the delivery ledger."""
