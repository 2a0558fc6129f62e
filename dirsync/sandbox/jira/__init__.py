"""The emulated Jira."""
