"""Trains the embedded model: its projector and low-rank additions; all else stays as it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import numpy as np
import torch
from accelerate import Accelerator  # type: ignore[import-untyped]
from peft import LoraConfig, inject_adapter_in_model
from torch import Tensor, nn
from torch.nn import functional
from transformers import AutoProcessor, LlavaForConditionalGeneration

from emograph.adapters.models.grid import GRID
from emograph.adapters.models.lvlm.embedded.checkpoint import LANGUAGE
from emograph.adapters.models.lvlm.embedded.trained import TrainedWeights
from emograph.adapters.models.lvlm.embedded.vision import EfficientNetLiteTower
from emograph.adapters.models.lvlm.hardware import hardware
from emograph.adapters.models.lvlm.prompts import Prompts
from emograph.adapters.models.lvlm.training.loop import Report, Trained, fit
from emograph.adapters.models.lvlm.training.packing import Packer, Rows, cross_entropy
from emograph.adapters.models.lvlm.training.pictures import (
    VIEWS,
    Progress,
    encode_pictures,
)
from emograph.adapters.models.progress import no_bars
from emograph.engine.training.lessons import Taught, answer, showings
from emograph.engine.training.logistic import Rows as Features

_TOWER, _PROJECTOR = "model.vision_tower.", "model.multi_modal_projector."
_MODULES = ("q_proj", "k_proj", "v_proj", "o_proj")
_SAMPLE = 100
_BATCH = 64


@dataclass(frozen=True, slots=True)
class Plan:
    """How the embedded model is trained.

    Most steps see `pooled` x `pooled` places of the grid as one token, which costs a fraction; the
    last sixteenth sees them all, as they are seen in use. One picture in `1 / blind` is hidden,
    so that the model knows what is usual.
    """

    steps: int = 960
    batch: int = 16
    pooled: int = 2
    blind: float = 0.06
    rank: int = 16
    rate: float = 6e-4
    projector_rate: float = 1e-3
    seed: int = 0

    @property
    def whole_steps(self) -> int:
        """How many steps see all places, at the end."""
        return max(1, self.steps // 16)


class EmbeddedTraining:
    """The embedded model with what is to be trained, and the pictures that it is trained on.

    `base` is the folder of the untrained model; what takes long is kept in `folder`.
    """

    def __init__(
        self, base: Path, paths: Sequence[Path], folder: Path, plan: Plan, progress: Progress
    ) -> None:
        self._plan, self._folder = plan, folder
        self._accelerator = Accelerator()
        # In float16 small gradients would be lost.
        native = hardware(self._accelerator.device).dtype == torch.bfloat16
        self._dtype = torch.bfloat16 if native else torch.float32
        torch.manual_seed(plan.seed)
        processor = AutoProcessor.from_pretrained(base)
        # Attention over so few tokens is faster written out, above all backwards.
        with no_bars():
            model = LlavaForConditionalGeneration.from_pretrained(
                base, dtype=self._dtype, attn_implementation="eager", use_safetensors=True
            )
        model.requires_grad_(False).to(self._accelerator.device)
        self._model = model
        self._tower = cast(EfficientNetLiteTower, model.model.vision_tower)
        self._tower.eval()  # type: ignore[no-untyped-call]
        prompts = Prompts(processor.tokenizer, processor.chat_template, processor.image_token)
        self._packer = Packer(prompts, model.config.image_token_id)
        self._row_of = {path: row for row, path in enumerate(paths)}
        self._bodies = encode_pictures(
            self._tower, processor.image_processor, paths, folder, progress
        )

    def features(self) -> tuple[Features, ...]:
        """For each view, what a teacher is fitted on: means over places, and spreads, (n, 2640)."""
        views = []
        for view in range(VIEWS):
            parts = []
            for start in range(0, len(self._bodies), _BATCH):
                body = torch.from_numpy(
                    self._bodies[start : start + _BATCH, view].astype(np.float32)
                )
                with torch.inference_mode():
                    grid = self._tower.head(body.to(self._tower.device, self._dtype)).float()
                parts.append(torch.cat([grid.mean(dim=1).cpu(), body.std(dim=1)], dim=1).numpy())
            views.append(np.concatenate(parts))
        return tuple(views)

    def fit(
        self,
        taught: Sequence[Taught],
        report: Report,
        kept: Path | None = None,
    ) -> TrainedWeights:
        """Train on the pictures and return what was learned.

        The state is kept in `kept`; in the folder of all, if not given.
        """
        plan = self._plan
        scale = self._scale([self._row_of[item.path] for item in taught])
        self._tower.scale.copy_(scale)
        projector = self._model.model.multi_modal_projector.float()
        # The picture's tokens begin about as large as words, else they drown them.
        projector.linear_2.weight.mul_(0.3)
        projector.linear_2.bias.zero_()
        language = self._model.model.language_model
        config = LoraConfig(
            r=plan.rank, lora_alpha=2 * plan.rank, target_modules=list(_MODULES), lora_dropout=0.0
        )
        inject_adapter_in_model(config, language)
        additions = {name: p for name, p in language.named_parameters() if "lora_" in name}
        for parameter in additions.values():
            parameter.data = parameter.data.float()
            parameter.requires_grad_(True)
        projector.requires_grad_(True)
        trained = Trained(
            (
                (additions, plan.rate),
                ({f"projector.{n}": p for n, p in projector.named_parameters()},
                 plan.projector_rate),
            )
        )  # fmt: skip
        order = showings(taught, plan.steps, plan.batch, plan.seed)
        fit(
            trained,
            plan.steps,
            lambda step: [self._loss([taught[i] for i in order[step]], step)],
            kept or self._folder,
            self._accelerator,
            report,
        )
        return self._learned(additions, scale)

    def _scale(self, rows: Sequence[int]) -> Tensor:
        """What brings every feature to unit spread over the training pictures."""
        chosen = np.linspace(0, len(rows) - 1, _SAMPLE).astype(int)
        body = torch.from_numpy(self._bodies[sorted(rows[i] for i in chosen), 0].astype(np.float32))
        with torch.inference_mode():
            grid = self._tower.head(body.to(self._tower.device, self._dtype)).float()
        scale: Tensor = 1 / (grid.std(dim=(0, 1)) + 1e-2)
        return scale

    def _loss(self, taught: Sequence[Taught], step: int) -> Tensor:
        plan = self._plan
        rng = np.random.default_rng((plan.seed, step))
        pooled = plan.pooled if step < plan.steps - plan.whole_steps else 1
        branches = [
            [self._packer.branch(answer(lesson, rng)) for lesson in item.lessons(rng)]
            for item in taught
        ]
        shown = [bool(rng.random() >= plan.blind) for _ in taught]
        rows = self._packer.pack(branches, shown, (GRID // pooled) ** 2)
        view = int(rng.integers(VIEWS))
        hidden = self._hidden(rows, self._seen([item.path for item in taught], view, pooled))
        with self._autocast():
            logits = self._model.lm_head(hidden[rows.row, rows.column])
        return cross_entropy(logits, rows)

    def _seen(self, paths: Sequence[Path], view: int, pooled: int) -> Tensor:
        body = np.stack([self._bodies[self._row_of[path], view] for path in paths])
        with torch.no_grad():
            grid: Tensor = self._tower.head(
                torch.from_numpy(body.astype(np.float32)).to(self._tower.device, self._dtype)
            ).float()
        if pooled == 1:
            return grid
        square = grid.transpose(1, 2).unflatten(2, (GRID, GRID))
        return functional.avg_pool2d(square, pooled).flatten(2).transpose(1, 2)

    def _hidden(self, rows: Rows, seen: Tensor) -> Tensor:
        model = self._model.model
        device = self._accelerator.device
        with self._autocast():
            tokens = model.multi_modal_projector(seen)
            embedded = model.language_model.embed_tokens(rows.tokens.to(device)).to(self._dtype)
            start = self._packer.start
            pictured = rows.pictured.to(device).nonzero()[:, 0]
            columns = torch.arange(start, start + tokens.shape[1], device=device)
            embedded = embedded.index_put(
                (pictured[:, None], columns[None]), tokens[pictured].to(self._dtype)
            )
            mask = torch.zeros(rows.seen.shape, dtype=self._dtype)
            mask.masked_fill_(~rows.seen, torch.finfo(self._dtype).min)
            hidden: Tensor = model.language_model(
                inputs_embeds=embedded,
                attention_mask=mask[:, None].to(device),
                position_ids=rows.positions.to(device),
                use_cache=False,
            ).last_hidden_state
        return hidden

    def _autocast(self) -> torch.autocast:
        enabled = self._dtype == torch.bfloat16
        return torch.autocast(self._accelerator.device.type, torch.bfloat16, enabled=enabled)

    def _learned(self, additions: dict[str, nn.Parameter], scale: Tensor) -> TrainedWeights:
        pairs: dict[str, tuple[Tensor, Tensor]] = {}
        for name, a in additions.items():
            if ".lora_A." in name:
                module = name.split(".lora_A.")[0]
                b = additions[name.replace(".lora_A.", ".lora_B.")]
                pairs[f"{LANGUAGE}{module}.weight"] = (a.detach().cpu(), b.detach().cpu())
        projector = self._model.model.multi_modal_projector.state_dict()
        tensors = {f"{_PROJECTOR}{name}": value.cpu() for name, value in projector.items()}
        return TrainedWeights(tensors | {f"{_TOWER}scale": scale.cpu()}, pairs, 2.0)
