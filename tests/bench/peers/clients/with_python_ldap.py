"""python-ldap, page by page as its documentation shows it: the result of each page is looked at by the library."""

import ldap
from about import ATTRIBUTES, DN, GROUPS, GROUPS_FILTER, MEMBERS, PAGE, PASSWORD, PEOPLE, PEOPLE_FILTER, URL, tell
from ldap.controls import SimplePagedResultsControl

connection = ldap.initialize(URL)
connection.simple_bind_s(DN, PASSWORD)


def entries(base, wanted, attributes):
    control = SimplePagedResultsControl(criticality=True, size=PAGE, cookie="")
    while True:
        asked = connection.search_ext(base, ldap.SCOPE_SUBTREE, wanted, attributes, serverctrls=[control])
        _, found, _, controls = connection.result3(asked)
        yield from (attributes for _, attributes in found)
        cookies = [one.cookie for one in controls if one.controlType == control.controlType]
        if not cookies or not cookies[0]:
            return
        control.cookie = cookies[0]


users = sum(bool(entry["uid"]) for entry in entries(PEOPLE, PEOPLE_FILTER, ATTRIBUTES))
tell(users, sum(len(entry["member"]) for entry in entries(GROUPS, GROUPS_FILTER, MEMBERS)))
