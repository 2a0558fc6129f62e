"""Whether each Mapping takes somebody, and if not, why not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dirsync.model.explained import Taking
from dirsync.workflow.explain.conditions import left_out
from dirsync.workflow.explain.finding import normal_dn

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from collections.abc import Mapping as MappingType

    from dirsync.directories.sightings import Fit
    from dirsync.mapping.checked import Mapping
    from dirsync.model.snapshot import Snapshot
    from dirsync.workflow.explain.finding import Found


def takings(
    accounts: Sequence[Found], mappings: Sequence[Mapping], snapshots: MappingType[str, Snapshot]
) -> Iterator[Taking]:
    """Yield one answer for each Mapping and each account in its source, or one that says that there is none."""
    for mapping in mappings:
        in_source = [account for account in accounts if account.directory == mapping.source]
        for account in in_source:
            is_taken, why = _taken(account, mapping, snapshots[mapping.source])
            yield _taking(mapping, entry_of(account), is_taken=is_taken, why=why)
        if not in_source:
            snapshot = snapshots[mapping.source]
            if snapshot.completeness.is_complete:
                yield _taking(mapping, "", is_taken=False, why=f"there is no such account in {mapping.source}")
            else:
                yield _taking(mapping, "", is_taken=None, why=_unread(mapping))


def entry_of(account: Found) -> str:
    """Return what an admin finds an account by: its DN as written, else its username."""
    if account.sighting:
        return account.sighting.entry
    if account.quarantined:
        return account.quarantined.entry
    return normal_dn(account.ref) or account.username


def _taking(mapping: Mapping, entry: str, *, is_taken: bool | None, why: str) -> Taking:
    return Taking(
        mapping.name, mapping.content.audience, mapping.source, mapping.target, entry, is_taken=is_taken, why=why
    )


def _taken(account: Found, mapping: Mapping, snapshot: Snapshot) -> tuple[bool | None, str]:
    if account.user and snapshot.user(account.user.id, mapping.name):
        return True, ""
    fit = account.sighting.fits.get(mapping.name) if account.sighting else None
    excepted = mapping.content.source.users.except_mapping
    if fit and not fit.is_below_base:
        bases = " and ".join(mapping.content.source.users.base)
        return False, f"it stands outside the mapping's base ({bases})"
    if fit and fit.matches_filter is False:
        return False, f"the filter does not match it: {fit.filter}"
    why = left_out(account, mapping, snapshot)
    if account.quarantined:
        why = f"it was left out of the read: {account.quarantined.reason}"
    elif not why and account.user and excepted and snapshot.user(account.user.id, excepted):
        why = f"mapping '{excepted}' takes it, and this one takes all but those (except_mapping)"
    if why:
        return False, why
    return _undecided(fit, mapping, snapshot)


def _undecided(fit: Fit | None, mapping: Mapping, snapshot: Snapshot) -> tuple[bool | None, str]:
    if fit and fit.matches_filter is None:
        return None, fit.trouble
    if not snapshot.completeness.is_complete:
        return None, _unread(mapping)
    if fit:
        return None, "base and filter fit, yet the read did not hold it: it may have changed meanwhile; ask again"
    return False, f"it is not among those that the mapping reads from {mapping.source}"


def _unread(mapping: Mapping) -> str:
    return f"{mapping.source} was not read whole"
