"""Outbound Slack: the one poster, and the directory of channels and people."""
