"""What may stand after an option or a command, for shells that ask; looked up only then."""


def rules_and_exit_codes(incomplete: str) -> list[tuple[str, str]]:
    """Return what `dirsync explain` has a page of, each with its title."""
    from dirsync.audit.pages import title
    from dirsync.audit.rules import RULES
    from dirsync.model.exit_meanings import MEANINGS

    pages = [(rule.id, title(rule)) for rule in RULES] + [(one.name, one.meaning) for one in MEANINGS]
    return _beginning(pages, incomplete)


def formats(incomplete: str) -> list[tuple[str, str]]:
    """Return the names of the report formats."""
    from dirsync.reports import REPORTS

    return _beginning([(name, "") for name in REPORTS], incomplete)


def deployments(incomplete: str) -> list[tuple[str, str]]:
    """Return the kinds of `dirsync deploy`."""
    from dirsync.operations.deploy import KINDS

    return _beginning([(kind, "") for kind in KINDS], incomplete)


def shells(incomplete: str) -> list[tuple[str, str]]:
    """Return the shells of `dirsync completion`."""
    from dirsync.cli.completing import SHELLS

    return _beginning([(shell, "") for shell in SHELLS], incomplete)


def store_actions(incomplete: str) -> list[tuple[str, str]]:
    """Return what `dirsync store` does."""
    from dirsync.cli.storing import ACTIONS

    return _beginning([(action, "") for action in ACTIONS], incomplete)


def products(incomplete: str) -> list[tuple[str, str]]:
    """Return whose databases `dirsync doctor --grants` knows."""
    from dirsync.operations.doctor.grants import Product

    return _beginning([(product.value, "") for product in Product], incomplete)


def levels(incomplete: str) -> list[tuple[str, str]]:
    """Return what `--fail-on` takes."""
    from dirsync.model.findings import Severity

    plain = [(severity.value, "") for severity in Severity]
    return _beginning([*plain, *((f"new:{name}", "") for name, _ in plain)], incomplete)


def _beginning(words: list[tuple[str, str]], incomplete: str) -> list[tuple[str, str]]:
    return [(word, about) for word, about in words if word.startswith(incomplete)]
