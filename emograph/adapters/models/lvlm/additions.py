"""Low-rank additions to a model, in peft's format: a folder that names the model it belongs to."""

from __future__ import annotations

import hashlib
import json
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from emograph.adapters.models.lvlm.faults import told
from emograph.errors import AssetError

_CONFIG, _WEIGHTS = "adapter_config.json", "adapter_model.safetensors"
_AGAIN = "Train them again with `emograph train lvlm`, or name the model itself."


def base_of(place: str | Path) -> str | None:
    """The model that the additions in a folder belong to; None where the folder holds none.

    Raises AssetError where they cannot be read.
    """
    folder = Path(place).expanduser()
    if not (folder / _CONFIG).is_file():
        return None
    if find_spec("peft") is None:
        raise AssetError(
            f"{folder} holds additions to a model, which need the package peft.",
            'Run `pip install "emograph[train]"`.',
        )
    if not (folder / _WEIGHTS).is_file():
        raise AssetError(f"The additions in {folder} have no {_WEIGHTS}.", _AGAIN)
    with told(f"The {_CONFIG} of {folder} cannot be read", _AGAIN):
        base = json.loads((folder / _CONFIG).read_text("utf-8"))["base_model_name_or_path"]
    if not isinstance(base, str) or not base:
        raise AssetError(f"The {_CONFIG} of {folder} does not name its model.", _AGAIN)
    return base


def add(network: Any, place: str | Path) -> str:
    """Add what a folder holds to a network's weights, in place; gives its version.

    Raises AssetError where the two do not fit.
    """
    from peft import PeftModel

    folder = Path(place).expanduser()
    with told(f"The additions in {folder} do not fit their model", _AGAIN):
        PeftModel.from_pretrained(network, str(folder)).merge_and_unload()
    with (folder / _WEIGHTS).open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()[:8]
