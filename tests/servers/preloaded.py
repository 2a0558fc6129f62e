"""What nearly every command imports: imported once in the process that commands are forked from."""

import sqlalchemy.dialects.sqlite

import dirsync.apply.targets.build
import dirsync.cli.app
import dirsync.cli.running
import dirsync.directories.build
import dirsync.directories.crowd
import dirsync.directories.jira
import dirsync.directories.ldap.directory
import dirsync.directories.ldif
import dirsync.facts.gather
import dirsync.reports.html
import dirsync.reports.json_report
import dirsync.reports.terminal
import dirsync.store.store
import dirsync.workflow.explain
import dirsync.workflow.run

__all__ = ["dirsync", "sqlalchemy"]
