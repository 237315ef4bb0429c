"""Functions compiled by numba. Importing this module imports numba and costs some tenths of a second."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba

_F = TypeVar("_F", bound=Callable[..., Any])


def compiled(function: _F) -> _F:
    """Compile, keeping the machine code on disk where there is a place for it; a read-only install has none."""
    try:
        made: Any = numba.njit(nogil=True, cache=True, error_model="numpy")(function)
    except RuntimeError:
        made = numba.njit(nogil=True, error_model="numpy")(function)
    return cast(_F, made)
