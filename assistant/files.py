"""Small files that are never half-written."""

import os
from pathlib import Path


def replace_text(file: Path, text: str) -> None:
    """Write a text beside a file and put it in its place, making the folder when missing."""
    file.parent.mkdir(parents=True, exist_ok=True)
    aside = file.with_name(f".{file.name}.{os.getpid()}")
    aside.write_text(text, encoding="utf-8")
    aside.replace(file)
