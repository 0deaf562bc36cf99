"""Cases of a question suite, as people write them in YAML."""

from datetime import date
from pathlib import Path
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from semantic_layer.errors import UserError


class Strict(BaseModel):
    """A frozen model that refuses keys it does not know."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class ExpectedReading(Strict):
    """The parts of a reading that must hold; what is absent is not judged."""

    intent: str | None = None
    metrics: tuple[str, ...] | None = None
    by: tuple[str, ...] | None = None
    filters: dict[str, tuple[str, ...]] | None = None
    window: tuple[date, date] | None = None
    baseline: tuple[date, date] | None = None


class ExpectedDriver(Strict):
    """The segment that must lead, whether it pushed the metric up or down, and the share of the change it holds."""

    segment: dict[str, tuple[str, ...]]
    direction: Literal["up", "down"]
    share: tuple[float, float] | None = None


class Relation(Strict):
    """What an answer must have to do with answers to other questions, whatever the truth is.

    `same`: the value or rows of the first one; `sum`: the values or rows of all of them add up to it;
    `row`: it is the value that the first one's table has at `key`.
    """

    kind: Literal["same", "sum", "row"]
    questions: tuple[str, ...] = Field(min_length=1)
    key: str = ""


class Expected(Strict):
    """What a right outcome is.

    `sql` is written by hand and run on the warehouse: one value, or rows of dimensions followed
    by the value (`ordered` when the order is part of the answer). `cite_ids` is SQL that returns
    the contacts that may be cited. `within_cost` is in the currency of the model's price. Where no
    answer is due, `absent` is SQL that finds no row as long as what was asked for is not there, and
    `rivals` are the statements of the readings that a question allows.
    """

    kind: tuple[Literal["answer", "clarification", "refusal"], ...] = ("answer",)
    reason: tuple[str, ...] | None = None
    reading: ExpectedReading | None = None
    sql: str | None = None
    ordered: bool = False
    driver: ExpectedDriver | None = None
    themes: tuple[str, ...] = ()
    relation: Relation | None = None
    cite_ids: str | None = None
    within_ms: float | None = None
    within_cost: float | None = None
    absent: str | None = None
    rivals: tuple[str, ...] = ()


class Case(Strict):
    """One question and what is expected of its outcome.

    `why` states the reason where no statement can prove it: nobody may be told a customer's address.
    `verified_by` names who checked the expectation without the assistant; after `expires` the case
    is no longer judged and its owner is asked to look at it. `owner` is the metric's by default.
    """

    id: str
    question: str
    expect: Expected
    history: tuple[str, ...] = ()
    role: str | None = None
    persona: str = ""
    why: str = ""
    family: str = ""
    tags: tuple[str, ...] = ()
    origin: Literal["generated", "hand"] = "hand"
    owner: str = ""
    verified_by: str = ""
    verified_at: date | None = None
    expires: date | None = None


class Turn(Strict):
    """One question of a conversation and what is expected of its outcome."""

    question: str
    expect: Expected


class Scenario(Strict):
    """A persona who pursues a goal over several turns; each turn is judged after those before it."""

    id: str
    persona: str
    goal: str
    turns: tuple[Turn, ...]
    role: str | None = None

    def cases(self) -> tuple[Case, ...]:
        """Return a case a turn; they are one family, since a turn misread spoils those after it."""
        asked = tuple(turn.question for turn in self.turns)
        return tuple(
            Case(
                id=f"{self.id}-{number + 1}", question=turn.question, expect=turn.expect, history=asked[:number],
                role=self.role, persona=self.persona, why=self.goal, family=self.id, tags=("scenario",),
            )
            for number, turn in enumerate(self.turns)
        )  # fmt: skip


class Frame(Strict):
    """Hand-written FROM, day and dimensions that reference values are computed over."""

    source: str
    day: str
    dimensions: dict[str, str]


class Reference(Strict):
    """A metric's value written by hand in SQL over a frame; never compiled by the product."""

    frame: str
    value: str
    where: str = "true"


class Suite(Strict):
    """A file of cases, with the references that cases are generated from.

    `verified_by` and `verified_at` hold for every case of the file that has none of its own.
    """

    suite: str
    verified_by: str = ""
    verified_at: date | None = None
    frames: dict[str, Frame] = {}
    references: dict[str, Reference] = {}
    cases: tuple[Case, ...] = ()
    scenarios: tuple[Scenario, ...] = ()


def load_suites(folder: Path, name: str | None = None) -> tuple[Suite, ...]:
    """Read the suites of a workspace, or the one named; raise UserError (no_suite, bad_suite) naming file and key.

    A workspace may have none: what its dictionary generates can be asked all the same.
    """
    files = sorted(folder.glob("*.yml"))
    suites = [_load(file) for file in files]
    chosen = tuple(suite for suite in suites if name is None or suite.suite == name)
    if name is not None and not chosen:
        known = ", ".join(suite.suite for suite in suites) or "none"
        raise UserError(f"no suite '{name}' in {folder}", code="no_suite", hint=f"suites: {known}")
    return chosen


def _signed(suite: Suite) -> Suite:
    """Spell out scenarios, and give cases that name nobody the name under the whole file."""
    signature = {"verified_by": suite.verified_by, "verified_at": suite.verified_at}
    written = (*suite.cases, *(case for scenario in suite.scenarios for case in scenario.cases()))
    cases = tuple(case if case.verified_by else case.model_copy(update=signature) for case in written)
    return suite.model_copy(update={"cases": cases})


def _load(file: Path) -> Suite:
    try:
        return _signed(Suite.model_validate(yaml.safe_load(file.read_text(encoding="utf-8"))))
    except (ValidationError, yaml.YAMLError) as error:
        if isinstance(error, ValidationError):
            first = error.errors()[0]
            where, why = ".".join(str(part) for part in first["loc"]), first["msg"]
        else:
            where, why = "", str(error)
        raise UserError(f"{file}: {where}: {why}", code="bad_suite", hint="see docs/evaluation.md") from error
