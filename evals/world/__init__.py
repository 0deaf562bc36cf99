"""The simulated contact centre: a company whose causes are planted, so that the answers are known."""

from evals.world.build import AS_OF, build_world
from evals.world.sizes import SIZES

__all__ = ["AS_OF", "SIZES", "build_world"]
