"""Personal numbers and addresses inside text: found, and masked."""

from __future__ import annotations

import re
from typing import Literal, NamedTuple

from .clean_basic import as_text

PersonalKind = Literal["id", "mobile", "landline", "mail", "bank", "im"]
_ROUGH = (
    ("id", re.compile(r"(?<!\d)[1-9]\d{16}[\dXx](?!\d)")),
    ("mobile", re.compile(r"(?<!\d)1[3-9]\d{9}(?!\d)")),
    ("mail", re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@[\w-]+(?:\.[\w-]+)+", re.ASCII)),
)


class Personal(NamedTuple):
    """One find: its kind and where it stands."""

    kind: PersonalKind
    span: tuple[int, int]


def find_personal(value: object) -> list[Personal]:
    """Find personal data (first version)."""
    text = as_text(value)
    return [Personal(kind, m.span()) for kind, pattern in _ROUGH for m in pattern.finditer(text)]  # type: ignore[arg-type]


def mask_personal(value: object) -> str:
    """Mask personal data (first version)."""
    text = as_text(value)
    for _, pattern in _ROUGH:
        text = pattern.sub("****", text)
    return text
