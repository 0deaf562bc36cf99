"""Python processes of our own beside this one."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any


def python(module: str, *arguments: str, **pipes: Any) -> "subprocess.Popen[bytes]":
    """Run one of our modules in a second interpreter; unlike a fork it is safe beside threads."""
    home = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])}
    return subprocess.Popen([sys.executable, "-m", module, *arguments], env=home, stderr=subprocess.DEVNULL, **pipes)
