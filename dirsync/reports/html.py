"""The document as one HTML file that needs no network, no script and no trust in the names it shows."""

from __future__ import annotations

import base64
import hashlib
import re
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from dirsync.model.visible import visible
from dirsync.reports import page, wording
from dirsync.reports.changes import change_name, change_phrase, is_told_by_name, taken_over
from dirsync.reports.compiled import compiled_templates
from dirsync.reports.grouping import reaches_application, shown_path, subjects_of
from dirsync.reports.seat_words import computed_words, plan_words, risk_words

if TYPE_CHECKING:
    from collections.abc import Mapping

_TEMPLATES = "templates"


class HtmlReport:
    """Everything inlined under a Content-Security-Policy that names the hashes of its own style and script.

    No `style=` attribute and no event handler can run, whatever a directory calls its users.
    """

    name = "html"
    suffix = ".html"

    def render(self, document: Mapping[str, Any]) -> bytes:
        """Return the page in UTF-8."""
        style = f"{_asset('report.css')}\n{_page_margins(document['run']['id'])}"
        script = _asset("report.js")
        html = (
            _environment()
            .get_template("report.html.j2")
            .render(
                **page.page(document),
                style=Markup(style),  # noqa: S704 - the package's own file and an id reduced to safe characters
                script=Markup(script),  # noqa: S704 - the package's own file
                csp=content_security_policy(style, script),
            )
        )
        return html.encode()


def content_security_policy(style: str, script: str) -> str:
    """Return a policy that allows exactly these two inline texts and nothing else (CSP 3, section 2.3.1)."""
    directives = (
        "default-src 'none'",
        f"style-src '{_hash(style)}'",
        f"script-src '{_hash(script)}'",
        "base-uri 'none'",
        "form-action 'none'",
    )
    return "; ".join(directives)


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _asset(name: str) -> str:
    # A browser hashes what the parser hands it, in which every line end is LF.
    return resources.files("dirsync.reports").joinpath(_TEMPLATES, name).read_text("utf-8").replace("\r\n", "\n")


def _page_margins(run_id: str) -> str:
    """Return the style that prints the run's id on every sheet; a string in CSS, so only harmless characters."""
    shown = re.sub(r"[^A-Za-z0-9.:+_-]", "-", run_id)
    return f'@page {{ @bottom-left {{ content: "dirsync run {shown}"; }} }}\n'


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("dirsync.reports", _TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_finalized,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        bytecode_cache=compiled_templates(),
    )
    environment.filters.update(
        number=wording.number,
        counted=wording.counted,
        when=page.when,
        local_time=page.local_time,
        fact_value=page.fact_value,
        paragraphs=page.paragraphs,
        seat_bar=page.seat_bar,
        sentence=wording.sentence,
        subjects=subjects_of,
        change_name=change_name,
        change_phrase=change_phrase,
    )
    environment.tests["told_by_name"] = is_told_by_name
    environment.globals.update(
        duration=page.duration,
        days_left=page.days_left,
        verb=wording.verb,
        taken_over=taken_over,
        at_least=wording.at_least,
        without_name=wording.without_name,
        shown_path=shown_path,
        risk_words=risk_words,
        computed_words=computed_words,
        plan_words=plan_words,
        reaches_application=reaches_application,
    )
    return environment


def _finalized(value: object) -> object:
    """Make acting characters visible in everything the template writes; see `dirsync.model.visible`."""
    return visible(value) if isinstance(value, str) and not isinstance(value, Markup) else value
