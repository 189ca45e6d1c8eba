"""How long the embedded vision-language model takes: to load, to vote, to name, to explain."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from explain import megapixel, started
from measuring import median_ms, print_figure, print_machine

import emograph
from emograph.assembly import load_lvlm
from emograph.config import load_settings
from emograph.engine.images import open_photo
from emograph.engine.lvlm.questions import feeling

TIMES = 11


def main() -> None:
    settings = load_settings(lvlm="embedded")
    load_lvlm(settings)  # put together in the cache, once
    start = time.perf_counter()
    model = load_lvlm(settings)
    loading = time.perf_counter() - start
    engine, without = emograph.load(lvlm="embedded"), emograph.load(lvlm=None)
    labels = engine.graph.scheme("mikels").labels
    ballot = feeling(labels)
    reader = engine.onlooker.reader if engine.onlooker else None
    with TemporaryDirectory() as folder:
        path = megapixel(Path(folder))
        photo = open_photo(path)
        engine.explain(path), without.explain(path)
        print_machine()
        print_figure("loading from the cache", loading, "s", "<= 8")

        def vote() -> None:
            model.look(photo).log_likelihoods(ballot.question, ballot.labels)

        def name() -> None:
            if reader is not None:
                reader.read(model.look(photo))

        for what, work, target in (
            ("looking at a photo", lambda: model.look(photo), "none"),
            ("one vote over 8 labels, the look included", vote, "<= 400"),
            ("cues of all kinds, the look included", name, "<= 2500"),
            ("explain() without it", lambda: without.explain(path), "<= 350"),
            ("explain() with it", lambda: engine.explain(path), "none"),
        ):
            print_figure(f"{what}, median of {TIMES}", median_ms(work, TIMES), "ms", target)
        command = (sys.executable, "-m", "emograph.cli", "explain", str(path))
        print_figure("emograph explain, cold start", started(command) / 1000, "s", "none")


if __name__ == "__main__":
    main()
