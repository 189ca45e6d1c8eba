"""What all that can be fitted have in common, by scikit-learn's conventions."""

from __future__ import annotations

import inspect
from typing import Any, Self


class Estimator:
    """Its parameters are those of its constructor, and kept as they were given."""

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """The parameters by name."""
        del deep  # no parameter is an estimator itself
        return {name: getattr(self, name) for name in inspect.signature(type(self)).parameters}

    def set_params(self, **params: Any) -> Self:
        """Change parameters; raises ValueError for a name that is none."""
        for name, value in params.items():
            if name not in self.get_params():
                raise ValueError(f"There is no parameter {name!r} of {type(self).__name__}.")
            setattr(self, name, value)
        return self
