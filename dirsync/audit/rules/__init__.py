"""The catalogue of rules: one module per rule, run in this order."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dirsync.audit.rules.audiences_share_a_directory import AudiencesShareADirectory
from dirsync.audit.rules.audit_incomplete import AuditIncomplete
from dirsync.audit.rules.customer_default_group_grants_application_access import (
    CustomerDefaultGroupGrantsApplicationAccess,
)
from dirsync.audit.rules.customer_holds_application_access import CustomerHoldsApplicationAccess
from dirsync.audit.rules.public_signup_needs_read_write import PublicSignupNeedsReadWrite

if TYPE_CHECKING:
    from dirsync.audit.rules.interface import Rule

RULES: tuple[Rule, ...] = (
    CustomerDefaultGroupGrantsApplicationAccess(),
    CustomerHoldsApplicationAccess(),
    PublicSignupNeedsReadWrite(),
    AudiencesShareADirectory(),
    AuditIncomplete(),
)

ASKED_LAST = (AuditIncomplete.id,)
"""Rules that look at the answers of the others (`Estate.answers`), in the order in which they are asked."""
