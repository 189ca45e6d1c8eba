"""`emograph prune`: plans which image tokens a vision-language model drops, and measures it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from emograph.commands.options import LvlmOption, given

app = typer.Typer(
    help="Plan and measure the pruning of a vision-language model's image tokens.",
    no_args_is_help=True,
)

ImagesOption = Annotated[
    Path, typer.Option(exists=True, file_okay=False, help="Folder of photographs.")
]
BudgetOption = Annotated[
    float, typer.Option(help="Share of image tokens to keep, on average over the layers.")
]
CountOption = Annotated[int, typer.Option(min=1, help="How many of the photographs are used.")]


@app.callback()
def options() -> None:
    """Plan and measure the pruning of a vision-language model's image tokens."""


@app.command()
def calibrate(
    images: ImagesOption,
    output: Annotated[Path, typer.Option("--out", dir_okay=False, help="The plan's file.")],
    budget: BudgetOption = 0.22,
    method: Annotated[str, typer.Option(help="btp-w, or btp as it was published.")] = "btp-w",
    lvlm: LvlmOption = None,
    count: CountOption = 64,
    ask: Annotated[
        str, typer.Option(help="What is asked: all questions, or feelings alone.")
    ] = "all",
) -> None:
    """Find which image tokens the model needs least, and write it as a plan.

    Use it with EMOGRAPH_PRUNING=FILE.
    """
    from emograph.config import load_settings
    from emograph.pruning import calibrate_plan

    settings = load_settings(**given(lvlm=lvlm))

    def told(stages: str, nats: float) -> None:
        print(f"{nats:.4f} nats  {stages}", flush=True)

    plan = calibrate_plan(settings, images, budget, method, count, ask, told)
    plan.save(output)
    print(output)


@app.command()
def bench(
    images: ImagesOption,
    budget: BudgetOption = 0.22,
    methods: Annotated[
        str, typer.Option(help="Methods, with commas between them; plan is the setting's.")
    ] = "plan,btp,fastv,divprune,grid",
    lvlm: LvlmOption = None,
    count: CountOption = 8,
) -> None:
    """Measure what methods change and cost: the next token, operations, memory and time."""
    from emograph.config import load_settings
    from emograph.pruning import bench as measured

    settings = load_settings(**given(lvlm=lvlm))
    names = [name.strip() for name in methods.split(",") if name.strip()]
    print(f"{'method':12} {'nats':>7} {'tokens':>7} {'flops':>7} {'cache':>7} {'prefill':>10}")
    for row in measured(settings, images, budget, names, count):
        print(
            f"{row.method:12} {row.nats:7.3f} {row.kept:7.1%} {row.flops:7.1%} {row.cache:7.1%} "
            f"{row.prefill_ms:7.0f} ms",
            flush=True,
        )
