"""Who runs what, when."""
