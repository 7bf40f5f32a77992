"""Inbound HTTP: Slack's requests, people who install, health and figures. An edge, like `handlers`."""
