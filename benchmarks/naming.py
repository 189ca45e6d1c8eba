"""How often what is drawn by chance is valid: cues named at temperature 1 on real photographs.

    python benchmarks/naming.py FOLDER [COUNT]

FOLDER has images below it. Each answer must name only labels of concepts, none twice, and end.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
from measuring import print_figure, print_machine
from pydantic import ValidationError

import emograph
from emograph.engine.images import open_photo
from emograph.engine.lvlm.model import Sampling
from emograph.engine.lvlm.sight import Item

COUNT = 500


def main() -> None:
    folder, count = Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else COUNT
    files = sorted(path for path in folder.rglob("*") if path.suffix.lower() in (".jpg", ".png"))
    chosen = np.random.default_rng(0).choice(len(files), min(count, len(files)), replace=False)
    engine = emograph.load(lvlm="embedded")
    assert engine.onlooker is not None
    reader, known = engine.onlooker.reader, {c.iri for c in engine.graph.concepts()}
    valid = named = 0
    for seed, at in enumerate(chosen):
        view = engine.onlooker.model.look(open_photo(files[at]))
        try:
            sight = reader.read(view, Sampling(temperature=1.0, seed=seed))
        except ValidationError as error:
            print(files[at], error)
            continue
        lists: list[tuple[Item, ...]] = [
            getattr(sight, naming.kind) for naming in reader.namings if naming.labels
        ]
        labels = [item.label for items in lists for item in items]
        twice = any(len({item.label for item in items}) < len(items) for items in lists)
        concepts = {cue.concept for cue in reader.cues(sight) if cue.detector == "lvlm"}
        valid += not twice and concepts <= known
        named += len(labels)
    print_machine()
    print_figure(f"valid of {len(chosen)} answers at temperature 1", 100 * valid / len(chosen), "%",
                 "= 100")  # fmt: skip
    print_figure("labels named in each", named / len(chosen), "", "none")


if __name__ == "__main__":
    main()
