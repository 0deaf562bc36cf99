"""Reads questions into plans, by rules."""

from assistant.planner.lexicon import Vocabulary
from assistant.planner.rules import RulePlanner

__all__ = ["RulePlanner", "Vocabulary"]
