"""The settings of emograph, read from arguments, the environment and a TOML file."""

from __future__ import annotations

import os
import tomllib
from pathlib import Path
from typing import Any

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from emograph.errors import EmographError

_FILE = "emograph.toml"


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
    """Named set of models and the weights trained for them."""
    encoder: str = Field(default="embedded", min_length=1)
    """Image-text space in which images and words are compared."""
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
    neo4j_user: str = Field(default="neo4j", min_length=1)
    """Who signs in to a Neo4j server."""
    neo4j_password: SecretStr | None = None
    """The password there; without one, the server must not ask for any."""

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

    Raises EmographError where a value is wrong, a name unknown or the file unreadable.

    >>> load_settings(scheme="ekman", profile=None).scheme
    'ekman'
    """
    try:
        return Settings(**{name: value for name, value in given.items() if value is not None})
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
