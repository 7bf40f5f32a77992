"""A local Slack workspace for demos, tests and benches. Imports nothing else of ours."""
