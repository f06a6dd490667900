"""Remembers what a method returned, without holding its object open.

``functools.lru_cache`` around a bound method, kept by the object itself, is a circle: the object
and the files that it has open would stay until the garbage collector comes by.
"""

from __future__ import annotations

import functools
import weakref
from collections.abc import Callable
from typing import Any, TypeVar, cast

_Method = TypeVar("_Method", bound=Callable[..., Any])


def remembered(most: int, method: _Method) -> _Method:
    """Return the method of an object, with its last ``most`` results remembered beside it."""
    reference = weakref.WeakMethod(method)

    @functools.lru_cache(most)
    def asked(*arguments: object) -> object:
        bound = reference()
        if bound is None:  # whoever asks holds the object
            raise ReferenceError
        return bound(*arguments)

    return cast("_Method", asked)
