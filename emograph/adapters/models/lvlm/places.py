"""Where a model's files are: a folder of the user, or a snapshot of one commit on the hub."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path
from typing import Any

from emograph.adapters.models.lvlm.families import FAMILIES, Family
from emograph.adapters.models.lvlm.faults import told
from emograph.errors import AssetError

_FILES = ("*.json", "*.txt", "*.model", "*.jinja", "*.safetensors")
# Checked before loading: what transformers says where one is missing helps nobody.
_NEEDED = {
    "tokenizer": ("tokenizer.json", "tokenizer.model", "vocab.json"),
    "image processor": ("preprocessor_config.json", "processor_config.json"),
    "weights in safetensors": ("*.safetensors",),
}


def find(family: Family, place: str) -> tuple[Path, str]:
    """The folder with a model's files, and its exact name: family, model and version.

    `place` is a folder, or ``owner/name`` or ``owner/name@revision`` on the hub, whose files stay
    in the hub's own cache. Raises AssetError where it is not there, not complete, or of another
    family.
    """
    is_folder = Path(place).expanduser().is_dir() or not re.fullmatch(
        r"[\w-][\w.-]*/[\w.-]+(@[\w./-]+)?", place
    )
    folder, name = _local(place) if is_folder else _fetched(place)
    _check(family, folder, place)
    version = _digest(folder, place) if is_folder else folder.name
    return folder, f"{family.name}:{name}@{version}"


def chat_template(folder: Path, tokenizer: Any) -> str | None:
    """The chat template among a model's files, if there is one."""
    path = folder / "chat_template.jinja"
    if path.is_file():
        return path.read_text(encoding="utf-8")
    # Where older checkpoints keep the one that knows pictures; the tokenizer's may not.
    for name in ("chat_template.json", "processor_config.json"):
        if (folder / name).is_file():
            template = _json(folder / name).get("chat_template")
            if isinstance(template, str):
                return template
    template = tokenizer.chat_template
    return template.get("default") if isinstance(template, dict) else template


def _local(place: str) -> tuple[Path, str]:
    folder = Path(place).expanduser()
    if not folder.is_dir():
        raise AssetError(
            f"There is no folder {place} with a vision-language model.",
            "Give a folder in which save_pretrained wrote a model, or its name on the hub, "
            "such as owner/name.",
        )
    return folder, folder.resolve().name


def _fetched(place: str) -> tuple[Path, str]:
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import RepositoryNotFoundError, RevisionNotFoundError

    repository, _, revision = place.partition("@")
    with told(
        f"The vision-language model {place} cannot be fetched from the hub",
        "Connect to the network once, or name a folder that has the model.",
    ):
        try:
            folder = snapshot_download(
                repository,
                revision=revision or None,
                allow_patterns=list(_FILES),
                # The same weights again, in the format of their maker.
                ignore_patterns=["*/*", "consolidated*"],
            )
        except (RepositoryNotFoundError, RevisionNotFoundError) as error:
            raise AssetError(
                f"The hub has no model {place} that may be read.",
                "Check its name and revision; if it is closed, log in with `hf auth login`.",
            ) from error
    return Path(folder), repository


def _check(family: Family, folder: Path, place: str) -> None:
    """That the files are those of a model of the family, and that none is missing."""
    if not (folder / "config.json").is_file():
        raise AssetError(
            f"{place} has no config.json, so it is no model of transformers.",
            "Give the folder in which save_pretrained wrote the model.",
        )
    with told(f"The config.json of {place} cannot be read", "Fetch or save the model again."):
        config = _json(folder / "config.json")
        kind = config.get("model_type")
        tower = config.get("vision_config", {}).get("model_type")
    if kind == "llava" and tower == "pixtral":
        # They bear the name, but a picture stands in their prompt line by line.
        kind = "pixtral"
    if kind not in family.model_types:
        others = [other.name for other in FAMILIES.values() if kind in other.model_types]
        if kind == "internvl_chat":
            todo = "Take the version of it whose name ends in -hf."
        elif others:
            todo = f"Write {others[0]}:{place}."
        else:
            todo = f"Take a model of one of these families: {', '.join(FAMILIES)}."
        raise AssetError(
            f"{place} is a model of type {kind or 'unknown'}, not {family.name}.", todo
        )
    for what, patterns in _NEEDED.items():
        if not any(any(folder.glob(pattern)) for pattern in patterns):
            raise AssetError(
                f"{place} has no {what} ({' or '.join(patterns)}).",
                "Fetch or save the model again with all its files, or take another model.",
            )
    index = folder / "model.safetensors.index.json"
    if index.is_file():
        with told(f"{index.name} of {place} cannot be read", "Fetch or save the model again."):
            shards = set(_json(index)["weight_map"].values())
        if missing := sorted(shard for shard in shards if not (folder / shard).is_file()):
            raise AssetError(
                f"The file {missing[0]} with weights of {place} is missing.",
                "Fetch or save the model again.",
            )


def _digest(folder: Path, place: str) -> str:
    digest = hashlib.sha256()
    with told(f"The folder {place} cannot be read", "Correct its permissions."):
        for path in sorted({path for pattern in _FILES for path in folder.glob(pattern)}):
            with path.open("rb") as file:
                digest.update(f"{path.name}\0".encode())
                digest.update(hashlib.file_digest(file, "sha256").digest())
    return digest.hexdigest()[:16]


def _json(path: Path) -> dict[str, Any]:
    found = json.loads(path.read_text(encoding="utf-8"))
    if not isinstance(found, dict):
        raise TypeError(f"{path.name} is not an object")
    return found
