"""all-MiniLM-L6-v2, the embedded text encoder (Reimers & Gurevych 2019, arXiv 1908.10084)."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from tokenizers import Tokenizer

from emograph.engine.perception.detector import Array

DIMENSIONS = 384
_LONGEST = 128
_BATCH = 64


class MiniLM:
    """Turns texts into unit vectors of 384 numbers; 128 tokens of a text are read."""

    def __init__(self, weights: Path, tokenizer: Path) -> None:
        from safetensors.torch import load_file
        from transformers import BertConfig, BertModel

        config = BertConfig(
            hidden_size=DIMENSIONS,
            num_hidden_layers=6,
            num_attention_heads=12,
            intermediate_size=1536,
        )
        self._model = BertModel(config, add_pooling_layer=False).requires_grad_(False)
        self._model.eval()
        state = {k: v for k, v in load_file(weights).items() if not k.startswith("pooler.")}
        state.pop("embeddings.position_ids", None)
        self._model.load_state_dict(state)
        self._tokenizer = Tokenizer.from_file(str(tokenizer))
        self._tokenizer.enable_truncation(_LONGEST)
        self._tokenizer.enable_padding()

    def encode(self, texts: Sequence[str]) -> Array:
        """Vectors (n, 384) of length 1, in the order of the texts."""
        vectors = np.zeros((len(texts), DIMENSIONS), np.float32)
        # Texts of like length share a batch, so that little of it is padding.
        order = sorted(range(len(texts)), key=lambda i: len(texts[i]))
        for start in range(0, len(order), _BATCH):
            batch = order[start : start + _BATCH]
            tokens = self._tokenizer.encode_batch([texts[i] for i in batch])
            mask = torch.tensor([t.attention_mask for t in tokens])
            with torch.inference_mode():
                hidden = self._model(
                    torch.tensor([t.ids for t in tokens]), attention_mask=mask
                ).last_hidden_state
            mean = (hidden * mask[..., None]).sum(1) / mask.sum(1, keepdim=True)
            vectors[batch] = torch.nn.functional.normalize(mean, dim=-1).numpy()
        return vectors
