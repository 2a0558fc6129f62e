"""Which question answers which path; `{}` stands for a key or number. All of them are asked by GET."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dirsync.sandbox.jira import platform_calls, project_calls, service_calls

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from starlette.responses import Response

    from dirsync.sandbox.jira.calls import JiraCall

    Routes = Mapping[str, Callable[[JiraCall], Response]]

PLATFORM: Routes = {
    "serverInfo": platform_calls.server_info,
    "applicationrole": platform_calls.application_roles,
    "applicationrole/{}": platform_calls.application_role,
    "group/member": platform_calls.group_members,
    "groups/picker": platform_calls.groups_picker,
    "mypermissions": platform_calls.my_permissions,
    "project/{}/role": project_calls.roles,
    "project/{}/role/{}": project_calls.role,
    "user": platform_calls.show_user,
    "user/duplicated/count": platform_calls.duplicates_counted,
    "user/duplicated/list": platform_calls.duplicates_listed,
    "user/search": platform_calls.user_search,
}
"""Below `/rest/api/2`."""
SERVICE_MANAGEMENT: Routes = {
    "info": service_calls.info,
    "servicedesk": service_calls.desks,
    "servicedesk/{}": service_calls.desk,
}
"""Below `/rest/servicedeskapi`."""
SERVICE_MANAGEMENT_INSIDE: Routes = {
    "servicedesk/{}/settings/requestsecurity": service_calls.request_security,
}
"""Below `/rest/servicedesk/1`, which is not documented."""
