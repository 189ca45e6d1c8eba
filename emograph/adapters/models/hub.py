"""Image-text encoders of a model hub or of a folder, read by transformers: CLIP and SigLIP.

Only weights in safetensors are read, and no code of a model is ever run. Everything is read from
one folder, that of the user or the snapshot of one commit, so an encoder's name says exactly what
it is.
"""

from __future__ import annotations

import hashlib
import re
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image

from emograph.adapters.models.progress import long_work
from emograph.engine.images import Photo
from emograph.engine.perception.detector import Array, Encoding
from emograph.errors import AssetError

KINDS = {"clip": ("clip",), "siglip": ("siglip", "siglip2")}
"""The kinds of encoders, each with the model types of transformers that it reads."""

_FILES = ("*.json", "*.txt", "*.model", "*.safetensors")
# The first revision that has safetensors, where the main one has none.
_REVISIONS = {"openai/clip-vit-base-patch32": "refs/pr/15"}
_BATCH = 16
_MANY_TEXTS = 200


class HubEncoder:
    """Image-text encoder of a kind, such as ``clip``, by the name of its model or its folder.

    `model` is ``owner/name``, ``owner/name@revision`` or a folder; the name is looked up on the
    hub, and what was fetched stays in the hub's own cache. Raises AssetError where that fails.
    """

    name: str

    def __init__(self, kind: str, model: str) -> None:
        folder, self.name = _local(kind, model) if _is_path(model) else _fetched(kind, model)
        self._network, self._tokenizer, self._image_processor = _read(kind, folder, model)
        self._longest = int(self._network.config.text_config.max_position_embeddings)
        self._is_siglip = kind == "siglip"
        self._lock = threading.Lock()

    def encode_images(self, photos: Sequence[Photo]) -> Encoding:
        """The embeddings of the photos, as they are (features) and of length 1 (vectors)."""
        features = self._embed([Image.fromarray(photo.pixels) for photo in photos], self._see)
        return Encoding(features, _unit(features))

    def encode_texts(self, texts: Sequence[str]) -> Array:
        """Vectors of length 1; what a text has beyond the model's longest is not read."""
        # Texts of like length share a batch, so that little of it is padding.
        order = sorted(range(len(texts)), key=lambda i: len(texts[i]))
        many = len(texts) >= _MANY_TEXTS
        with long_work("Reading the graph's vocabulary, once …") if many else nullcontext():
            embedded = self._embed([texts[i] for i in order], self._understand)
        vectors = np.empty_like(embedded)
        vectors[order] = embedded
        return _unit(vectors)

    def _embed(self, items: Sequence[Any], embed: Callable[[list[Any]], Any]) -> Array:
        batches = [list(items[start : start + _BATCH]) for start in range(0, len(items), _BATCH)]
        with torch.inference_mode(), self._lock:
            parts = [_tensor(embed(batch)).numpy() for batch in batches]
        if parts:
            return np.concatenate(parts)
        config = self._network.config
        # SigLIP has no projection: its towers end in the shared space.
        width = config.vision_config.hidden_size if self._is_siglip else config.projection_dim
        return np.zeros((0, width), np.float32)

    def _see(self, images: list[Image.Image]) -> Any:
        # Told which axis holds the colours, it need not guess: a picture may be 3 pixels high.
        inputs = self._image_processor(
            images=images, input_data_format="channels_last", return_tensors="pt"
        )
        return self._network.get_image_features(**inputs)

    def _understand(self, texts: list[str]) -> Any:
        if self._is_siglip:
            # As it was trained: lower case, padded on the right to full length, padding not masked.
            tokens = self._tokenizer(
                [text.lower() for text in texts],
                padding="max_length",
                padding_side="right",
                truncation=True,
                max_length=self._longest,
                return_tensors="pt",
            )
            return self._network.get_text_features(input_ids=tokens["input_ids"])
        tokens = self._tokenizer(
            texts, padding=True, truncation=True, max_length=self._longest, return_tensors="pt"
        )
        return self._network.get_text_features(
            input_ids=tokens["input_ids"], attention_mask=tokens["attention_mask"]
        )


def _is_path(model: str) -> bool:
    """Whether a folder is meant: it is there, or no model on a hub can be called that."""
    return Path(model).expanduser().is_dir() or not re.fullmatch(
        r"[\w-][\w.-]*/[\w.-]+(@[\w./-]+)?", model
    )


def _local(kind: str, model: str) -> tuple[Path, str]:
    folder = Path(model).expanduser()
    if not folder.is_dir():
        raise AssetError(
            f"There is no folder {model} with a {kind} model.",
            "Give a folder in which save_pretrained wrote a model, or its name on the hub, "
            "such as owner/name.",
        )
    digest = hashlib.sha256()
    with _told(f"The folder {model} cannot be read", "Correct its permissions."):
        for path in sorted({path for pattern in _FILES for path in folder.glob(pattern)}):
            with path.open("rb") as file:
                digest.update(f"{path.name}\0".encode())
                digest.update(hashlib.file_digest(file, "sha256").digest())
    return folder, f"{kind}:{folder.resolve().name}@{digest.hexdigest()[:16]}"


def _fetched(kind: str, model: str) -> tuple[Path, str]:
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import RepositoryNotFoundError, RevisionNotFoundError

    repository, _, revision = model.partition("@")
    with _told(
        f"The {kind} model {model} cannot be fetched from the hub",
        "Connect to the network once, or name a folder that has the model.",
    ):
        try:
            folder = snapshot_download(
                repository,
                revision=revision or _REVISIONS.get(repository),
                allow_patterns=list(_FILES),
                ignore_patterns=["*/*"],
            )
        except (RepositoryNotFoundError, RevisionNotFoundError) as error:
            raise AssetError(
                f"The hub has no model {model} that may be read.",
                "Check its name and revision; if it is closed, log in with `hf auth login`.",
            ) from error
    return Path(folder), f"{kind}:{repository}@{Path(folder).name}"


def _read(kind: str, folder: Path, model: str) -> tuple[Any, Any, Any]:
    from transformers import AutoConfig, AutoImageProcessor, AutoModel, AutoTokenizer

    pinned: dict[str, Any] = {"local_files_only": True, "trust_remote_code": False}
    with _told(
        f"{model} is no {kind} model that can be read",
        f"Name a {kind} model with its tokenizer, its image processor and safetensors.",
    ):
        config = AutoConfig.from_pretrained(folder, **pinned)
        if config.model_type not in KINDS[kind]:
            others = [other for other, types in KINDS.items() if config.model_type in types]
            raise AssetError(
                f"{model} is a model of type {config.model_type}, not {kind}.",
                f"Write {others[0]}:{model}." if others else f"Name a {kind} model.",
            )
        if not any(folder.glob("*.safetensors")):
            raise AssetError(
                f"{model} has no weights in safetensors, and others are not read.",
                f"Name a revision that has them, such as {kind}:owner/name@refs/pr/1, "
                "or another model.",
            )
        network, loading = AutoModel.from_pretrained(
            folder,
            config=config,
            dtype=torch.float32,
            use_safetensors=True,
            output_loading_info=True,
            **pinned,
        )
        # transformers would fill what is missing with random numbers.
        if missing := sorted(loading["missing_keys"]):
            raise AssetError(
                f"The weights of {model} are incomplete: {missing[0]} is missing.",
                "Fetch or save the model again.",
            )
        tokenizer = AutoTokenizer.from_pretrained(folder, **pinned)
        # The other backend needs torchvision.
        processor = AutoImageProcessor.from_pretrained(folder, backend="pil", **pinned)
    return network.requires_grad_(False), tokenizer, processor


@contextmanager
def _told(what: str, todo: str) -> Iterator[None]:
    """Turn whatever a library raises over a foreign model into an error that a person can mend."""
    try:
        yield
    except AssetError:
        raise
    except Exception as error:
        reason = str(error).strip().partition("\n")[0] or type(error).__name__
        raise AssetError(f"{what} ({reason[:200].rstrip('. ')}).", todo) from error


def _tensor(output: Any) -> torch.Tensor:
    """The embeddings of a batch; since transformers 5 they come inside an output object."""
    embeddings: torch.Tensor = getattr(output, "pooler_output", output)
    return embeddings


def _unit(vectors: Array) -> Array:
    norms = np.linalg.norm(vectors, axis=-1, keepdims=True)
    unit: Array = (vectors / np.maximum(norms, 1e-12)).astype(np.float32)
    return unit
