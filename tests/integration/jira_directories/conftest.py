from integration.databases.conftest import jira_database, jira_reader, make_jira
from servers.scripted import script

__all__ = ["jira_database", "jira_reader", "make_jira", "script"]
