"""Questions: what people ask, the memory of a thread, and the answers."""
