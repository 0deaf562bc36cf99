"""Prints the verdict of each case of a workspace's latest run: what a gate without a history is held to.

`python -m benchmarks.verdicts WORKSPACE > .ci/verdicts.json`; read the difference before it is committed.
"""

import json
import sys
from pathlib import Path

from assistant.workspace import open_workspace
from evals import history

if __name__ == "__main__":
    kept = open_workspace(Path(sys.argv[1])).evals / "history.duckdb"
    latest = history.run(kept).run_id
    print(json.dumps(dict(sorted(history.verdicts(kept, latest).items())), indent=0))
