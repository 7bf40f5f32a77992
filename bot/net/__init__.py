"""The one guarded client for addresses from outside; feed and page readers."""
