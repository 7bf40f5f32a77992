"""Values in; Slack blocks, texts and charts out. Pure."""
