"""Which call answers which method and path; `{}` stands for a key or number, and no method for GET."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dirsync.sandbox.jira import (
    application_calls,
    customer_calls,
    directory_calls,
    permission_calls,
    platform_calls,
    plugin_calls,
    project_calls,
    service_calls,
    session_calls,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from starlette.responses import Response

    from dirsync.sandbox.jira.calls import JiraCall

    Routes = Mapping[str, Callable[[JiraCall], Response]]

PLATFORM: Routes = {
    "serverInfo": platform_calls.server_info,
    "applicationrole": application_calls.application_roles,
    "PUT applicationrole": application_calls.set_application_roles,
    "applicationrole/{}": application_calls.application_role,
    "PUT applicationrole/{}": application_calls.set_application_role,
    "group": platform_calls.group,
    "group/member": platform_calls.group_members,
    "groups/picker": platform_calls.groups_picker,
    "mypermissions": platform_calls.my_permissions,
    "myself": session_calls.myself,
    "permissions": permission_calls.catalogue,
    "permissionscheme": permission_calls.schemes,
    "permissionscheme/{}": permission_calls.scheme,
    "project": project_calls.projects,
    "project/{}": project_calls.project,
    "project/{}/permissionscheme": permission_calls.scheme_of_project,
    "project/{}/role": project_calls.roles,
    "project/{}/role/{}": project_calls.role,
    "role": project_calls.all_roles,
    "role/{}": project_calls.one_role,
    "role/{}/actors": project_calls.default_actors,
    "user": platform_calls.show_user,
    "user/duplicated/count": platform_calls.duplicates_counted,
    "user/duplicated/list": platform_calls.duplicates_listed,
    "user/list": platform_calls.user_list,
    "user/search": platform_calls.user_search,
}
"""Below `/rest/api/2`."""
SERVICE_MANAGEMENT: Routes = {
    "info": service_calls.info,
    "organization": customer_calls.organizations,
    "POST organization": customer_calls.create_organization,
    "organization/{}": customer_calls.organization,
    "DELETE organization/{}": customer_calls.remove_organization,
    "organization/{}/user": customer_calls.users_of_organization,
    "POST organization/{}/user": customer_calls.add_users,
    "DELETE organization/{}/user": customer_calls.remove_users,
    "servicedesk": service_calls.desks,
    "servicedesk/{}": service_calls.desk,
    "servicedesk/{}/customer": customer_calls.customers,
    "servicedesk/{}/organization": customer_calls.organizations_of_desk,
    "POST servicedesk/{}/organization": customer_calls.add_to_desk,
    "DELETE servicedesk/{}/organization": customer_calls.remove_from_desk,
}
"""Below `/rest/servicedeskapi`."""
SERVICE_MANAGEMENT_INSIDE: Routes = {
    "servicedesk/{}/settings/requestsecurity": service_calls.request_security,
}
"""Below `/rest/servicedesk/1`, which is not documented."""
EMBEDDED_CROWD: Routes = {
    "directory": directory_calls.directories,
    "directory/{}": directory_calls.directory,
}
"""Below `/rest/crowd/1`, which is not documented either."""
APPLICATIONS: Routes = {
    "installed/{}": application_calls.installed,
    "installed/{}/license": application_calls.license_of,
}
"""Below `/rest/plugins/applications/1.0`."""
SESSION: Routes = {
    "session": session_calls.session,
    "DELETE session": session_calls.nothing_to_end,
    "DELETE websudo": session_calls.nothing_to_end,
}
"""Below `/rest/auth/1`."""
BOOTSTRAPI: Routes = {
    "permissions/global": plugin_calls.global_permissions,
    "directories": plugin_calls.directories_by_name,
    "licenses": plugin_calls.licenses,
}
"""Below `/rest/bootstrapi/1`, where that app is installed."""
EXTENDER: Routes = {"userDirectories/all": plugin_calls.directories_in_order}
"""Below `/rest/extender/1.0`, likewise."""
