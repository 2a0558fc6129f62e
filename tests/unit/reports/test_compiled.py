"""Compiled templates are kept where nobody else may write, and a report never depends on them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from jinja2 import Environment, environment
from unit.reports.runs import audited

from dirsync.reports import html
from dirsync.reports.compiled import compiled_templates
from dirsync.reports.document import document


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    html._environment.cache_clear()
    yield tmp_path / "dirsync" / "templates"
    html._environment.cache_clear()


def rendered(monkeypatch: pytest.MonkeyPatch) -> tuple[bytes, int]:
    """Render a report as a new process would; return it and how many templates were compiled for it."""
    compiled = []

    def counting(self: Environment, *about: object, **more: object) -> str:
        compiled.append(about)
        return plain(self, *about, **more)

    plain = environment.Environment._generate
    html._environment.cache_clear()
    with monkeypatch.context() as patched:
        patched.setattr(environment.Environment, "_generate", counting)
        return html.HtmlReport().render(document(audited())), len(compiled)


def test_the_second_report_compiles_nothing_and_is_the_same(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first, compiled = rendered(monkeypatch)
    assert compiled >= 2
    assert len(list(cache.iterdir())) == compiled
    assert cache.stat().st_mode & 0o777 == 0o700
    assert rendered(monkeypatch) == (first, 0)


def test_a_damaged_file_is_no_harm(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first, compiled = rendered(monkeypatch)
    for number, kept in enumerate(sorted(cache.iterdir())):
        kept.write_bytes((b"", kept.read_bytes()[:30], kept.read_bytes()[:-9], b"\0" * 100)[number % 4])
    assert rendered(monkeypatch) == (first, compiled)
    assert rendered(monkeypatch) == (first, 0)


def test_what_others_may_write_to_is_not_run(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first, compiled = rendered(monkeypatch)
    for mode in (0o770, 0o707):
        cache.chmod(mode)
        assert compiled_templates() is None
        assert rendered(monkeypatch) == (first, compiled)
    cache.chmod(0o755)
    assert compiled_templates() is not None


def test_a_folder_of_somebody_else_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    assert compiled_templates() is not None
    monkeypatch.setattr("os.getuid", lambda: 12345)
    assert compiled_templates() is None


def test_a_link_is_not_followed(cache: Path) -> None:
    (cache.parent.parent / "elsewhere").mkdir()
    cache.parent.mkdir()
    cache.symlink_to(cache.parent.parent / "elsewhere")
    assert compiled_templates() is None


def test_where_no_folder_can_be_nothing_is_kept(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cache.parent.write_text("a file", encoding="utf-8")
    assert compiled_templates() is None
    assert rendered(monkeypatch)[1] > 0


def test_a_full_disk_costs_no_report(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("tempfile.NamedTemporaryFile", full)
    first, compiled = rendered(monkeypatch)
    assert rendered(monkeypatch) == (first, compiled)
    assert not list(cache.iterdir())
