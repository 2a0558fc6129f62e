"""The catalogue of rules: one module per rule, run in this order."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dirsync.audit.rules.aggregation_exposes_customers import AggregationExposesCustomers
from dirsync.audit.rules.audiences_share_a_directory import AudiencesShareADirectory
from dirsync.audit.rules.audit_incomplete import AuditIncomplete
from dirsync.audit.rules.customer_default_group_grants_application_access import (
    CustomerDefaultGroupGrantsApplicationAccess,
)
from dirsync.audit.rules.customer_default_group_has_jira_users_permission import (
    CustomerDefaultGroupHasJiraUsersPermission,
)
from dirsync.audit.rules.customer_holds_application_access import CustomerHoldsApplicationAccess
from dirsync.audit.rules.customers_cannot_authenticate import CustomersCannotAuthenticate
from dirsync.audit.rules.customers_directory_above_agents import CustomersDirectoryAboveAgents
from dirsync.audit.rules.declaration_stale import DeclarationStale
from dirsync.audit.rules.directory_order_unknown import DirectoryOrderUnknown
from dirsync.audit.rules.group_fed_by_both_audiences import GroupFedByBothAudiences
from dirsync.audit.rules.inactive_user_still_licensed import InactiveUserStillLicensed
from dirsync.audit.rules.mailing_list_as_customer import MailingListAsCustomer
from dirsync.audit.rules.masked_seat import MaskedSeat
from dirsync.audit.rules.nesting_crosses_directories import NestingCrossesDirectories
from dirsync.audit.rules.people_outside_every_mapping import PeopleOutsideEveryMapping
from dirsync.audit.rules.public_signup_needs_read_write import PublicSignupNeedsReadWrite
from dirsync.audit.rules.public_signup_on_but_unwanted import PublicSignupOnButUnwanted
from dirsync.audit.rules.seat_count_disagrees_with_jira import SeatCountDisagreesWithJira
from dirsync.audit.rules.seats_nearly_exhausted import SeatsNearlyExhausted
from dirsync.audit.rules.unregistered_mail_is_dropped import UnregisteredMailIsDropped
from dirsync.audit.rules.username_in_both_audiences import UsernameInBothAudiences
from dirsync.audit.rules.waiver_expired import WaiverExpired
from dirsync.audit.rules.waiver_unused import WaiverUnused

if TYPE_CHECKING:
    from dirsync.audit.rules.interface import Rule

RULES: tuple[Rule, ...] = (
    CustomerDefaultGroupGrantsApplicationAccess(),
    CustomerDefaultGroupHasJiraUsersPermission(),
    CustomerHoldsApplicationAccess(),
    PeopleOutsideEveryMapping(),
    SeatCountDisagreesWithJira(),
    SeatsNearlyExhausted(),
    InactiveUserStillLicensed(),
    PublicSignupNeedsReadWrite(),
    PublicSignupOnButUnwanted(),
    UnregisteredMailIsDropped(),
    AudiencesShareADirectory(),
    UsernameInBothAudiences(),
    NestingCrossesDirectories(),
    MaskedSeat(),
    AggregationExposesCustomers(),
    CustomersDirectoryAboveAgents(),
    DirectoryOrderUnknown(),
    GroupFedByBothAudiences(),
    CustomersCannotAuthenticate(),
    MailingListAsCustomer(),
    WaiverExpired(),
    WaiverUnused(),
    DeclarationStale(),
    AuditIncomplete(),
)

ASKED_LAST = (AuditIncomplete.id, WaiverExpired.id, WaiverUnused.id)
"""Rules that look at the answers of the others (`Estate.answers`), in the order in which they are asked.

Waivers are judged after everything they may cover. Where that is undecided, `audit-incomplete` has told it already.
"""
