"""What an installation has of what its settings need: what `emograph doctor` prints."""

from __future__ import annotations

import os
import platform
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from emograph.adapters.models.assets import ASSETS, is_intact
from emograph.adapters.stores.folders import holds_store
from emograph.adapters.stores.oxigraph import store_folder
from emograph.config import PROFILES, Settings
from emograph.errors import EmographError
from emograph.version import __version__

_NEEDED = ("torch", "transformers", "accelerate", "gguf", "pyoxigraph", "kglite")
_EXTRAS = {
    "peft": "training vision-language models",
    "bitsandbytes": "weights in 4 bits",
    "flash-attn": "faster attention on NVIDIA GPUs",
}
_ROOM = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that was looked at; `todo` says what to do where it is not `well`."""

    what: str
    well: bool
    state: str
    todo: str = ""
    needed: bool = True


def diagnose(settings: Settings) -> Iterator[Finding]:
    """Look at everything that the settings need; nothing is fetched, and no model is loaded."""
    yield Finding("emograph", True, f"{__version__}, Python {platform.python_version()}")
    yield Finding("profile", True, _profile(settings))
    yield from _packages(settings)
    yield from _devices(settings)
    yield from _weights(settings)
    yield _encoder(settings)
    yield _lvlm(settings)
    yield Finding("student", True, settings.student or "none: no vote of a student is cast")
    yield _store(settings)


def _profile(settings: Settings) -> str:
    return f"{settings.profile}: encoder {settings.encoder}, lvlm {settings.lvlm or 'none'}"


def _packages(settings: Settings) -> Iterator[Finding]:
    for name in _NEEDED:
        found = _version(name)
        yield Finding(name, found is not None, found or "not installed", "" if found else _PIP)
    for name, use in _EXTRAS.items():
        found = _version(name)
        wanted = name == "bitsandbytes" and settings.four_bit
        state = found or f"not installed; for {use}"
        todo = "" if found or not wanted else f"pip install {name}, or unset EMOGRAPH_FOUR_BIT."
        yield Finding(name, found is not None, state, todo, needed=wanted)


_PIP = "pip install emograph"


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def _devices(settings: Settings) -> Iterator[Finding]:
    import torch

    cores = f"{os.cpu_count()} cores, {settings.threads} threads used"
    yield Finding("processor", True, f"{platform.machine()}, {cores}")
    if torch.cuda.is_available():
        for index in range(torch.cuda.device_count()):
            about = torch.cuda.get_device_properties(index)
            memory = f"{about.total_memory / 1e9:.0f} GB"
            yield Finding(f"cuda:{index}", True, f"{about.name}, {memory}", needed=False)
    else:
        yield Finding(
            "GPU",
            False,
            "none that this PyTorch can use",
            "The embedded models need none; large models of a hub do." if _large(settings) else "",
            needed=False,
        )


def _large(settings: Settings) -> bool:
    return settings.lvlm is not None and settings.lvlm != "embedded"


def _weights(settings: Settings) -> Iterator[Finding]:
    try:
        free = shutil.disk_usage(_existing(settings.cache)).free
    except OSError as error:
        yield Finding("cache", False, f"{settings.cache}: {error.strerror}", "Set EMOGRAPH_CACHE.")
        return
    enough = free > _ROOM
    yield Finding(
        "cache",
        enough,
        f"{settings.cache}, {free / 1e9:.0f} GB free",
        "" if enough else "Free some room, or set EMOGRAPH_CACHE to another folder.",
    )
    for asset in ASSETS:
        fetched = is_intact(asset, settings.cache)
        yield Finding(
            asset.name,
            fetched,
            f"{'fetched' if fetched else 'not fetched'}, {asset.size / 1e6:.0f} MB, "
            f"{asset.purpose}",
            "" if fetched else "emograph models fetch",
        )


def _existing(folder: Path) -> Path:
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    return folder


def _encoder(settings: Settings) -> Finding:
    if settings.encoder == "embedded":
        return Finding("encoder", True, "embedded")
    return _of_hub("encoder", settings.encoder)


def _lvlm(settings: Settings) -> Finding:
    if settings.lvlm is None:
        return Finding("lvlm", True, "none: no vote of a vision-language model is cast")
    if settings.lvlm == "embedded":
        return Finding("lvlm", True, "embedded")
    if not settings.lvlm.startswith("openai:"):
        return _of_hub("lvlm", settings.lvlm)
    from emograph.assembly import load_lvlm

    try:
        model = load_lvlm(settings)
    except EmographError as error:
        return Finding("lvlm", False, error.what, error.todo)
    return Finding("lvlm", True, f"{model.name} answers")


def _of_hub(what: str, named: str) -> Finding:
    """Whether a model is a folder, or in the hub's cache; the hub itself is not asked."""
    from huggingface_hub import try_to_load_from_cache
    from huggingface_hub.errors import HFValidationError

    _, _, place = named.partition(":")
    if Path(place).is_dir():
        return Finding(what, True, f"{named}, a folder")
    try:
        kept = isinstance(try_to_load_from_cache(place, "config.json"), str)
    except HFValidationError:
        return Finding(
            what,
            False,
            f"{named}: no folder, and no name on a hub",
            f"Set EMOGRAPH_{what.upper()}, or use a profile: {', '.join(['embedded', *PROFILES])}.",
        )
    if kept:
        return Finding(what, True, f"{named}, fetched from the hub")
    return Finding(
        what,
        False,
        f"{named}, not fetched from the hub yet",
        "The first call fetches it, which needs the hub; or name a folder that holds it.",
    )


def _store(settings: Settings) -> Finding:
    folder = store_folder(settings.store)
    if folder is None:
        return Finding("store", True, "memory: nothing is kept")
    there = holds_store(folder)
    state = settings.store if there else f"{settings.store}, made when something is first kept"
    return Finding("store", True, state)
