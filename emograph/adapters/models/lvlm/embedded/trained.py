"""What is trained of the embedded model: the projector, low-rank additions, the features' scale."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor

from emograph.errors import EmographError

_FORMAT = "emograph.lvlm/1"
_T, _A, _B = "tensor:", "a:", "b:"


@dataclass(frozen=True, eq=False)
class TrainedWeights:
    """Tensors by their names in the model, and the low-rank additions (Hu et al. 2021).

    `tensors` replace those of the same name. `additions` hold for the name of a weight (out, in)
    the pair A (r, in) and B (out, r): `scaling` B A is added to it.
    """

    tensors: Mapping[str, Tensor]
    additions: Mapping[str, tuple[Tensor, Tensor]]
    scaling: float

    def save(self, path: Path) -> None:
        """Write the weights in half precision, as safetensors."""
        tensors = {_T + name: t for name, t in self.tensors.items()}
        for name, (a, b) in self.additions.items():
            tensors |= {_A + name: a, _B + name: b}
        halves = {name: t.detach().half().contiguous() for name, t in tensors.items()}
        save_file(halves, path, {"format": _FORMAT, "scaling": repr(self.scaling)})

    @classmethod
    def load(cls, path: Path) -> TrainedWeights:
        """Read the weights, in single precision; raises EmographError where they are none."""
        try:
            with safe_open(path, framework="pt") as file:
                about = file.metadata() or {}
                tensors = {name: file.get_tensor(name).float() for name in file.keys()}  # noqa: SIM118
        except (OSError, SafetensorError) as error:
            raise EmographError(
                f"The weights {path} cannot be read: {error}.",
                "Install emograph again, or train them with `emograph train lvlm`.",
            ) from error
        if about.get("format") != _FORMAT:
            raise EmographError(
                f"{path} does not hold weights of the embedded vision-language model.",
                "Train them with `emograph train lvlm`.",
            )
        return cls(
            {name.removeprefix(_T): t for name, t in tensors.items() if name.startswith(_T)},
            {
                name.removeprefix(_A): (t, tensors[_B + name.removeprefix(_A)])
                for name, t in tensors.items()
                if name.startswith(_A)
            },
            float(about["scaling"]),
        )

    @torch.no_grad()
    def add_to(self, state: Mapping[str, Tensor]) -> None:
        """Put the weights into a model's state, in place."""
        for name, tensor in self.tensors.items():
            state[name].copy_(tensor)
        for name, (a, b) in self.additions.items():
            state[name].add_((self.scaling * (b @ a)).to(state[name].dtype))
