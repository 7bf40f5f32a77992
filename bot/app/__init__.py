"""The one place where adapters meet use cases: the newsroom, and the bot around it."""
