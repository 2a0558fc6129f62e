"""What `dirsync doctor` tells of the routes to the facts: their matrix, and the rights that a database asks for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dirsync.cli.options import checked, keep_secrets, told
from dirsync.errors import UsageInvalid

if TYPE_CHECKING:
    from dirsync.cli.options import Options


def print_facts(options: Options, *, offline: bool) -> None:
    """Answer `doctor --facts`; offline nobody is asked, and what is declared is shown."""
    import json

    from dirsync.http import utc_now
    from dirsync.operations.doctor.facts_matrix import facts_matrix, matrix_document, matrix_text

    with told(options):
        settings, policy = checked(options)
        matrix = facts_matrix(None if offline else settings, policy, utc_now)
        shown = json.dumps(matrix_document(matrix), indent=1) if options.as_json else matrix_text(matrix)
        options.console.answer(shown)


def print_rights(options: Options, *, offline: bool) -> None:
    """Answer `doctor --rights`; offline nobody is asked, and only the rights are shown."""
    import json

    from dirsync.http import utc_now
    from dirsync.operations.doctor.rights import rights, rights_document, rights_text
    from dirsync.settings.gather import environment, gather, kinds_named

    with told(options):
        settings, policy = checked(options)
        kinds = kinds_named(gather(options.env_file, environment()))
        rows = rights(settings, policy, kinds, utc_now, is_offline=offline)
        text = rights_text(rows, options.console.width)
        options.console.answer(json.dumps(rights_document(rows), indent=1) if options.as_json else text)


def print_grants(options: Options, product: str) -> None:
    """Answer `doctor --grants`; settings that are not there, or wrong, do not matter."""
    import json

    from dirsync.operations.doctor.grants import Product, account_in, grants_document, grants_script
    from dirsync.settings.gather import environment, gather

    with told(options):
        if product not in set(Product):
            raise UsageInvalid(f"--grants: there is no product '{product}'.", "It must be jira or crowd.")
        gathered = gather(options.env_file, environment())
        keep_secrets(options, gathered)
        account = account_in(Product(product), gathered.values)
        if options.as_json:
            options.console.answer(json.dumps(grants_document(Product(product), account), indent=1))
        else:
            options.console.answer(grants_script(Product(product), account))
