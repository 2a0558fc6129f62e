"""Estates that several tests use."""

SEED = """
jira:
  version: "9.12"
  credentials: {permissions: [%(permissions)s]}
  permissions: {ADMINISTER: [jira-administrators], SYSTEM_ADMIN: [jira-administrators]}
  applications:
    - {key: jira-servicedesk, groups: [jsm-agents], default_groups: [], selected_by_default: false, seats: 10}
  user_directories:
    - {name: Crowd Customers, type: crowd, crowd_application: jira-customers, mode: read-only}
  service_projects: [{key: HELP, roles: {Service Desk Customers: {groups: [portal]}}}]
  public_signup: {global: true, projects: {HELP: true}}
crowd:
  admin: {password: administrator-only, plugin: bootstrapi}
  directories:
    - {name: Customers, groups: [{name: portal}], allowed_operations: [CREATE_USER], default_groups: [portal]}
    - {name: Staff, users: [{username: nobody, password: nobody-only}]}
  applications:
    - {name: dirsync-customers, directories: [{directory: Customers}]}
    - name: jira-customers
      type: JIRA
      aggregate_memberships: true
      directories:
        - {directory: Customers, allow_all_to_authenticate: false, authorised_groups: [portal],
           default_groups: [portal], allowed_operations: [CREATE_USER]}
"""
"""Of which every route tells something, for the sandbox to hold."""

ONLY_CUSTOMERS = """
version: 1
jira:
  version: "9.12"
  permissions: {JIRA_USERS: [], ADMINISTER: [jira-administrators], SYSTEM_ADMIN: [jira-administrators]}
  applications: [{key: jira-servicedesk, groups: [agents], default_groups: [agents], selected_by_default: false}]
  user_directories: [{name: C, mapping: customers, type: crowd, mode: read-only, default_groups: []}]
  public_signup: {global: false}
crowd: none
"""
"""estate.yaml that lets a mapping `customers` write into a Crowd that nobody else uses."""
