"""The settings of emograph, read from arguments, the environment and a TOML file."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from emograph.errors import EmographError

_FILE = "emograph.toml"
# Settings for which None is an answer, not a setting that was not given.
_ABSENT = ("lvlm", "student")

PROFILES: Mapping[str, Mapping[str, str]] = {
    "hub-small": {
        "encoder": "siglip:google/siglip2-base-patch16-224",
        "lvlm": "smolvlm:HuggingFaceTB/SmolVLM-500M-Instruct",
    },
    "hub-large": {
        "encoder": "siglip:google/siglip2-so400m-patch14-384",
        "lvlm": "qwen2.5-vl:Qwen/Qwen2.5-VL-7B-Instruct",
    },
}
"""The profiles whose models come from a hub, and the settings that each of them means."""


def _default_cache() -> Path:
    return Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache") / "emograph"


def _default_store() -> str:
    folder = Path(os.environ.get("XDG_DATA_HOME") or "~/.local/share").expanduser()
    return f"disk:{folder / 'emograph' / 'store'}"


class Settings(BaseSettings):
    """What a person can set; `load_settings` reads it and explains what is wrong.

    Each setting is also an environment variable, such as EMOGRAPH_MAX_PIXELS, and a key of the file
    emograph.toml in the working folder (or of the file that EMOGRAPH_CONFIG names).
    """

    model_config = SettingsConfigDict(
        env_prefix="EMOGRAPH_", env_ignore_empty=True, extra="forbid", frozen=True
    )

    cache: Path = Field(default_factory=_default_cache)
    """Folder where fetched weights are kept."""
    profile: str = Field(default="embedded", min_length=1)
    """Named set of models and the weights trained for them: ``embedded`` or one of `PROFILES`."""
    encoder: str = Field(default="embedded", min_length=1)
    """Image-text space in which images and words are compared; the profile's, if not given."""
    lvlm: str | None = Field(default="embedded", min_length=1)
    """Vision-language model: ``embedded``, ``FAMILY:MODEL``, ``openai:URL`` or ``none``.

    The profile's, if not given.
    """
    lvlm_key: SecretStr | None = None
    """The key that a server of models asks for."""
    lvlm_timeout: float = Field(default=60.0, gt=0)
    """Seconds that such a server may take for an answer."""
    device: str | None = Field(default=None, min_length=1)
    """Where models of a hub run, such as ``cuda:1``; the best there is, if not given."""
    dtype: Literal["float32", "bfloat16", "float16"] | None = None
    """Number format of vision-language models; what suits the device, if not given."""
    attention: Literal["eager", "sdpa", "flash_attention_2"] | None = None
    """How attention is computed in them; what suits the device, if not given."""
    four_bit: bool = False
    """Whether their weights are rounded to 4 bits, to fit into less memory; needs bitsandbytes."""
    pruning: str = Field(default="btp", min_length=1)
    """How image tokens are pruned in them: ``btp`` (the plan that is shipped), ``none``, a plan's
    file, or ``METHOD:BUDGET`` such as ``fastv:0.22``."""
    student: Literal["embedded"] | None = "embedded"
    """Classifier distilled onto the embedded eyes: ``embedded`` or ``none``."""
    scheme: str = Field(default="mikels", min_length=1)
    """Emotion scheme of the answer."""
    # Above the upper bound Pillow refuses by itself, whatever is set here.
    max_pixels: int = Field(default=100_000_000, gt=0, le=178_956_970)
    """Largest image that is opened, in pixels (width times height)."""
    threads: int = Field(default_factory=lambda: os.cpu_count() or 1, ge=1)
    """Threads that the models may use."""
    store: str = Field(default_factory=_default_store, min_length=1)
    """Where packs and observations are kept, ``disk:FOLDER``, or ``memory`` for nowhere.

    A folder that is not there is made when something is first kept; until then the knowledge is
    that of the package.
    """
    packs: tuple[str, ...] = ()
    """Packs to read besides those of the store: a shipped one's name, or a folder."""
    token: SecretStr | None = Field(default=None, min_length=1)
    """What requests to `emograph serve` must bring; without one, it asks for none."""
    neo4j_user: str = Field(default="neo4j", min_length=1)
    """Who signs in to a Neo4j server."""
    neo4j_password: SecretStr | None = None
    """The password there; without one, the server must not ask for any."""

    @model_validator(mode="before")
    @classmethod
    def _complete(cls, given: dict[str, Any]) -> dict[str, Any]:
        """What is not given is as the profile has it."""
        return {**PROFILES.get(str(given.get("profile")), {}), **given}

    @field_validator("lvlm", "student", mode="before")
    @classmethod
    def _can_be_none(cls, value: object) -> object:
        return None if value == "none" else value

    @field_validator("cache")
    @classmethod
    def _expand_home(cls, value: Path) -> Path:
        return value.expanduser()

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Arguments come before the environment, the environment before the file."""
        return (
            init_settings,
            env_settings,
            TomlConfigSettingsSource(settings_cls, toml_file=_settings_file()),
        )


def load_settings(**given: Any) -> Settings:
    """Read the settings; arguments that are not None win over environment and file.

    `lvlm` and `student` may be None, for none of them.

    Raises EmographError where a value is wrong, a name unknown or the file unreadable.

    >>> load_settings(scheme="ekman", profile=None).scheme
    'ekman'
    """
    try:
        kept = {k: value for k, value in given.items() if value is not None or k in _ABSENT}
        return Settings(**kept)
    except ValidationError as error:
        raise _explained(error) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        raise EmographError(
            f"The settings file {_settings_file()} cannot be read: {error}.",
            "Correct it so that it is valid TOML, or remove it.",
        ) from error


def _settings_file() -> Path:
    named = os.environ.get("EMOGRAPH_CONFIG")
    if named and not Path(named).is_file():
        raise EmographError(
            f"EMOGRAPH_CONFIG names the file {named}, which does not exist.",
            "Create that file, or unset EMOGRAPH_CONFIG.",
        )
    return Path(named or _FILE)


def _explained(error: ValidationError) -> EmographError:
    first = error.errors()[0]
    name = str(first["loc"][0])
    if first["type"] == "extra_forbidden":
        known = ", ".join(Settings.model_fields)
        return EmographError(f"There is no setting named {name}.", f"Use one of: {known}.")
    return EmographError(
        f"The setting {name} cannot be {first['input']!r}: {first['msg']}.",
        f"Correct EMOGRAPH_{name.upper()} in the environment, or {name} in {_FILE}.",
    )
