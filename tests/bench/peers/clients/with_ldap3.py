"""ldap3's own way to read page by page."""

import ldap3
from about import ATTRIBUTES, DN, GROUPS, GROUPS_FILTER, MEMBERS, PAGE, PASSWORD, PEOPLE, PEOPLE_FILTER, URL, tell

connection = ldap3.Connection(ldap3.Server(URL), DN, PASSWORD, auto_bind=True)


def entries(base, wanted, attributes):
    found = connection.extend.standard.paged_search(
        base, wanted, attributes=attributes, paged_size=PAGE, generator=True
    )
    return (entry["attributes"] for entry in found if entry["type"] == "searchResEntry")


users = sum(bool(entry["uid"]) for entry in entries(PEOPLE, PEOPLE_FILTER, ATTRIBUTES))
tell(users, sum(len(entry["member"]) for entry in entries(GROUPS, GROUPS_FILTER, MEMBERS)))
