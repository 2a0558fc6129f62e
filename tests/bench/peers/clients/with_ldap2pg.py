"""The reading half of ldap2pg: its connection and its query, without the PostgreSQL roles that it is made for."""

import ldap as python_ldap
from about import ATTRIBUTES, DN, GROUPS, GROUPS_FILTER, MEMBERS, PASSWORD, PEOPLE, PEOPLE_FILTER, URL, tell
from ldap2pg.ldap import connect
from ldap2pg.manager import SyncManager

manager = SyncManager(ldapconn=connect(uri=URL, binddn=DN, password=PASSWORD))


def entries(base, wanted, attributes):
    return manager.query_ldap(base, wanted, attributes, joins={}, scope=python_ldap.SCOPE_SUBTREE)


users = sum(any(entry["uid"]) for entry in entries(PEOPLE, PEOPLE_FILTER, ATTRIBUTES))
tell(users, sum(1 for entry in entries(GROUPS, GROUPS_FILTER, MEMBERS) for _ in entry["member"]))
