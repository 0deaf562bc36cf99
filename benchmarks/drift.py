"""How many faults drift catches and how often it cries wolf.

`python -m benchmarks.drift [SEEDS]`: 21 faults on SEEDS shops, then 52 quiet weeks of one more.
"""

import sys
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.drift_world import FAULTS, Shop

WEEK = 30


def caught(seed: int) -> dict[str, bool]:
    """Return for each fault whether the check it belongs to says so."""
    found = {}
    with TemporaryDirectory() as folder:
        shop = Shop(root=Path(folder) / "shop", seed=seed)
        shop.turn_to(WEEK)
        shop.alerts(keep=True)
        for fault, (check, spoil) in FAULTS.items():
            shop.turn_to(WEEK + 1)
            spoil(shop)
            found[fault] = check in shop.alerts()
    return found


def quiet(seed: int, weeks: int = 52) -> list[str]:
    """Return every alarm of a number of weeks in which nothing happens."""
    found = []
    with TemporaryDirectory() as folder:
        shop = Shop(root=Path(folder) / "shop", seed=seed)
        for week in range(11, 11 + weeks):
            shop.turn_to(week)
            found += [f"week {week}: {text}" for texts in shop.alerts(keep=True).values() for text in texts]
    return found


def main(seeds: int) -> None:
    """Print the share of faults caught and the false alarms."""
    tally: Counter[str] = Counter()
    for seed in range(seeds):
        tally.update({fault: int(hit) for fault, hit in caught(seed).items()})
        print(f"seed {seed}: {tally.total()} of {(seed + 1) * len(FAULTS)}", file=sys.stderr)
    for fault, hits in tally.items():
        print(f"{hits} of {seeds}  {fault}")
    print(f"caught {tally.total()} of {seeds * len(FAULTS)}")
    alarms = quiet(1_000)
    print(f"{len(alarms)} alarms in 52 quiet weeks", *alarms, sep="\n  ")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 10)
