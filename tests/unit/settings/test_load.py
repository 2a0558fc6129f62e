"""Settings from the environment, an env file and secret files; and every mistake in them, without their secrets."""

from __future__ import annotations

from pathlib import Path

import pytest

from dirsync.errors import ConfigurationInvalid, ExitCode
from dirsync.settings import gather as gathering
from dirsync.settings.gather import gather, kinds_named, secret_values
from dirsync.settings.load import load_settings
from dirsync.settings.models import CrowdSettings, LdapSettings, LdifSettings, Settings

CANARY = "c4n4ry-s3cr3t"
DATABASE = f"postgresql+psycopg://dirsync:{CANARY}@db.example.org/jira"
NO_JIRA_URL = "DIRSYNC_JIRA__URL: is missing (or DIRSYNC_JIRA__DATABASE_URL, to ask nothing but its database)"
JIRA = {"DIRSYNC_JIRA__URL": "https://jira.example.org"}
CROWD = {
    "DIRSYNC_DIRECTORIES__A__KIND": "crowd",
    "DIRSYNC_DIRECTORIES__A__URL": "https://crowd.example.org/crowd",
    "DIRSYNC_DIRECTORIES__A__APPLICATION": "dirsync",
    "DIRSYNC_DIRECTORIES__A__PASSWORD": CANARY,
}
LDAP = {
    "DIRSYNC_DIRECTORIES__A__KIND": "ldap",
    "DIRSYNC_DIRECTORIES__A__URL": "ldaps://ldap.example.org",
    "DIRSYNC_DIRECTORIES__A__BIND_DN": "cn=dirsync,dc=example,dc=org",
    "DIRSYNC_DIRECTORIES__A__PASSWORD": CANARY,
}
LDIF = {"DIRSYNC_DIRECTORIES__A__KIND": "ldif", "DIRSYNC_DIRECTORIES__A__PATH": "/srv/hr.ldif"}


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Work where no dirsync.env is, and with a /run/secrets of our own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(gathering, "RUN_SECRETS", tmp_path / "run-secrets")


def mistakes(environment: dict[str, str], env_file: Path | None = None) -> list[str]:
    with pytest.raises(ConfigurationInvalid) as caught:
        load_settings(env_file, environment)
    assert caught.value.exit_code is ExitCode.INVALID
    assert CANARY not in str(caught.value)
    assert CANARY not in repr(caught.value)
    return [str(mistake) for mistake in caught.value.mistakes]


def written(content: str | bytes, name: str = "my.env") -> Path:
    path = Path(name)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def test_the_contract_s_settings_are_read():
    settings = load_settings(None, {**CROWD, **JIRA, "DIRSYNC_JIRA__TOKEN": CANARY, "DIRSYNC_READ_ONLY": "TRUE"})
    crowd = settings.directories["a"]
    assert isinstance(crowd, CrowdSettings)
    assert crowd.password.get_secret_value() == CANARY
    assert settings.jira
    assert settings.jira.token
    assert settings.jira.token.get_secret_value() == CANARY
    assert settings.read_only


@pytest.mark.parametrize("product", ["jira", "crowd_admin"])
def test_a_product_may_be_asked_in_its_database_only(product: str):
    found = getattr(load_settings(None, {f"DIRSYNC_{product.upper()}__DATABASE_URL": DATABASE}), product)
    assert found.url is None
    assert found.database_url.get_secret_value() == DATABASE
    assert CANARY not in repr(found)


def test_the_database_s_address_may_stand_in_a_file_which_if_unreadable_is_told_once():
    written(f"{DATABASE}\n", "secret")
    jira = load_settings(None, {"DIRSYNC_JIRA__DATABASE_URL_FILE": "secret"}).jira
    assert jira
    assert jira.database_url
    assert jira.database_url.get_secret_value() == DATABASE
    [told] = mistakes({"DIRSYNC_JIRA__DATABASE_URL_FILE": "elsewhere"})
    assert told.startswith("DIRSYNC_JIRA__DATABASE_URL_FILE (environment): the secret file elsewhere can't be read")


def test_crowd_s_administration_has_a_name_and_a_password():
    environment = {
        "DIRSYNC_CROWD_ADMIN__URL": "https://crowd.example.org/crowd",
        "DIRSYNC_CROWD_ADMIN__USERNAME": "admin",
        "DIRSYNC_CROWD_ADMIN__PASSWORD": CANARY,
    }
    found = load_settings(None, environment).crowd_admin
    assert found
    assert found.password
    assert (found.url, found.username) == ("https://crowd.example.org/crowd", "admin")
    assert found.password.get_secret_value() == CANARY


def test_nothing_set_is_nothing_wrong():
    assert load_settings(None, {"PATH": "/bin"}) == Settings()


def test_pydantic_s_own_sources_are_not_asked(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("READ_ONLY", "true")
    monkeypatch.setenv("DIRSYNC_READ_ONLY", "true")
    assert not load_settings(None, {}).read_only


@pytest.mark.parametrize(
    "names",
    [
        ("DIRSYNC_DIRECTORIES__CROWD_CUSTOMERS__KIND", "DIRSYNC_DIRECTORIES__CROWD_CUSTOMERS__PATH"),
        ("DIRSYNC_DIRECTORIES__CROWD-CUSTOMERS__KIND", "DIRSYNC_DIRECTORIES__CROWD_CUSTOMERS__PATH"),
        ("dirsync_directories__crowd-customers__kind", "Dirsync_Directories__Crowd_Customers__Path"),
    ],
)
def test_names_compare_without_case_and_hyphen_equals_underscore(names: tuple[str, str]):
    settings = load_settings(None, dict(zip(names, ("LDIF", " /srv/hr.ldif "), strict=True)))
    assert settings.directories == {"crowd_customers": LdifSettings(kind="ldif", path=Path("/srv/hr.ldif"))}


def test_one_setting_under_two_spellings_is_refused():
    env_file = written(
        "DIRSYNC_DIRECTORIES__A-B__KIND=ldif\nDIRSYNC_DIRECTORIES__A_B__KIND=ldif\nDIRSYNC_DIRECTORIES__A_B__PATH=x\n"
    )
    assert mistakes({}, env_file) == [
        "DIRSYNC_DIRECTORIES__A_B__KIND (my.env:2): is set under another spelling of the same name too; keep one"
    ]


def test_the_env_file_of_the_working_folder_is_found_and_may_be_missing():
    written("DIRSYNC_READ_ONLY=true\n", "dirsync.env")
    assert load_settings(None, {}).read_only
    assert not load_settings(written(""), {}).read_only
    assert mistakes({}, Path("nowhere.env")) == ["--env-file: there is no file nowhere.env"]


def test_the_environment_wins_over_the_env_file_and_that_over_secret_files(tmp_path: Path):
    secrets = tmp_path / "run-secrets"
    secrets.mkdir()
    (secrets / "dirsync_store").write_text("from-secrets\n")
    (secrets / "unrelated").write_text(CANARY)
    credentials = tmp_path / "credentials"
    credentials.mkdir()
    environment = {"CREDENTIALS_DIRECTORY": str(credentials)}

    def store(env_file: Path | None, more: dict[str, str]) -> str:
        found = load_settings(env_file, {**environment, **more}).store
        return found.get_secret_value() if found else ""

    assert store(None, {}) == "from-secrets"
    (credentials / "DIRSYNC_STORE").write_text("from-credentials\r\n")
    assert store(None, {}) == "from-credentials"
    env_file = written("DIRSYNC_STORE=from-env-file\n")
    assert store(env_file, {}) == "from-env-file"
    assert store(env_file, {"DIRSYNC_STORE": "from-environment"}) == "from-environment"


@pytest.mark.parametrize(
    ("line", "value"),
    [
        ("export DIRSYNC_STORE=a", "a"),
        ("DIRSYNC_STORE='a # b'", "a # b"),
        ('DIRSYNC_STORE="a # b"  # a comment', "a # b"),
        ("DIRSYNC_STORE=a#b", "a#b"),
        ("DIRSYNC_STORE=a # b", "a"),
        ("DIRSYNC_STORE=${HOME}$x", "${HOME}$x"),
        ("  DIRSYNC_STORE = a  ", "a"),
        ("DIRSYNC_STORE=a\r", "a"),
        ("\ufeffDIRSYNC_STORE=a", "a"),
    ],
)
def test_lines_of_the_env_file_are_read_as_shells_and_docker_write_them(line: str, value: str):
    store = load_settings(written(f"{line}\n# a comment\n\n"), {}).store
    assert store
    assert store.get_secret_value() == value


def test_a_secret_s_own_blanks_belong_to_it_and_its_last_line_break_does_not():
    written(f" {CANARY} \n", "secret")
    environment = {**JIRA, "DIRSYNC_JIRA__USERNAME": "dirsync", "DIRSYNC_JIRA__PASSWORD_FILE": "secret"}
    jira = load_settings(None, environment).jira
    assert jira
    assert jira.password
    assert jira.password.get_secret_value() == f" {CANARY} "


WRONG = [
    ({"DIRSYNC_REDONLY": "x"}, "DIRSYNC_REDONLY (environment): there is no such setting, did you mean 'READ_ONLY'?"),
    (
        {"DIRSYNC_STORE_FIL": "x"},
        "DIRSYNC_STORE_FIL (environment): there is no such setting, did you mean 'STORE_FILE'?",
    ),
    ({"DIRSYNC_XYZ": "x"}, "DIRSYNC_XYZ (environment): there is no such setting"),
    ({"DIRSYNC_": "x"}, "DIRSYNC_ (environment): there is no such setting"),
    (
        {**JIRA, "DIRSYNC_JIRA__TOKN": CANARY},
        "DIRSYNC_JIRA__TOKN (environment): there is no such setting, did you mean 'TOKEN'?",
    ),
    (
        {**CROWD, "DIRSYNC_DIRECTORIES__A__APPLICATON": CANARY},
        (
            "DIRSYNC_DIRECTORIES__A__APPLICATON (environment): there is no such setting for a directory of kind crowd,"
            " did you mean 'APPLICATION'?"
        ),
    ),
    (
        {**LDIF, "DIRSYNC_DIRECTORIES__A__PASSWORD": CANARY},
        "DIRSYNC_DIRECTORIES__A__PASSWORD (environment): there is no such setting for a directory of kind ldif",
    ),
    (
        {"DIRSYNC_DIRECTORIES__A__URL": CANARY},
        "DIRSYNC_DIRECTORIES__A__KIND: is missing; it must be ldap, crowd, ldif or jira",
    ),
    (
        {"DIRSYNC_DIRECTORIES__A__KIND": "ldaps"},
        "DIRSYNC_DIRECTORIES__A__KIND (environment): must be ldap, crowd, ldif or jira, not 'ldaps'",
    ),
    (
        {"DIRSYNC_DIRECTORIES__A": CANARY},
        "DIRSYNC_DIRECTORIES__A (environment): has a value, but settings below it are expected",
    ),
    (
        {"DIRSYNC_DIRECTORIES": CANARY},
        "DIRSYNC_DIRECTORIES (environment): has a value, but settings below it are expected",
    ),
    ({"DIRSYNC_JIRA": CANARY}, "DIRSYNC_JIRA (environment): has a value, but settings below it are expected"),
    (
        {**LDIF, "DIRSYNC_DIRECTORIES__A": CANARY},
        "DIRSYNC_DIRECTORIES__A (environment): has a value, but other names are below it",
    ),
    (
        {"DIRSYNC_STORE__X": CANARY},
        "DIRSYNC_STORE__X (environment): is below DIRSYNC_STORE, which has a value itself",
    ),
    (
        {"DIRSYNC_STORE": CANARY, "DIRSYNC_STORE__X": CANARY},
        "DIRSYNC_STORE__X (environment): is below a name that has a value itself",
    ),
    (
        {"DIRSYNC_DIRECTORIES__A/B__KIND": "ldif"},
        "DIRSYNC_DIRECTORIES__A/B__KIND (environment): a directory's name is made of letters, digits, '-', '_' and '.'",
    ),
    (
        {"DIRSYNC_DIRECTORIES____KIND": "ldif"},
        "DIRSYNC_DIRECTORIES____KIND (environment): a directory's name is made of letters, digits, '-', '_' and '.'",
    ),
    ({"DIRSYNC_READ_ONLY": "maybe"}, "DIRSYNC_READ_ONLY (environment): must be true or false, not 'maybe'"),
    ({"DIRSYNC_READ_ONLY": ""}, "DIRSYNC_READ_ONLY (environment): is empty; fill it in or leave it out"),
    ({"DIRSYNC_STORE_FILE": ""}, "DIRSYNC_STORE_FILE (environment): is empty; fill it in or leave it out"),
    (
        {**JIRA, "DIRSYNC_JIRA__READ_TIMEOUT": "soon"},
        "DIRSYNC_JIRA__READ_TIMEOUT (environment): must be a number, not 'soon'",
    ),
    (
        {**LDAP, "DIRSYNC_DIRECTORIES__A__PAGE_SIZE": "0"},
        "DIRSYNC_DIRECTORIES__A__PAGE_SIZE (environment): must be 1 or more, not '0'",
    ),
    (
        {**LDAP, "DIRSYNC_DIRECTORIES__A__PAGE_SIZE": "many"},
        "DIRSYNC_DIRECTORIES__A__PAGE_SIZE (environment): must be a whole number, not 'many'",
    ),
    ({"DIRSYNC_JIRA__TOKEN": CANARY}, NO_JIRA_URL),
    ({"DIRSYNC_JIRA__TOKEN": CANARY, "DIRSYNC_JIRA__DATABASE_URL": DATABASE}, NO_JIRA_URL),
    ({"DIRSYNC_JIRA__CA_FILE": "ca.pem"}, NO_JIRA_URL),
    (
        {"DIRSYNC_JIRA__DATABASE_URL": CANARY},
        (
            "DIRSYNC_JIRA__DATABASE_URL (environment): must be a URL of the form"
            " postgresql+psycopg://NAME:PASSWORD@HOST/DATABASE"
        ),
    ),
    (
        {"DIRSYNC_CROWD_ADMIN__URL": "https://crowd.example.org/crowd", "DIRSYNC_CROWD_ADMIN__USERNAME": "admin"},
        (
            "DIRSYNC_CROWD_ADMIN: URL is given, so PASSWORD (or PASSWORD_FILE) must be too:"
            " those of an administrator of Crowd"
        ),
    ),
    (
        {"DIRSYNC_CROWD_ADMIN__URL": "https://crowd.example.org/crowd"},
        (
            "DIRSYNC_CROWD_ADMIN: URL is given, so USERNAME and PASSWORD (or PASSWORD_FILE) must be too:"
            " those of an administrator of Crowd"
        ),
    ),
    (
        {"DIRSYNC_CROWD_ADMIN__USERNAME": "admin", "DIRSYNC_CROWD_ADMIN__PASSWORD": CANARY},
        "DIRSYNC_CROWD_ADMIN__URL: is missing (or DIRSYNC_CROWD_ADMIN__DATABASE_URL, to ask nothing but its database)",
    ),
    (
        {"DIRSYNC_CROWD_ADMIN__DATABASE_URL": DATABASE, "DIRSYNC_CROWD_ADMIN__TOKEN": CANARY},
        "DIRSYNC_CROWD_ADMIN__TOKEN (environment): there is no such setting",
    ),
    (
        {name: value for name, value in CROWD.items() if "PASSWORD" not in name},
        "DIRSYNC_DIRECTORIES__A__PASSWORD: is missing (or DIRSYNC_DIRECTORIES__A__PASSWORD_FILE)",
    ),
    (
        {**CROWD, "DIRSYNC_DIRECTORIES__A__PASSWORD": ""},
        "DIRSYNC_DIRECTORIES__A__PASSWORD (environment): is empty; fill it in or leave it out",
    ),
    (
        {name: value for name, value in LDAP.items() if "PASSWORD" not in name},
        (
            "DIRSYNC_DIRECTORIES__A: BIND_DN is given, so PASSWORD (or PASSWORD_FILE) must be too;"
            " give neither for an anonymous bind"
        ),
    ),
    (
        {name: value for name, value in LDAP.items() if "BIND_DN" not in name},
        "DIRSYNC_DIRECTORIES__A: PASSWORD is given, so BIND_DN must be too; give neither for an anonymous bind",
    ),
    (
        {**LDAP, "DIRSYNC_DIRECTORIES__A__AUTHENTICATION": "kerberos"},
        (
            "DIRSYNC_DIRECTORIES__A__AUTHENTICATION (environment): unknown authentication 'kerberos';"
            " it must be 'simple', 'anonymous', 'external' or 'gssapi'"
        ),
    ),
    (
        {**LDAP, "DIRSYNC_DIRECTORIES__A__AUTHENTICATION": "GSSAPI", "DIRSYNC_DIRECTORIES__A__CLIENT_KEY_FILE": "k"},
        (
            "DIRSYNC_DIRECTORIES__A: AUTHENTICATION=gssapi takes no BIND_DN and PASSWORD; leave it out, or set simple;"
            " CLIENT_KEY_FILE is given, so CLIENT_CERT_FILE must be too"
        ),
    ),
    (
        {**JIRA, "DIRSYNC_JIRA__USERNAME": "dirsync"},
        (
            "DIRSYNC_JIRA: USERNAME is given, so PASSWORD (or PASSWORD_FILE) must be too;"
            " or give TOKEN (or TOKEN_FILE) alone"
        ),
    ),
    (
        {**JIRA, "DIRSYNC_JIRA__PASSWORD": CANARY},
        "DIRSYNC_JIRA: PASSWORD is given, so USERNAME must be too; or give TOKEN (or TOKEN_FILE) alone",
    ),
]


@pytest.mark.parametrize(("environment", "said"), WRONG, ids=[said[:60] for _, said in WRONG])
def test_a_mistake_is_told_under_the_name_the_admin_wrote_and_without_secrets(environment: dict[str, str], said: str):
    assert mistakes(environment) == [said]


@pytest.mark.parametrize(
    ("base", "url", "said"),
    [
        (JIRA, f"https://dirsync:{CANARY}@jira.example.org", "holds a user name or password"),
        (JIRA, f"ftp://{CANARY}", "must be a URL of the form https://host/path"),
        (JIRA, f"{CANARY}", "must be a URL of the form https://host/path"),
        (JIRA, f"https://host:{CANARY}/", "must be a URL of the form https://host/path"),
        (JIRA, "https:///path", "must be a URL of the form https://host/path"),
        (LDAP, f"ldaps://cn=x:{CANARY}@ldap.example.org", "holds a user name or password"),
        (LDAP, f"https://{CANARY}", "is not an LDAP URL; it must be ldaps://HOST[:636], ldap://HOST[:389] or ldapi://"),
        (LDAP, "ldaps://", "names no host; it must be ldaps://HOST[:636]"),
        (LDAP, f"ldaps://host:{CANARY}", "has no valid host and port; it must be ldaps://HOST[:636]"),
        (LDAP, f"ldaps://a, ldap://b:{CANARY} {CANARY}", "address 2 of 3 has no valid host and port"),
        (CROWD, f"ldap://{CANARY}", "must be a URL of the form https://host/path"),
    ],
)
def test_a_wrong_url_is_told_without_repeating_it(base: dict[str, str], url: str, said: str):
    name = next(name for name in base if name.endswith("URL"))
    [told] = mistakes({**base, name: url})
    assert told.startswith(f"{name} (environment): {said}")


@pytest.mark.parametrize("url", ["LDAP://h", "ldapi://%2Frun%2Fslapd.sock", "ldaps://[::1]:636"])
def test_every_form_of_ldap_url_is_taken(url: str):
    ldap = load_settings(None, {**LDAP, "DIRSYNC_DIRECTORIES__A__URL": url}).directories["a"]
    assert isinstance(ldap, LdapSettings)
    assert ldap.url == url


def test_all_mistakes_of_all_places_are_told_at_once(tmp_path: Path):
    (tmp_path / "credentials").mkdir()
    (tmp_path / "credentials" / "DIRSYNC_JIRA__TOKEN2").write_text(CANARY)
    env_file = written("DIRSYNC_JIRA__URLL=x\nFOO=bar\n")
    told = mistakes({"CREDENTIALS_DIRECTORY": str(tmp_path / "credentials"), "DIRSYNC_REDONLY": "x"}, env_file)
    assert told == sorted([
        "DIRSYNC_JIRA__URLL (my.env:1): there is no such setting, did you mean 'URL'?",
        NO_JIRA_URL,
        "my.env:2: 'FOO' means nothing here; every setting starts with DIRSYNC_",
        (f"DIRSYNC_JIRA__TOKEN2 ({tmp_path}/credentials/DIRSYNC_JIRA__TOKEN2): there is no such setting,"
        " did you mean 'TOKEN'?"),
        "DIRSYNC_REDONLY (environment): there is no such setting, did you mean 'READ_ONLY'?",
    ])  # fmt: skip


NO_LINE = "this line is not NAME=value; put a value that holds quotes, '#' or line breaks in quotes"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("DIRSYNC_READ ONLY=true\n", [f"my.env:1: {NO_LINE}"]),
        ("\n\n# a comment\nDIRSYNC_READ_ONLY\n", [f"my.env:4: {NO_LINE}"]),
        (f"DIRSYNC_STORE=a\n{CANARY}\n", [f"my.env:2: {NO_LINE}"]),
        (f'DIRSYNC_STORE="{CANARY}\n', [f"my.env:1: {NO_LINE}"]),
        (
            "DIRSYNC_READ_ONLY=true\n\ndirsync_read_only=false\n",
            ["my.env:3: DIRSYNC_READ_ONLY stands twice, first at my.env:1; keep one"],
        ),
        ("DIRSYNC_STORE=\xe9".encode("latin-1"), ["my.env: the settings file can't be read: it is not UTF-8"]),
    ],
)
def test_a_line_that_is_no_setting_is_told_with_its_number_and_not_repeated(content: str | bytes, said: list[str]):
    assert mistakes({}, written(content)) == said


def test_an_env_file_that_is_a_folder_is_told(tmp_path: Path):
    assert mistakes({}, tmp_path) == [f"{tmp_path}: the settings file can't be read: Is a directory"]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "can't be read: No such file or directory"),
        (b"", "is empty"),
        (b"\n", "is empty"),
        (b"\xff" + CANARY.encode(), "can't be read: it is not UTF-8"),
    ],
)
def test_a_secret_file_that_gives_nothing_is_one_mistake_that_names_it(
    tmp_path: Path, content: bytes | None, said: str
):
    path = tmp_path / "secret"
    if content is not None:
        path.write_bytes(content)
    environment = {name: value for name, value in CROWD.items() if "PASSWORD" not in name}
    name = "DIRSYNC_DIRECTORIES__A__PASSWORD_FILE"
    assert mistakes({**environment, name: str(path)}) == [f"{name} (environment): the secret file {path} {said}"]


def test_a_secret_given_twice_is_refused():
    written(CANARY, "secret")
    assert mistakes({**JIRA, "DIRSYNC_JIRA__TOKEN": CANARY, "DIRSYNC_JIRA__TOKEN_FILE": "secret"}) == [
        "DIRSYNC_JIRA__TOKEN (environment): is set, and so is DIRSYNC_JIRA__TOKEN_FILE; keep one"
    ]


def test_a_closed_folder_of_secrets_is_told_only_when_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    def refuse(self: Path) -> None:
        raise PermissionError(13, "Permission denied")

    (tmp_path / "run-secrets").mkdir()
    monkeypatch.setattr(Path, "iterdir", refuse)  # root, as which tests may run, may read everything
    assert load_settings(None, {}) == Settings()
    assert mistakes({"CREDENTIALS_DIRECTORY": str(tmp_path)}) == [
        f"{tmp_path}: the folder of secrets can't be read: Permission denied"
    ]


def test_an_unreadable_file_in_the_credentials_folder_is_told(tmp_path: Path):
    folder = tmp_path / "credentials"
    folder.mkdir()
    (folder / "DIRSYNC_STORE").write_bytes(b"\xff")
    path = folder / "DIRSYNC_STORE"
    assert mistakes({"CREDENTIALS_DIRECTORY": str(folder)}) == [
        f"{path}: the secret file {path} can't be read: it is not UTF-8"
    ]


def test_secrets_are_never_shown_by_what_holds_them():
    environment = {**CROWD, **JIRA, "DIRSYNC_JIRA__TOKEN": CANARY, "DIRSYNC_STORE": f"postgresql://u:{CANARY}@h/d"}
    settings = load_settings(None, environment)
    for shown in (repr(settings), str(settings), settings.model_dump_json(), repr(gather(None, environment))):
        assert CANARY not in shown


def test_the_values_to_be_hidden_are_every_secret_and_the_password_inside_a_database_url():
    gathered = gather(None, {**CROWD, **JIRA, "DIRSYNC_STORE": "postgresql://u:p%40ss@h/d"})
    assert set(secret_values(gathered)) == {CANARY, "postgresql://u:p%40ss@h/d", "p@ss"}
    assert secret_values(gather(None, {"DIRSYNC_STORE": "//[broken"})) == ("//[broken",)


def test_a_store_that_is_a_path_is_no_secret_so_that_messages_can_name_it():
    gathered = gather(None, {**CROWD, "DIRSYNC_STORE": "sqlite:////var/lib/dirsync/dirsync.db"})
    assert set(secret_values(gathered)) == {CANARY}


def test_kinds_are_known_as_far_as_they_are_told_even_where_settings_are_wrong():
    environment = {**CROWD, "DIRSYNC_DIRECTORIES__HR-EXPORT__KIND": " LDIF ", "DIRSYNC_DIRECTORIES__B__URL": "x"}
    assert kinds_named(gather(None, environment)) == {"a": "crowd", "hr_export": "ldif", "b": ""}
