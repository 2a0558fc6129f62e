"""The run, from reading to the report."""
