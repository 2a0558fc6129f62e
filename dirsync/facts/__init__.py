"""What Jira and Crowd are set to, one module per route, each fact with its provenance."""
