"""Organisations of Jira Service Management: whether a mapping that carries them could be carried out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dirsync.directories.jira.organizations_client import OrganizationsClient, who
from dirsync.mapping.organizations import organizations_without_jira
from dirsync.operations.doctor.interface import fail, ok
from dirsync.settings.products import JIRA, product_endpoint

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dirsync.operations.doctor.interface import Remark, Surroundings
    from dirsync.settings.models import JiraSettings


def where_jira_is(given: Surroundings) -> Iterator[Remark]:
    """Name the mappings with organisations where nothing says where Jira is."""
    has_jira = given.settings.jira is not None and bool(given.settings.jira.url)
    if given.policy is None or has_jira:
        return
    for mistake in organizations_without_jira(given.policy.mappings):
        yield fail(mistake.where, f"{mistake.what}.", "Or leave 'organizations' out of the mapping.")


def agent(name: str, settings: JiraSettings, given: Surroundings) -> Iterator[Remark]:
    """Ask whether the account is an agent, who alone sees all organisations; nothing where no mapping has any.

    Raises `RightsMissing` where it is none.
    """
    if settings.url is None or given.policy is None:
        return
    if not any(True for _ in organizations_without_jira(given.policy.mappings)):
        return
    with OrganizationsClient(product_endpoint(JIRA, settings)) as jira:
        jira.require_agent()
        yield ok(name, f"{who(jira.endpoint)} is an agent, and so is shown every organisation.")
