"""What happened: feeds, entries, stories, and the pure rules that group, filter, tag and rank them."""
