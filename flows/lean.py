"""Importing this keeps pandas out of the process.

pyarrow imports pandas wherever it is installed, only to see whether a value is one of its own; none is
here. That costs a second of processor time in each process, more than many a command needs altogether.
"""

import sys


class WithoutPandas:
    """A finder that says of pandas that it is not there, and of nothing else anything."""

    @staticmethod
    def find_spec(name: str, path: object = None, target: object = None) -> None:
        """None leaves a module to the other finders."""
        if name == "pandas":
            raise ModuleNotFoundError(f"{name} is kept out of this process", name=name)


sys.meta_path.insert(0, WithoutPandas)
