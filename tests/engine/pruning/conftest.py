"""Tiny models, made once."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

import pytest
import torch

from tests.engine.pruning import models


@pytest.fixture(scope="session", autouse=True)
def _one_thread() -> Iterator[None]:
    """Networks this small are slower on several threads than on one."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


made = cache(models.tiny)


@pytest.fixture(params=models.FAMILIES)
def family(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def llava() -> models.Tiny:
    return made("llava")
