"""The desired state of one target, formed from all the Mappings that feed it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from dirsync.model.names import fold, nfc

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from collections.abc import Mapping as MappingType

    from dirsync.mapping.checked import Mapping
    from dirsync.model.entries import Group, User
    from dirsync.model.snapshot import Snapshot


@dataclass(frozen=True)
class Feed:
    """One Mapping and the Snapshot it takes its people from."""

    mapping: Mapping
    source: Snapshot

    @cached_property
    def name(self) -> str:
        """The Mapping's name, which is also its selection in the Snapshot."""
        return self.mapping.name

    def users(self) -> Iterator[User]:
        """Yield the people the Mapping takes, by id."""
        return self.source.users(self.name)

    def user(self, source_id: str) -> User | None:
        """Find somebody the Mapping takes."""
        return self.source.user(source_id, self.name)

    @cached_property
    def groups(self) -> MappingType[str, DesiredGroup]:
        """The groups the Mapping wants on its target, by folded name."""
        return {fold(group.name): group for group in desired_groups(self)}

    @property
    def ignores_returning(self) -> bool:
        """Say whether an account that was deactivated stays so when its person is back."""
        destination = self.mapping.content.target
        return destination is not None and destination.returning == "ignore"

    @cached_property
    def has_left_out_groups(self) -> bool:
        """Say whether a group was left out of the read, so that who is in which group is not proven."""
        return any(entry.is_group for entry in self.source.quarantined)


@dataclass(frozen=True)
class DesiredGroup:
    """A group the target should have, and from where its members come."""

    name: str
    description: str
    sources: tuple[Group, ...]
    is_default: bool
    """Everybody of the Mapping belongs to it."""


def desired_attributes(user: User) -> dict[str, str | bool]:
    """Return what the target's account should show, in NFC. What the source leaves empty is not carried over."""
    display = user.display_name or f"{user.first_name} {user.last_name}".strip() or user.username
    wanted = {
        "email": user.email.strip(),
        "first_name": user.first_name.strip(),
        "last_name": user.last_name.strip(),
        "display_name": display.strip(),
    }
    return {name: nfc(value) for name, value in wanted.items() if value} | {"active": user.active}


def carried_name(pattern: str, name: str, group: str) -> str | None:
    """Return what `group` is called on the target under `pattern: name`, or None where the pattern does not fit.

    The n-th `*` of `name` becomes what the n-th `*` of `pattern` matched; the rest compares as names do.
    """
    expression = "(.*)".join(re.escape(nfc(part)) for part in pattern.split("*"))
    matched = re.fullmatch(expression, nfc(group), re.IGNORECASE | re.DOTALL)
    if matched is None:
        return None
    captured = iter(matched.groups())
    return re.sub(r"\*", lambda _: next(captured), name)


def desired_groups(feed: Feed) -> list[DesiredGroup]:
    """Return the groups one Mapping wants on its target, by name; the first pattern that fits a group decides."""
    carried: dict[str, list[Group]] = {}
    names: dict[str, str] = {}
    target = feed.mapping.content.target
    patterns = list(target.groups.items()) if target else []
    for group in feed.source.groups(feed.name):
        name = next((found for pattern, to in patterns if (found := carried_name(pattern, to, group.name))), None)
        if name and fold(name):
            names.setdefault(fold(name), name)
            carried.setdefault(fold(name), []).append(group)
    defaults = {fold(name): name for name in feed.mapping.content.default_groups}
    wanted = []
    for folded in sorted({*carried, *defaults}):
        sources = tuple(carried.get(folded, ()))
        description = next((group.description for group in sources if group.description), "")
        wanted.append(DesiredGroup(names.get(folded) or defaults[folded], description, sources, folded in defaults))
    return wanted


def groups_below(source: Snapshot, group_id: str) -> list[Group]:
    """Return all groups inside a group, at any depth, each once; cycles end."""
    seen = {group_id}
    waiting = [group_id]
    found: list[Group] = []
    while waiting:
        for child in source.child_groups(waiting.pop()):
            if child.id not in seen:
                seen.add(child.id)
                found.append(child)
                waiting.append(child.id)
    return found


def namesakes(feeds: Iterable[Feed]) -> dict[str, set[str]]:
    """Return for each Mapping the folded usernames that several of its people bear."""
    return {feed.name: set(feed.source.namesakes(feed.name)) for feed in feeds}
