"""Names in a seed that are used twice or refer to nothing: directories, groups, applications, service projects."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dirsync.mapping.document import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dirsync.mapping.document import Path
    from dirsync.sandbox.seed import Seed
    from dirsync.sandbox.seed_jira import SeedJira
    from dirsync.sandbox.seed_words import People, SeedGroup, SeedUser


def wrong_references(seed: Seed) -> Iterator[tuple[Path, str]]:
    """Yield the path and the description of every name that is used twice or refers to nothing."""
    directories = [directory.name for directory in seed.crowd.directories]
    applications = [application.name for application in seed.crowd.applications]
    yield from _twice(directories, ("crowd", "directories"), "name")
    yield from _twice(applications, ("crowd", "applications"), "name")
    yield from _twice([each.key for each in seed.jira.applications], ("jira", "applications"), "key")
    yield from _twice([each.name for each in seed.jira.user_directories], ("jira", "user_directories"), "name")
    projects = [each.key for each in seed.jira.service_projects]
    yield from _twice(projects, ("jira", "service_projects"), "key")
    # An estate file may speak of sign-up without describing the projects.
    for key in seed.jira.public_signup.projects if projects else ():
        yield from _unknown(key, projects, ("jira", "public_signup", "projects", key), "service project")
    yield from _wrong_desks(seed.jira)
    for place, directory in enumerate(seed.crowd.directories):
        yield from _wrong_people(directory, ("crowd", "directories", place))
    for place, application in enumerate(seed.crowd.applications):
        path: Path = ("crowd", "applications", place, "directories")
        mapped = [mapping.directory for mapping in application.directories]
        yield from _twice(mapped, path, "directory")
        for index, mapping in enumerate(application.directories):
            yield from _unknown(mapping.directory, directories, (*path, index, "directory"), "directory")
    for place, user_directory in enumerate(seed.jira.user_directories):
        path = ("jira", "user_directories", place)
        yield from _wrong_people(user_directory, path)
        if user_directory.type == "crowd":
            wanted = user_directory.crowd_application
            yield from _unknown(wanted, applications, (*path, "crowd_application"), "Crowd application")


def _wrong_desks(jira: SeedJira) -> Iterator[tuple[Path, str]]:
    schemes, organizations = [each.name for each in jira.permission_schemes], [each.name for each in jira.organizations]
    yield from _twice(schemes, ("jira", "permission_schemes"), "name")
    yield from _twice(organizations, ("jira", "organizations"), "name")
    for place, project in enumerate(jira.service_projects):
        path: Path = ("jira", "service_projects", place)
        if project.permission_scheme:
            yield from _unknown(
                project.permission_scheme, schemes, (*path, "permission_scheme"), "permission scheme", exactly=True
            )
        for index, name in enumerate(project.organizations):
            yield from _unknown(name, organizations, (*path, "organizations", index), "organisation")


def _wrong_people(people: People, path: Path) -> Iterator[tuple[Path, str]]:
    groups = [group.name for group in people.groups]
    known = {name.lower() for name in groups}
    yield from _twice(groups, (*path, "groups"), "name")
    yield from _twice([user.username for user in people.users], (*path, "users"), "username")
    holders: tuple[tuple[str, Sequence[SeedUser | SeedGroup]], ...] = (
        ("users", people.users),
        ("groups", people.groups),
    )
    for kind, entries in holders:
        for place, entry in enumerate(entries):
            for index, group in enumerate(entry.groups):
                if group.lower() not in known:
                    yield from _unknown(group, groups, (*path, kind, place, "groups", index), "group")


def _twice(names: Sequence[str], path: Path, key: str) -> Iterator[tuple[Path, str]]:
    seen: set[str] = set()
    for place, name in enumerate(names):
        if name.lower() in seen:
            yield (*path, place, key), f"'{name}' stands twice; upper and lower case make no difference"
        seen.add(name.lower())


def _unknown(
    name: str, known: Sequence[str], path: Path, what: str, *, exactly: bool = False
) -> Iterator[tuple[Path, str]]:
    is_known = name in known if exactly else name.lower() in {each.lower() for each in known}
    if not is_known:
        yield path, f"unknown {what} '{name}'{did_you_mean(name, known) or _choices(known)}"


def _choices(known: Sequence[str]) -> str:
    return f"; there are {', '.join(known[:10])}" if known else "; there is none"
