"""Mutations: the code is changed in 200 places, one after the other, and the tests must notice each change.

    python bench/mutants.py [--sample N] [--only SURVIVORS] [--fresh]

cosmic-ray makes the mutations; the sample is fixed: of every place one mutation, and of all places those whose hash is
smallest, so that an edit elsewhere does not draw other ones. The suite runs once with coverage, which says which tests
run a line; a mutant meets those tests only, the quickest first, until one fails. What is measured stays in `.mutants/`.
"""

from __future__ import annotations

import argparse
import ast
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue
from xml.etree import ElementTree

from cosmic_ray.ast import ast_nodes, get_ast
from cosmic_ray.ast.ast_query import ASTQuery
from cosmic_ray.mutating import mutate_code
from cosmic_ray.plugins import get_operator, operator_names
from coverage import CoverageData

ROOT = Path(__file__).parents[1]
KEPT = ROOT / ".mutants"
ROOMS = ("desk", "sla", "store")
AIM = 0.92
MOST_SECONDS = 90.0
"""How long the tests of one mutant may take, by what they took before: the quickest first, what is over is left out."""
FIRST_TESTS = 25
"""How many tests a mutant meets before all the others."""
WITHOUT = ("core/NoOp", "core/RemoveDecorator", "core/VariableInserter", "core/VariableReplacer")
"""Operators that change nothing, or what no test could notice (a cached function is the same function)."""


@dataclass(frozen=True)
class Mutant:
    """A mutation. place: the line and column it begins at; occurrence: cosmic-ray's count in the module."""

    module: str
    definition: str
    operator: str
    arguments: str
    occurrence: int
    line: int
    column: int
    last_line: int

    @property
    def name(self) -> str:
        return f"{self.module}:{self.line}:{self.column} {self.operator}{self.arguments}"


def main() -> int:
    parser = argparse.ArgumentParser(description="Change the code in places, and see whether a test notices.")
    parser.add_argument("--sample", type=int, default=200, help="how many places")
    parser.add_argument("--only", help="those whose name contains this, or `survivors` of the last run")
    parser.add_argument("--fresh", action="store_true", help="run the suite with coverage again")
    options = parser.parse_args()
    KEPT.mkdir(exist_ok=True)
    if options.fresh or not (KEPT / "coverage").exists():
        measure_coverage()
    mutants = draw(list(all_mutants()), options.sample)
    known = json.loads((KEPT / "results.json").read_text()) if (KEPT / "results.json").exists() else {}
    if options.only == "survivors":
        mutants = [mutant for mutant in mutants if known.get(mutant.name, "survived") != "killed"]
    elif options.only:
        mutants = [mutant for mutant in mutants if options.only in mutant.name]
    results = {}
    for name, result in run_all(mutants):
        results[name] = result
        (KEPT / "results.json").write_text(json.dumps(known | results, indent=1))
    return report(mutants, results)


# -- mutations -----------------------------------------------------------------------------------------------------


def all_mutants() -> Iterator[Mutant]:
    """Every mutation of the rooms, but for those in annotations, which are never evaluated."""
    for path in sorted(path for room in ROOMS for path in (ROOT / "src/deskterm" / room).rglob("*.py")):
        source = path.read_text(encoding="utf-8")
        tree = get_ast(source)
        skipped = annotation_places(source)
        nodes = list(ast_nodes(tree))
        for name, arguments in operators():
            operator = get_operator(name)(**arguments)
            places = ((node, *place) for node in nodes for place in operator.mutation_positions(node))
            for occurrence, (node, start, end) in enumerate(places):
                if not any(first <= start < last for first, last in skipped):
                    yield Mutant(
                        str(path.relative_to(ROOT)), ASTQuery(node).get_definition_name() or "", name,
                        json.dumps(arguments) if arguments else "", occurrence, start[0], start[1], end[0],
                    )  # fmt: skip


def operators() -> Iterator[tuple[str, dict[str, object]]]:
    for name in sorted(operator_names()):
        if name not in WITHOUT and not get_operator(name).arguments():
            yield name, {}


def annotation_places(source: str) -> list[tuple[tuple[int, int], tuple[int, int]]]:
    """Start and end of what is never evaluated: annotations, and blocks for type checkers only."""
    found: list[ast.AST] = []
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.AnnAssign(annotation=annotation):
                found.append(annotation)
            case ast.arg(annotation=annotation) if annotation is not None:
                found.append(annotation)
            case ast.FunctionDef(returns=returns) | ast.AsyncFunctionDef(returns=returns) if returns is not None:
                found.append(returns)
            case ast.If(test=ast.Name(id="TYPE_CHECKING")):
                found.append(node)
            case ast.ClassDef(decorator_list=decorators):
                found += decorators  # frozen and slots: no test is to try what the type checker refuses
    return [((n.lineno, n.col_offset), (n.end_lineno, n.end_col_offset)) for n in found]  # type: ignore[attr-defined]


def draw(mutants: Iterable[Mutant], size: int) -> list[Mutant]:
    """The sample: one mutation of each place, and of the places those with the smallest hashes."""
    places: dict[tuple[str, int, int], list[Mutant]] = defaultdict(list)
    for mutant in mutants:
        places[(mutant.module, mutant.line, mutant.column)].append(mutant)
    nth: dict[tuple[str, str], int] = defaultdict(int)
    ranked = []
    for _, here in sorted(places.items()):
        first = here[0]
        nth[(first.module, first.definition)] += 1
        key = f"{first.module}:{first.definition}:{nth[(first.module, first.definition)]}"
        digest = hashlib.sha256(key.encode()).digest()
        ranked.append((digest, here[digest[0] % len(here)]))
    return sorted((mutant for _, mutant in sorted(ranked, key=lambda pair: pair[0])[:size]), key=lambda m: m.name)


# -- tests ---------------------------------------------------------------------------------------------------------


def measure_coverage() -> None:
    """Run the suite once: which tests run which lines, and how long each takes."""
    print("running the suite with coverage …", flush=True)
    settings = KEPT / "coveragerc"
    sources = ",".join(str(ROOT / "src/deskterm" / room) for room in ROOMS)
    settings.write_text(f"[run]\ndata_file = {KEPT / 'coverage'}\nsource = {sources}\n")
    with (KEPT / "suite.log").open("w") as log:
        subprocess.run(
            [sys.executable, "-m", "pytest", "-n", "2", "--dist", "worksteal", f"--cov-config={settings}",
             "--cov", "--cov-context=test", "--cov-report=", f"--junitxml={KEPT / 'times.xml'}"],
            cwd=ROOT, check=False, stdout=log, stderr=subprocess.STDOUT,
        )  # fmt: skip


def test_times() -> dict[str, float]:
    """Test → seconds that it took."""
    return {name: float(case.get("time", 0)) for name, case in read_cases(KEPT / "times.xml")}


def read_cases(times: Path) -> Iterator[tuple[str, ElementTree.Element]]:
    """Yield each test of a report with its entry, which holds a failure, an error or nothing."""
    for case in ElementTree.parse(times).getroot().iter("testcase"):
        file = str(case.get("classname", "")).replace(".", "/") + ".py"
        yield f"{file}::{case.get('name')}", case


class Coverage:
    """Which tests run a line: those of its own room first, the quickest of them before the others."""

    def __init__(self) -> None:
        self._data = CoverageData(basename=str(KEPT / "coverage"))
        self._data.read()
        self._times = test_times()
        self._lines: dict[str, dict[int, list[str]]] = {}

    def tests_of(self, mutant: Mutant) -> list[str]:
        """The tests that run the mutant's lines, or its module where they run at import, up to the time allowed."""
        path = str(ROOT / mutant.module)
        if path not in self._lines:
            self._lines[path] = self._data.contexts_by_lineno(path)
        by_line = self._lines[path]
        lines = range(mutant.line, mutant.last_line + 1)
        found = {context for line in lines for context in by_line.get(line, ()) if context}
        if not found:
            found = {context for contexts in by_line.values() for context in contexts if context}
        tests = {context.rpartition("|")[0] for context in found}
        room = mutant.module.replace("src/deskterm/", "tests/").rpartition("/")[0] + "/"
        ranked = sorted(tests, key=lambda test: (not test.startswith(room), self._times.get(test, 1.0), test))
        chosen: list[str] = []
        total = 0.0
        for test in ranked:
            total += self._times.get(test, 1.0)
            if total > MOST_SECONDS and chosen:
                break
            chosen.append(test)
        return chosen


def run_all(mutants: list[Mutant]) -> Iterator[tuple[str, str]]:
    """Run each mutant in a copy of the tree, two at a time: name → killed, survived or uncovered."""
    coverage = Coverage()
    todo = [(mutant, coverage.tests_of(mutant)) for mutant in mutants]
    with tempfile.TemporaryDirectory(prefix="deskterm-mutants-") as folder:
        if (shared := ROOT.parent / "shared").exists():
            # Some tests take their cases from there, and have other names without it
            (Path(folder) / "shared").symlink_to(shared.resolve())
        copies: SimpleQueue[Path] = SimpleQueue()
        for place in range(2):
            copy = Path(folder) / str(place)
            for part in ("src", "tests", "data", "docs", "bench"):
                shutil.copytree(ROOT / part, copy / part)
            for file in ("pyproject.toml", "README.md", "CHANGELOG.md", "CONTRIBUTING.md"):
                shutil.copy(ROOT / file, copy / file)
            copies.put(copy)
        require_collectable(copy, {test for _, tests in todo for test in tests})

        def run(pair: tuple[Mutant, list[str]]) -> tuple[str, str]:
            copy = copies.get()
            try:
                return pair[0].name, try_mutant(copy, *pair)
            finally:
                copies.put(copy)

        with ThreadPoolExecutor(2) as threads:
            for name, result in threads.map(run, todo):
                print(f"{result:<10} {name}", flush=True)
                yield name, result


def require_collectable(copy: Path, tests: set[str]) -> None:
    """Raise SystemExit when pytest does not find a test in a copy of the tree: it would seem to fail for any mutant."""
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as names:
        names.write("\n".join(sorted(tests)))
        names.flush()
        words = [sys.executable, "-m", "pytest", "--collect-only", "-p", "no:cacheprovider", f"@{names.name}"]
        done = subprocess.run(
            words, cwd=copy, env=test_environment(copy), check=False, capture_output=True, text=True
        )  # fmt: skip
    if done.returncode != 0:
        sys.exit(f"Tests of the coverage are not found now, run with --fresh: {done.stderr.strip()[-400:]}")


def test_environment(copy: Path) -> dict[str, str]:
    return os.environ | {"PYTHONPATH": str(copy / "src"), "PYTHONDONTWRITEBYTECODE": "1"}


def try_mutant(copy: Path, mutant: Mutant, tests: list[str]) -> str:
    """Run a mutant's tests in a copy of the tree, and put the code back."""
    if not tests:
        return "uncovered"
    path = copy / mutant.module
    source = path.read_text(encoding="utf-8")
    arguments = json.loads(mutant.arguments) if mutant.arguments else {}
    mutated = mutate_code(source, get_operator(mutant.operator)(**arguments), mutant.occurrence)
    # Most mutants are noticed by a few tests of their own room: only the others wait for the rest to be collected.
    batches = [tests[:FIRST_TESTS], tests[FIRST_TESTS:]]
    while batches:
        path.write_text(mutated, encoding="utf-8")
        try:
            failed = find_failed(copy, batches[0])
        finally:
            path.write_text(source, encoding="utf-8")
        # A failure says something of the mutant only when the same test passes on the code as it is.
        if failed and not find_failed(copy, [failed]):
            return "killed"
        batches[0] = [test for test in batches[0] if failed and test != failed]
        batches = [batch for batch in batches if batch]
    return "survived"


def find_failed(copy: Path, tests: list[str]) -> str | None:
    """Run tests in a copy of the tree up to the first that fails, and return it. Tests that do not end, or cannot be
    collected, are no better than one that fails: the first of them stands for all."""
    with tempfile.TemporaryDirectory(prefix="deskterm-mutant-") as folder:
        names, times = Path(folder) / "names.txt", Path(folder) / "times.xml"
        names.write_text("\n".join(tests))
        words = [sys.executable, "-m", "pytest", "-x", "-p", "no:cacheprovider", f"--junitxml={times}", f"@{names}"]
        try:
            done = subprocess.run(
                words, cwd=copy, env=test_environment(copy), check=False, timeout=4 * MOST_SECONDS + 60,
                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            )  # fmt: skip
        except subprocess.TimeoutExpired:
            return tests[0]
        if done.returncode == 0:
            return None
        cases = read_cases(times) if times.exists() else ()
        failed = [name for name, case in cases if len(case) and case[0].tag in ("failure", "error") and name in tests]
        return failed[0] if failed else tests[0]


def report(mutants: list[Mutant], results: dict[str, str]) -> int:
    killed = sum(results[mutant.name] == "killed" for mutant in mutants)
    print(f"\n{killed} of {len(mutants)} killed: {killed / len(mutants):.1%} (aim {AIM:.0%})")
    for mutant in mutants:
        if results[mutant.name] != "killed":
            line = (ROOT / mutant.module).read_text(encoding="utf-8").splitlines()[mutant.line - 1].strip()
            print(f"{results[mutant.name]:<10} {mutant.name}\n{'':<10} {line}")
    return int(killed < AIM * len(mutants))


if __name__ == "__main__":
    sys.exit(main())
