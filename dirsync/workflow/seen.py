"""What Jira sees of each Directory: what was read of it, and what Jira itself holds on top."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dirsync.audit.as_jira_sees import SeenByJira, as_jira_sees
from dirsync.store.spool import SqliteSpool

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from dirsync.mapping.policy import Policy
    from dirsync.model.facts import Fact
    from dirsync.model.snapshot import Snapshot


def seen_by_jira(
    snapshots: Mapping[str, Snapshot], facts: Mapping[str, Fact[Any]], policy: Policy, scratch: Path
) -> SeenByJira:
    """Put together what belongs together, in scratch files; the caller closes what was made."""
    return as_jira_sees(
        snapshots, facts, policy.populations(), lambda name: SqliteSpool(name, scratch / f"{name}.seen-by-jira.spool")
    )
