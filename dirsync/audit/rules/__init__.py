"""The catalogue of rules: one module per rule, run in this order."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dirsync.audit.rules.admin_group_takes_seats import AdminGroupTakesSeats
from dirsync.audit.rules.agent_signup_enabled import AgentSignupEnabled
from dirsync.audit.rules.agent_without_application_access import AgentWithoutApplicationAccess
from dirsync.audit.rules.aggregation_exposes_customers import AggregationExposesCustomers
from dirsync.audit.rules.application_default_group_misconfigured import ApplicationDefaultGroupMisconfigured
from dirsync.audit.rules.audiences_share_a_directory import AudiencesShareADirectory
from dirsync.audit.rules.audit_incomplete import AuditIncomplete
from dirsync.audit.rules.customer_default_group_grants_application_access import (
    CustomerDefaultGroupGrantsApplicationAccess,
)
from dirsync.audit.rules.customer_default_group_has_jira_users_permission import (
    CustomerDefaultGroupHasJiraUsersPermission,
)
from dirsync.audit.rules.customer_default_group_is_administrative import CustomerDefaultGroupIsAdministrative
from dirsync.audit.rules.customer_group_in_agent_role import CustomerGroupInAgentRole
from dirsync.audit.rules.customer_holds_application_access import CustomerHoldsApplicationAccess
from dirsync.audit.rules.customer_role_group_grants_application_access import CustomerRoleGroupGrantsApplicationAccess
from dirsync.audit.rules.customers_cannot_authenticate import CustomersCannotAuthenticate
from dirsync.audit.rules.customers_directory_above_agents import CustomersDirectoryAboveAgents
from dirsync.audit.rules.declaration_stale import DeclarationStale
from dirsync.audit.rules.directory_order_unknown import DirectoryOrderUnknown
from dirsync.audit.rules.group_fed_by_both_audiences import GroupFedByBothAudiences
from dirsync.audit.rules.inactive_user_still_licensed import InactiveUserStillLicensed
from dirsync.audit.rules.licensed_group_unresolved import LicensedGroupUnresolved
from dirsync.audit.rules.mailing_list_as_customer import MailingListAsCustomer
from dirsync.audit.rules.masked_seat import MaskedSeat
from dirsync.audit.rules.nesting_crosses_directories import NestingCrossesDirectories
from dirsync.audit.rules.new_users_get_application_access import NewUsersGetApplicationAccess
from dirsync.audit.rules.people_outside_every_mapping import PeopleOutsideEveryMapping
from dirsync.audit.rules.portal_permission_by_group import PortalPermissionByGroup
from dirsync.audit.rules.public_signup_blocked_by_access_based_sync import PublicSignupBlockedByAccessBasedSync
from dirsync.audit.rules.public_signup_lacks_add_user import PublicSignupLacksAddUser
from dirsync.audit.rules.public_signup_lands_elsewhere import PublicSignupLandsElsewhere
from dirsync.audit.rules.public_signup_needs_read_write import PublicSignupNeedsReadWrite
from dirsync.audit.rules.public_signup_on_but_unwanted import PublicSignupOnButUnwanted
from dirsync.audit.rules.public_signup_switches_disagree import PublicSignupSwitchesDisagree
from dirsync.audit.rules.same_person_twice import SamePersonTwice
from dirsync.audit.rules.seat_count_disagrees_with_jira import SeatCountDisagreesWithJira
from dirsync.audit.rules.seats_nearly_exhausted import SeatsNearlyExhausted
from dirsync.audit.rules.unregistered_mail_is_dropped import UnregisteredMailIsDropped
from dirsync.audit.rules.username_in_both_audiences import UsernameInBothAudiences
from dirsync.audit.rules.waiver_expired import WaiverExpired
from dirsync.audit.rules.waiver_not_honoured import WaiverNotHonoured
from dirsync.audit.rules.waiver_unused import WaiverUnused

if TYPE_CHECKING:
    from dirsync.audit.rules.interface import Rule

RULES: tuple[Rule, ...] = (
    CustomerDefaultGroupGrantsApplicationAccess(),
    CustomerDefaultGroupHasJiraUsersPermission(),
    CustomerDefaultGroupIsAdministrative(),
    NewUsersGetApplicationAccess(),
    ApplicationDefaultGroupMisconfigured(),
    CustomerHoldsApplicationAccess(),
    PeopleOutsideEveryMapping(),
    SeatCountDisagreesWithJira(),
    SeatsNearlyExhausted(),
    InactiveUserStillLicensed(),
    AdminGroupTakesSeats(),
    LicensedGroupUnresolved(),
    AgentWithoutApplicationAccess(),
    SamePersonTwice(),
    PublicSignupNeedsReadWrite(),
    PublicSignupLacksAddUser(),
    PublicSignupLandsElsewhere(),
    PublicSignupBlockedByAccessBasedSync(),
    PublicSignupSwitchesDisagree(),
    PublicSignupOnButUnwanted(),
    AgentSignupEnabled(),
    UnregisteredMailIsDropped(),
    AudiencesShareADirectory(),
    UsernameInBothAudiences(),
    NestingCrossesDirectories(),
    MaskedSeat(),
    AggregationExposesCustomers(),
    CustomersDirectoryAboveAgents(),
    DirectoryOrderUnknown(),
    GroupFedByBothAudiences(),
    CustomerRoleGroupGrantsApplicationAccess(),
    CustomerGroupInAgentRole(),
    PortalPermissionByGroup(),
    CustomersCannotAuthenticate(),
    MailingListAsCustomer(),
    WaiverNotHonoured(),
    WaiverExpired(),
    WaiverUnused(),
    DeclarationStale(),
    AuditIncomplete(),
)

ASKED_LAST = (AuditIncomplete.id, WaiverNotHonoured.id, WaiverExpired.id, WaiverUnused.id)
"""Rules that look at the answers of the others (`Estate.answers`), in the order in which they are asked.

Waivers are judged after everything they may cover. Where that is undecided, `audit-incomplete` has told it already.
"""
