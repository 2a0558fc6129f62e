"""The admin's YAML files: read with line and column, checked whole, turned into types."""
