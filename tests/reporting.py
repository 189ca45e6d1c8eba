"""A child to be killed: keeps explanations, and names each on stdout once it is committed.

With ``documents FILE PLACE`` it keeps documents, one a line; any other words are the command line.
"""

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from emograph import cli
from emograph.kg.observations import Observations
from emograph.kg.provenance import explanation_iri

_keep = Observations.keep


def _report(self: Observations, document: Mapping[str, Any]) -> bool:
    new = _keep(self, document)
    print(explanation_iri(document), flush=True)
    return new


def main(words: list[str]) -> None:
    """Do what the words say."""
    Observations.keep = _report  # type: ignore[method-assign]
    if words[0] != "documents":
        cli.main()
        return
    from emograph.keeping import open_observations

    with open_observations(words[2]) as observations:
        for line in Path(words[1]).read_text("utf-8").splitlines():
            document = json.loads(line)
            if explanation_iri(document) not in observations:
                observations.keep(document)


if __name__ == "__main__":
    main(sys.argv[1:])
