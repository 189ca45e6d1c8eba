"""The version of emograph."""

__version__ = "0.1.0"
