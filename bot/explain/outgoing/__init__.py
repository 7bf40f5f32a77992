"""What may never be posted: one check for every text from outside that leaves, whoever wrote it."""
