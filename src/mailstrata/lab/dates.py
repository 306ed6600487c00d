"""Moves a scenario in time: what played in May plays today, with every distance between its dates kept.

    moved(scenario, datetime.now(UTC) - scenario.at)

``lab up`` does it, so that programs which look at the machine's own clock find a world of now.
"""

from __future__ import annotations

import dataclasses
from datetime import datetime, timedelta
from typing import Any, TypeVar

T = TypeVar("T")


def moved(spec: T, by: timedelta) -> T:
    """``spec`` (a frozen dataclass of dataclasses, tuples and plain values) with each of its moments moved by ``by``."""
    return _moved(spec, by)  # type: ignore[no-any-return]


def _moved(value: Any, by: timedelta) -> Any:
    if isinstance(value, datetime):
        return value + by
    if isinstance(value, tuple):
        return tuple(_moved(one, by) for one in value)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        changed = {field.name: _moved(getattr(value, field.name), by) for field in dataclasses.fields(value)}
        return dataclasses.replace(value, **changed)
    return value
