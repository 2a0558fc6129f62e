"""dirsync: keeps customers free of paid seats and directories in step with their sources."""

__version__ = "0.1.0"
