"""Names of people who do not exist."""

from pathlib import Path

import yaml

_NAMES = yaml.safe_load(Path(__file__).with_name("names.yml").read_text(encoding="utf-8"))
FIRST_NAMES: tuple[str, ...] = tuple(_NAMES["first"].split())
LAST_NAMES: tuple[str, ...] = tuple(_NAMES["last"].split())
