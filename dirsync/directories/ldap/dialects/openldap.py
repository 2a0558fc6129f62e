"""OpenLDAP's slapd; limits as in slapd-config(5), olcLimits."""

from __future__ import annotations

from dirsync.directories.ldap.dialects.generic import (
    ATTRIBUTES,
    GROUP_ATTRIBUTES,
    GROUP_FILTER,
    USER_FILTER,
    is_unlocked_in_openldap,
)
from dirsync.directories.ldap.dialects.interface import Dialect, Limit, RootDse
from dirsync.directories.ldap.dialects.writing import Writing

ADMIN_LIMIT_EXCEEDED = 11


def _is_openldap(root_dse: RootDse) -> bool:
    return "openldaprootdse" in root_dse.object_classes


OPENLDAP = Dialect(
    name="OpenLDAP",
    recognises=_is_openldap,
    attributes=ATTRIBUTES,
    group_attributes=GROUP_ATTRIBUTES,
    user_filter=USER_FILTER,
    group_filter=GROUP_FILTER,
    activity_attributes=("pwdAccountLockedTime",),
    is_active=is_unlocked_in_openldap,
    expires=None,
    cursor_attribute="contextCSN",
    expects_reference=lambda _: False,
    size_limit=Limit(
        "olcSizeLimit, or olcLimits size.prtotal",
        "Raise olcLimits size.prtotal for this bind DN, in the database that holds the base: "
        'olcLimits: dn.exact="{bind_dn}" size=unlimited size.prtotal=unlimited.',
    ),
    time_limit=Limit(
        "olcTimeLimit, or olcLimits time",
        "Raise olcLimits time for this bind DN, in the database that holds the base: "
        'olcLimits: dn.exact="{bind_dn}" time=unlimited.',
    ),
    remedies={
        ADMIN_LIMIT_EXCEEDED: (
            "Either paging is off (olcLimits size.prtotal=disabled), or the page is larger than olcLimits size.pr "
            'allows: set olcLimits: dn.exact="{bind_dn}" size.pr=unlimited size.prtotal=unlimited in its database, '
            "or ask for smaller pages (PAGE_SIZE)."
        )
    },
    # of the ppolicy overlay; only a server that has loaded it knows the attribute (slapo-ppolicy(5))
    writing=Writing(switch="pwdAccountLockedTime"),
)
