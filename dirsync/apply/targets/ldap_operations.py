"""What each Op means in an LDAP tree, whether it is a server or a file of change records."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dirsync.apply.targets.ldap_groups import Groups, Memberships
from dirsync.apply.targets.ldap_people import People
from dirsync.model.plans import Change, Op

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from dirsync.apply.targets.endings import Ending
    from dirsync.directories.ldap.writing.layout import Layout
    from dirsync.directories.ldap.writing.tree import Tree


def operations(tree: Tree, layouts: Mapping[str, Layout]) -> dict[Op, Callable[[Change], Ending]]:
    """Return what carries out each kind of Change. They raise what a `Tree` raises, and `NotTheOne`."""
    people = People(tree, layouts)
    groups = Groups(tree, layouts)
    memberships = Memberships(tree, people, groups)
    return {
        Op.CREATE_USER: people.create_user,
        Op.UPDATE_USER: people.update_user,
        Op.RENAME_USER: people.rename_user,
        Op.DEACTIVATE_USER: people.deactivate_user,
        Op.REACTIVATE_USER: people.reactivate_user,
        Op.REMOVE_USER: people.remove_user,
        Op.CREATE_GROUP: groups.create_group,
        Op.UPDATE_GROUP: groups.update_group,
        Op.RENAME_GROUP: groups.rename_group,
        Op.REMOVE_GROUP: groups.remove_group,
        Op.ADD_MEMBER: memberships.add_member,
        Op.REMOVE_MEMBER: memberships.remove_member,
        Op.ADD_CHILD_GROUP: memberships.add_child_group,
        Op.REMOVE_CHILD_GROUP: memberships.remove_child_group,
    }
