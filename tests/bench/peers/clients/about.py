"""What each client is told, and how it answers: the same for all of them.

A client reads people (the attributes below) and groups with their members, and counts both itself: it ends badly
when it was told how many there are and saw others. So nobody is fast by doing less.
"""

import os

URL = os.environ["PEER_URL"]
DN = os.environ["PEER_DN"]
PASSWORD = os.environ["PEER_PASSWORD"]
BASE = os.environ["PEER_BASE"]
PEOPLE, GROUPS = f"ou=people,{BASE}", f"ou=groups,{BASE}"
PEOPLE_FILTER, GROUPS_FILTER = "(objectClass=inetOrgPerson)", "(objectClass=groupOfNames)"
ATTRIBUTES = ["uid", "cn", "sn", "givenName", "mail", "entryUUID"]
MEMBERS = ["cn", "member"]
PAGE = 1000


def tell(users: int, memberships: int | None) -> None:
    """Print the counts; fail when they are not those that were promised. None: does not read groups."""
    print(f"users={users} memberships={'-' if memberships is None else memberships}")
    promised = os.environ.get("PEER_EXPECTS")
    if promised:
        right = tuple(map(int, promised.split()))
        assert users == right[0], f"{users} users instead of {right[0]}"
        assert memberships in {None, right[1]}, f"{memberships} memberships instead of {right[1]}"
