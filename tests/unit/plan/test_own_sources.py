"""A target that is its own source."""

from __future__ import annotations

from dataclasses import replace

from unit.plan.guarding import CROWD, Scene

from dirsync.model.plans import Op
from dirsync.plan.guards.attribution import Attribution


def test_a_target_that_is_its_own_source_is_refused_and_no_other():
    scene = Scene().mapping().plans(Op.CREATE_USER)
    why = "they are one tree"
    told = list(Attribution().judge(replace(scene.context(), own_sources={CROWD: why})))
    assert [(one.guard, one.refused, one.message, one.directory) for one in told] == [
        ("target-not-attributable", True, why, CROWD)
    ]
    assert not list(Attribution().judge(replace(scene.context(), own_sources={"elsewhere": why})))
