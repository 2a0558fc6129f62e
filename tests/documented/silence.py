"""Which rules keep silent for want of which fact: found by asking every rule about every example there is of it."""

from __future__ import annotations

import re
from collections import defaultdict
from functools import cache

from unit.audit.examples import EXAMPLES, Example

from dirsync.audit.audit import audit
from dirsync.audit.rules import ASKED_LAST, RULES
from dirsync.model.findings import Verdict

NAME = re.compile(r"\[[^\[\]]*\]")


@cache
def silenced() -> dict[str, tuple[str, ...]]:
    """Return by fact, names in brackets left out, the rules that answered `unknown` because it was not known."""
    found: dict[str, set[str]] = defaultdict(set)
    for path in sorted(EXAMPLES.rglob("*.yaml")):
        estate = Example(path).estate()
        for finding in audit(estate, [rule for rule in RULES if rule.id not in ASKED_LAST]).findings:
            if finding.verdict is Verdict.UNKNOWN:
                for fact in finding.missing:
                    found[NAME.sub("[…]", fact)].add(finding.rule)
    order = [rule.id for rule in RULES]
    return {fact: tuple(sorted(rules, key=order.index)) for fact, rules in sorted(found.items())}
