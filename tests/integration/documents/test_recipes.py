"""docs/recipes: what the commands print, files that the doctor is content with, and OpenLDAP on a real slapd."""

from __future__ import annotations

import re

import pytest
from documented.recipes import ESTATE, FILE, FOLDER, files, page
from servers.slapd import SUFFIX, StartSlapd, people_ldif
from servers.workplace import Workplace

PAGES = sorted(FOLDER.glob("*.md"))
RUNS = [path for path in PAGES if ESTATE.search(path.read_text(encoding="utf-8"))]
SHOWS_FILES = [path for path in PAGES if FILE.search(path.read_text(encoding="utf-8"))]


@pytest.mark.parametrize("path", RUNS, ids=lambda path: path.stem)
def test_the_commands_print_what_stands_there(path):
    assert page(path) == path.read_text(encoding="utf-8"), "run: python tests/documents.py"


def test_most_recipes_show_something_that_is_checked():
    assert len(RUNS) == 4
    assert {path.stem for path in PAGES} - {path.stem for path in (*RUNS, *SHOWS_FILES)} == {"README"}


@pytest.mark.parametrize("path", SHOWS_FILES, ids=lambda path: path.stem)
def test_the_files_are_such_that_the_doctor_finds_no_fault(path, workplace: Workplace):
    for name, text in files(path).items():
        workplace.write(name, text)
    workplace.settings = dict(line.split("=", 1) for line in files(path)["dirsync.env"].splitlines())
    ran = workplace.run("doctor", "--offline")
    assert ran.code == 0, ran.stdout + ran.stderr
    assert ", 0 FAIL" in ran.stdout


@pytest.mark.server
def test_the_openldap_recipe_reads_a_real_slapd_whole(workplace: Workplace, start_slapd: StartSlapd):
    recipe = FOLDER / "openldap.md"
    server = start_slapd(ldif=people_ldif(40))
    for name, text in files(recipe).items():
        workplace.write(name, text)
        assert SUFFIX in text
    workplace.ldap("corp", server)
    ran = workplace.run("audit", "--json")
    [read] = ran.document["directories"]
    assert read["complete"], read
    audiences = {one["mapping"]: one["users"] for one in ran.document["audiences"]}
    assert audiences == {"agents": 4, "customers": 36}


@pytest.mark.server
def test_a_limit_as_the_openldap_recipe_names_it_ends_the_read(workplace: Workplace, start_slapd: StartSlapd):
    server = start_slapd(ldif=people_ldif(40), limits="total", size=10)
    for name, text in files(FOLDER / "openldap.md").items():
        workplace.write(name, text)
    workplace.ldap("corp", server)
    ran = workplace.run("audit")
    assert ran.code == 3
    assert "size.prtotal" in re.sub(r"\s+", " ", ran.stdout)
