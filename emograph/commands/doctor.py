"""`emograph doctor`: what is installed, fetched and reachable, and what to do about the rest."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from emograph.commands.options import LvlmOption, ProfileOption, given

if TYPE_CHECKING:
    from emograph.diagnosis import Finding


def doctor(
    profile: ProfileOption = None,
    lvlm: LvlmOption = None,
) -> None:
    """Look at what the settings need: packages, weights, servers and devices.

    Nothing is fetched or changed. The exit code is 2 where something is missing that is needed.
    """
    from emograph.config import load_settings
    from emograph.diagnosis import diagnose

    settings = load_settings(profile=profile, **given(lvlm=lvlm))
    findings = list(diagnose(settings))
    wide = max(len(finding.what) for finding in findings)
    for finding in findings:
        print(f"{_mark(finding):4} {finding.what:{wide}}  {finding.state}")
        if finding.todo:
            print(f"{'':5}{'':{wide}}  → {finding.todo}")
    if any(finding.needed and not finding.well for finding in findings):
        raise typer.Exit(2)


def _mark(finding: Finding) -> str:
    return "ok" if finding.well else "NO" if finding.needed else "--"
