"""Importing the packages is cheap, and they are ours."""

import subprocess
import sys
from importlib.metadata import packages_distributions

import pytest

HEAVY = (
    "llama_index",
    "chromadb",
    "gradio",
    "ragas",
    "pandas",
    "sklearn",
    "presidio_analyzer",
    "plotly",
    "scipy.stats",
    "openai",
    "mcp",
)


@pytest.mark.parametrize("module", HEAVY)
def test_no_heavy_library_is_loaded_by_importing_the_packages(module: str) -> None:
    code = f"import sys, assistant, indexes, semantic_layer, evals, ui.cli; sys.exit({module!r} in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize("package", ["assistant", "evals", "indexes", "semantic_layer", "ui"])
def test_a_package_comes_from_this_project_alone(package: str) -> None:
    assert set(packages_distributions().get(package, ["because-ai"])) == {"because-ai"}
