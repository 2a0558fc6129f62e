"""bonsai's paged search."""

import bonsai
from about import ATTRIBUTES, DN, GROUPS, GROUPS_FILTER, MEMBERS, PAGE, PASSWORD, PEOPLE, PEOPLE_FILTER, URL, tell

client = bonsai.LDAPClient(URL)
client.set_credentials("SIMPLE", DN, PASSWORD)

with client.connect() as connection:

    def entries(base, wanted, attributes):
        scope = bonsai.LDAPSearchScope.SUBTREE
        return connection.paged_search(base, scope, wanted, attributes, page_size=PAGE)

    users = sum(bool(entry["uid"]) for entry in entries(PEOPLE, PEOPLE_FILTER, ATTRIBUTES))
    tell(users, sum(len(entry["member"]) for entry in entries(GROUPS, GROUPS_FILTER, MEMBERS)))
