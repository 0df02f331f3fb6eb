"""Generate, execute and compare many modules, and add up what came of it."""

from collections import Counter
from collections.abc import Iterable

import msgspec

from tests.oracle.compare import Disagreement, compare
from tests.oracle.features import features_of
from tests.oracle.generate import module


class Found(msgspec.Struct, frozen=True):
    """A disagreement, and the seed of the module in which it was found."""

    seed: int
    sort: str
    function: str
    row: int
    column: int
    expected: str
    given: str
    text: str

    @property
    def disagreement(self) -> Disagreement:
        return Disagreement(self.sort, self.function, self.row, self.column, self.expected, self.given, self.text)  # type: ignore[arg-type]


class Survey(msgspec.Struct):
    """Sums over modules. functions counts all, states how their executions ended; broad: functions with two or more of
    branch, exception, alias, loop."""

    functions: int = 0
    executions: int = 0
    broad: int = 0
    generated: int = 0
    states: dict[str, int] = {}
    codes: dict[str, int] = {}
    constructs: dict[str, int] = {}
    disagreements: list[Found] = []

    def add(self, other: "Survey") -> "Survey":
        return Survey(
            self.functions + other.functions,
            self.executions + other.executions,
            self.broad + other.broad,
            self.generated + other.generated,
            dict(sorted((Counter(self.states) + Counter(other.states)).items())),
            dict(sorted((Counter(self.codes) + Counter(other.codes)).items())),
            dict(sorted((Counter(self.constructs) + Counter(other.constructs)).items())),
            self.disagreements + other.disagreements,
        )


def survey(seeds: Iterable[int], count: int = 50) -> Survey:
    """Every module of the seeds. A crash of the linter is a disagreement too."""
    total = Survey()
    for seed in seeds:
        total = total.add(_one(seed, count))
    return total


def _one(seed: int, count: int) -> Survey:
    text = module(seed, count)
    features = features_of(text)
    constructs = Counter(name for feature in features for name in feature.constructs)
    broad = sum(feature.breadth >= 2 for feature in features)
    try:
        report = compare(text)
    except Exception as error:
        crash = Found(seed, "crash", "", 0, 0, "", "", f"{type(error).__name__}: {error}")
        return Survey(len(features), 0, broad, len(features), {"crash": len(features)}, {}, dict(constructs), [crash])
    return Survey(
        functions=report.functions,
        executions=report.executions,
        broad=broad,
        generated=len(features),
        states=dict(report.states),
        codes=dict(report.codes),
        constructs=dict(constructs),
        disagreements=[Found(seed, *d) for d in report.disagreements],
    )
