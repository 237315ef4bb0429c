"""How the tests run: at random where people work, the same every time where a change is decided on."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings
from ledger_databases import ledger, postgresql, where

__all__ = ["ledger", "postgresql", "where"]

settings.register_profile(
    "ci", derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much]
)
if os.environ.get("CI"):
    settings.load_profile("ci")
