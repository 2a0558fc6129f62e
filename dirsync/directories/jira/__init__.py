"""A directory that Jira holds itself: internal, delegating, or an LDAP directory with local groups.

* `directory`: the Directory, and which way it is read.
* `database`: Jira's own tables, whole, at one instant.
* `rest`: what Jira's REST API shows, which is less than a directory.
"""

from dirsync.directories.jira.directory import JiraDirectory

__all__ = ["JiraDirectory"]
