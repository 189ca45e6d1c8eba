"""The figure: photo, emotions and contributions, and no window."""

from __future__ import annotations

import subprocess
import sys
from io import BytesIO

import numpy as np
import pytest
from matplotlib.patches import Rectangle

from emograph.engine.explanation.plot import plot
from tests.engine.explanation.test_schema_samples import SAMPLES, cue, document

PIXELS = np.full((30, 40, 3), 128, np.uint8)


@pytest.mark.parametrize("name", sorted(SAMPLES.keys() - {"unicode"}))
def test_every_sample_can_be_drawn(name: str) -> None:
    for pixels in (PIXELS, None):
        buffer = BytesIO()
        plot(SAMPLES[name], pixels).savefig(buffer, format="png", dpi=40)
        assert buffer.getvalue().startswith(b"\x89PNG")


def test_a_dollar_in_a_label_starts_no_formula() -> None:
    plot(document([cue(r"$\frac$ for 5 $", (1, 1, 9, 9))]), PIXELS).savefig(BytesIO(), dpi=40)


def test_regions_keep_their_place_on_a_smaller_photo() -> None:
    photo = plot(document([cue("cat", (40, 30, 200, 150))]), PIXELS).axes[0]
    boxes = {p.get_bbox().bounds for p in photo.patches if isinstance(p, Rectangle)}
    assert boxes == {(40, 30, 200, 150)}
    assert photo.get_xlim() == (0, 400)
    assert photo.get_ylim() == (300, 0)


def test_at_most_eight_emotions_are_drawn_the_strongest_on_top() -> None:
    emotions = plot(SAMPLES["24 labels"]).axes[0]
    labels = [label.get_text() for label in emotions.get_yticklabels()]
    assert len(labels) == 8
    assert labels[0] == "serenity"


def test_drawing_leaves_the_global_state_of_pyplot_alone() -> None:
    code = "import sys, emograph.engine.explanation.plot; sys.exit('matplotlib' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)
    plot(SAMPLES["usual"])
    assert (
        "matplotlib.pyplot" not in sys.modules or not sys.modules["matplotlib.pyplot"].get_fignums()
    )
