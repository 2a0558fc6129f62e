"""An emulator of Crowd and Jira on loopback, for trying mappings and for tests. It stands alone.

It answers at `…/crowd/rest/usermanagement/1`, `…/crowd/rest/admin/1.0`, `…/crowd/rest/appmanagement/1`,
`…/jira/rest/api/2` (or `latest`), `…/jira/rest/servicedeskapi` and `…/jira/rest/servicedesk/1`, and where the seed
wants it as a plug-in at `…/crowd/rest/bootstrapi/1` or `…/crowd/rest/confapi/1`, with the status codes, headers and
bodies described in the project's reference notes on both products; where those notes leave a question open, the module
that had to decide says so. Everything lives in memory and ends with the process. Jira sees Crowd without delay: the
hourly synchronisation of a real Jira is not imitated.

**The seed** is a YAML file in the words of `mappings/estate.yaml`, plus users and groups. Everything not marked
*required* may be left out::

    jira:
      version: "9.12"                          # below 7 there are no application roles
      credentials:                             # who may call; these are the defaults
        {token: sandbox-jira-token, username: dirsync, password: sandbox-jira-password, permissions: [ADMINISTER]}
      permissions: {ADMINISTER: [jira-administrators], SYSTEM_ADMIN: [jira-administrators]}
      applications:                            # licensed ones; another key is answered with 404
        - key: jira-software                   # required
          name: Jira Software
          groups: [jira-users]
          default_groups: [jira-users]
          selected_by_default: false
          seats: 10                            # left out or -1: unlimited
          used: 7                              # left out: counted from the people below
      user_directories:                        # in Jira's order
        - {name: Crowd, type: crowd, crowd_application: dirsync-customers, mode: read-only}
        - name: Jira Internal Directory        # required
          type: internal                       # required: crowd | internal | ldap | delegating
          active: true
          nested_groups: true
          users: [...]                         # as below; not for type crowd
          groups: [...]
      service_projects:                        # with these, or jira-servicedesk licensed, Service Management answers
        - key: HELP                            # required
          name: Help desk
          roles: {Service Desk Customers: {groups: [portal], users: [ada]}}
          open_access: false                   # everybody with an account may raise requests
          customer_role_misconfigured: false
          permission_scheme: Home-made         # left out: the portal's own
          permissions: {BROWSE_PROJECTS: {groups: [portal], roles: [Service Desk Team]}}  # or in place of a scheme
          customers: [ada]                     # whom the project's list of customers names
          organizations: [Acme]
      organizations: [{name: Acme, users: [ada]}]
      permission_schemes:                      # type: group | projectRole | applicationRole | sd.customer.portal.only
        - {name: Home-made, permissions: [{permission: BROWSE_PROJECTS, type: group, parameter: portal}]}
      lowercase_groups: false                  # application roles show their groups in lower case
      captcha_after: 3                         # failed logins of a name; null: never
      rate_limit: {requests: 50, fill_rate: 10, interval_seconds: 1}  # per account; left out: none
      plugins: [bootstrapi, extender]          # left out: none
      public_signup: {global: true, projects: {HELP: true}}  # left out: off
    crowd:
      version: "6.0.2"                         # before 2.3 no events, before 2.7 no keys, before 4.0 no dates
      events:                                  # how far back /event reaches, and how it is written
        {kept: 10000, kept_seconds: 86400, alias_event: false, memberships: changes, spelling: camel,
         operation: element}                   # or memberships: all, spelling: hyphen, operation: attribute
      admin:                                   # who may ask the administrative interfaces, and how they answer
        {username: admin, password: sandbox-crowd-admin, group: crowd-administrators, shape: bare, unserved: [],
         page_size: 50, licensing: false, plugin: none}  # shape: bare | wrapped; plugin: none | bootstrapi | confapi
      directories:
        - name: customers                      # required
          type: internal                       # internal | connector | delegating
          active: true
          synchronised: ""                     # when it was last fetched from where it comes
          cached: true                         # left out: not for delegating; without a cache there are no events
          default_groups: []                   # given at a user's first authentication, once
          allowed_operations: [CREATE_USER]    # left out: all
          groups: [{name: portal, description: "", active: true, groups: [its-child]}, {name: its-child}]
          users:
            - {username: ada, email: ada@example.org, first_name: Ada, last_name: King, display_name: Ada King,
               active: true, password: "…", groups: [portal], attributes: {team: [north]}}
      applications:
        - name: dirsync-customers              # required
          type: GENERIC_APPLICATION            # or CROWD, JIRA, CONFLUENCE, BITBUCKET, BAMBOO
          active: true
          password: sandbox-only               # this one when left out
          remote_addresses: [127.0.0.1]        # left out: everybody who reaches loopback; networks are allowed
          aggregate_memberships: false
          access_based_sync: false             # or users (true says the same), or users-and-groups: others are hidden
          directories:                         # in the application's order
            - directory: customers             # required
              allow_all_to_authenticate: true
              authorised_groups: []
              default_groups: []               # given at every authentication to this application
              allowed_operations: [CREATE_USER]  # left out: all; what is effective is allowed on both levels

What else an estate file holds (`version`, `declared`, `agent_signup`, `mapping` and `directory` of user
directories, `directory_default_groups` and `directory_allowed_operations` of a mapping) may stand here too, so that
an estate file becomes a seed by adding users and groups. A password left out is `sandbox-only`.

Operations are Crowd's names: CREATE_USER, UPDATE_USER, DELETE_USER, CREATE_GROUP, UPDATE_GROUP (memberships
too), DELETE_GROUP, UPDATE_USER_ATTRIBUTE, UPDATE_GROUP_ATTRIBUTE, and the ROLE ones, which gate nothing. A seed
may hold what Crowd's own door would refuse, such as a cycle of groups: a connector directory can show one.
Users of a seed keep their keys from one start to the next.
"""

from __future__ import annotations

from typing import Final

USUAL_PORT: Final = 8095
"""Where it listens when nobody says otherwise; what a demo leaves behind asks there."""
