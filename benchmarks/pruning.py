"""All that is measured of pruning:

    python benchmarks/pruning.py quality DATA    # what is left of the embedded model, on real data
    python benchmarks/pruning.py speed           # time, operations and memory
    python benchmarks/pruning.py suites MODEL    # POPE, GQA, MME, TextVQA, by way of lmms-eval

Each has options of its own: `python benchmarks/pruning.py quality --help`.
"""

from __future__ import annotations

import sys

import pruning_quality
import pruning_speed
import pruning_suites

PARTS = {
    "quality": pruning_quality.main,
    "speed": pruning_speed.main,
    "suites": pruning_suites.main,
}


def main() -> None:
    name = sys.argv[1] if len(sys.argv) > 1 else ""
    if name not in PARTS:
        print(__doc__)
        sys.exit(2)
    del sys.argv[1]
    sys.exit(PARTS[name]())


if __name__ == "__main__":
    main()
