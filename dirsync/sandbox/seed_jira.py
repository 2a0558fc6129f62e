"""What a seed says about Jira (the format is described in the package's docstring)."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from dirsync.sandbox.seed_words import Name, Names, People, SeedPart, Version


class SeedCredentials(SeedPart):
    """Who may call Jira besides its own people: a technical account that is in none of the directories."""

    token: Annotated[str, Field(min_length=1, repr=False)] = "sandbox-jira-token"
    username: Name = "dirsync"
    password: Annotated[str, Field(min_length=1, repr=False)] = "sandbox-jira-password"
    permissions: Names = ["ADMINISTER"]


class SeedJiraApplication(SeedPart):
    """A licensed Jira application."""

    key: Name
    name: str = ""
    groups: Names = []
    default_groups: Names = []
    selected_by_default: bool = False
    seats: Annotated[int, Field(ge=-1)] | None = None
    used: Annotated[int, Field(ge=0)] | None = None

    @property
    def is_unlimited(self) -> bool:
        """Say whether the licence has no limit."""
        return self.seats is None or self.seats < 0


class SeedJiraDirectory(People):
    """One of Jira's user directories; type `crowd` shows what a Crowd application sees."""

    name: Name
    type: Literal["crowd", "internal", "ldap", "delegating"]
    crowd_application: str = ""
    mode: Literal["read-only", "read-only-local-groups", "read-write"] = "read-write"
    active: bool = True
    nested_groups: bool = True
    default_groups: Names = []
    directory: str = ""
    mapping: str = ""
    """The last three are known so that an estate file reads; no call the sandbox answers shows them."""

    @model_validator(mode="after")
    def people_stand_where_they_live(self) -> SeedJiraDirectory:
        """Refuse a Crowd directory without its application or with people of its own, and the reverse."""
        message = ""
        if self.type == "crowd" and not self.crowd_application:
            message = f"'{self.name}' is of type crowd, so it needs crowd_application"
        elif self.type == "crowd" and (self.users or self.groups):
            message = f"'{self.name}' is of type crowd: its users and groups belong under crowd.directories"
        elif self.type != "crowd" and self.crowd_application:
            message = f"'{self.name}' is of type {self.type}, so crowd_application has no meaning"
        if message:
            raise ValueError(message)
        return self


class SeedRole(SeedPart):
    """Who acts in a role of a project."""

    groups: Names = []
    users: Names = []


class SeedHolders(SeedPart):
    """Who holds a permission of a project."""

    groups: Names = []
    roles: Names = []


class SeedServiceProject(SeedPart):
    """A service project; `roles` are by name."""

    key: Annotated[Name, Field(pattern=r"^[A-Z][A-Z0-9_]+$")]
    name: str = ""
    roles: dict[str, SeedRole] = {}
    open_access: bool = False
    customer_role_misconfigured: bool = False
    permission_scheme: str = ""
    """Left out: the one that Jira Service Management makes, which goes by roles."""
    permissions: dict[str, SeedHolders] = {}
    """In the words of an estate file: what its scheme grants, in place of `permission_scheme`; customers come by the
    portal besides."""
    customers: Names = []
    """Whom `servicedesk/{id}/customer` lists."""
    organizations: Names = []


class SeedPublicSignup(SeedPart):
    """The switches of public sign-up; what is left out is off."""

    global_: Annotated[bool, Field(alias="global")] = False
    projects: dict[str, bool] = {}
    agent_signup: bool = False
    """Known so that an estate file reads; no call the sandbox answers shows it."""


class SeedGrant(SeedPart):
    """A permission and who holds it: `type` group, projectRole, applicationRole, or sd.customer.portal.only."""

    permission: Name
    type: Name
    parameter: str = ""


class SeedPermissionScheme(SeedPart):
    """Who may do what in the projects that use it."""

    name: Name
    permissions: list[SeedGrant] = []


class SeedOrganization(SeedPart):
    """Customers of one organisation."""

    name: Name
    users: Names = []


class SeedRateLimit(SeedPart):
    """How often one account may ask: so many requests at once, and so many more after each interval."""

    requests: Annotated[int, Field(ge=1)]
    fill_rate: Annotated[int, Field(ge=1)] = 1
    interval_seconds: Annotated[int, Field(ge=1)] = 1


JiraPlugin = Literal["bootstrapi", "extender"]


class SeedJira(SeedPart):
    """Jira."""

    version: Version = "9.12"
    credentials: SeedCredentials = SeedCredentials()
    permissions: dict[str, Names] = {}
    applications: list[SeedJiraApplication] = []
    user_directories: list[SeedJiraDirectory] = []
    service_projects: list[SeedServiceProject] = []
    public_signup: SeedPublicSignup = SeedPublicSignup()
    permission_schemes: list[SeedPermissionScheme] = []
    organizations: list[SeedOrganization] = []
    lowercase_groups: bool = False
    """Application roles show their groups in lower case, as versions that store them so do."""
    captcha_after: Annotated[int, Field(ge=1)] | None = 3
    """Failed logins of a name until it must solve a CAPTCHA; null: never."""
    rate_limit: SeedRateLimit | None = None
    plugins: list[JiraPlugin] = []
    """Other people's apps that tell more over REST."""
