"""The check of a large desk by several processes, each with a read connection of its own.

The process that was called checks ranges of tickets itself and gives others to the workers, a few ahead of each, so
that none waits. Results are put together in the order of the tickets, whoever had them first. A range that a worker
could not check, or had when it ended, is checked here: what is wrong with it is raised here, as without workers.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from multiprocessing import Pipe
from multiprocessing.connection import Connection, wait
from typing import Any

from deskterm.desk.history.checking.range_check import CheckedRange, RangeCheck
from deskterm.store.db.reader import open_reader

MOST_PROCESSES = 4
SMALL_DESK = 5_000
"""Tickets up to which one process is done sooner than a second one has started."""

_AHEAD = 3
"""Ranges that a worker has at a time."""
_PATIENCE = 5.0
"""Seconds in which a worker that has nothing to do must have ended."""
_PROGRAM = "import sys; from deskterm.desk.history.checking import processes as it; it.work(int(sys.argv[1]))"
"""The program of a worker. Not what `multiprocessing` starts, which runs the main module of its caller once more."""

Range = tuple[int, int]
"""The first and the last number of some tickets."""
_Place = tuple[int, Range]
"""A range with its rank among all."""


def count_processes(tickets: int) -> int:
    """Return the number of processes for a check of so many tickets: of a large desk one a processor, up to four."""
    if tickets <= SMALL_DESK or os.name != "posix":  # other systems hand no open connection to a worker
        return 1
    # Fewer than the machine has where the system allows this process fewer
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return min(usable or 1, MOST_PROCESSES)


def check_in_processes(
    url: str, check: RangeCheck, ranges: Iterator[Range], processes: int, report_done: Callable[[int], None]
) -> list[CheckedRange]:
    """Check ranges of the tickets of the desk at a URL, and return their results in order.

    check: of this process. report_done: called with the tickets that were checked since the last call; what it raises
    ends all processes at once, as an interrupt does. Raises what `check` raises for the lowest range that is wrong."""
    places = enumerate(ranges)
    results: dict[int, CheckedRange] = {}
    failed: list[_Place] = []
    with _start_workers(url, processes - 1) as workers:
        while True:
            own = None
            if not failed:
                for worker in workers:
                    worker.fill(places)
                own = next(places, None)
                if own is not None:
                    try:
                        results[own[0]] = check.check(*own[1])
                    except Exception:  # raised again below, unless there is something wrong with a lower range too
                        failed.append(own)
            elif not any(worker.places for worker in workers):
                own = min(failed)
                failed.remove(own)
                results[own[0]] = check.check(*own[1])
            if own is None:
                busy = [worker.connection for worker in workers if worker.places]
                if not busy:
                    break
                wait(busy)
            done = 0 if own is None or own in failed else results[own[0]].tickets
            for place, result in (found for worker in workers for found in worker.take()):
                if result is None:
                    failed.append(place)
                else:
                    results[place[0]] = result
                    done += result.tickets
            report_done(done)
    return [results[rank] for rank in sorted(results)]


class _Worker:
    """A process that checks ranges, seen from the one that gives them. places: those that it has."""

    def __init__(self, url: str) -> None:
        self.places: deque[_Place] = deque()
        self.connection, its_end = Pipe()
        with its_end:  # closed here, so that reading fails once the worker has ended
            self.process = subprocess.Popen(
                [sys.executable, "-P", "-c", _PROGRAM, str(its_end.fileno())],
                pass_fds=[its_end.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                # In a group of its own ctrl+c does not reach it: the process that started it ends it
                process_group=0,
                env=os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
            )
        self._is_gone = False
        with suppress(OSError):  # it has ended, as `take` notices
            self.connection.send(url)  # not among its arguments, which others see, with the password in it

    def fill(self, places: Iterator[_Place]) -> None:
        """Give the worker as many ranges as it may have at a time."""
        while len(self.places) < _AHEAD and not self._is_gone and (place := next(places, None)) is not None:
            self.places.append(place)
            with suppress(OSError):  # it has ended, as `take` notices
                self.connection.send(place[1])

    def take(self) -> Iterator[tuple[_Place, CheckedRange | None]]:
        """Yield the results that have come, without waiting; None for a range that the worker could not check."""
        while self.places and self.connection.poll():
            try:
                result = self.connection.recv()
            except (EOFError, OSError):
                self._is_gone = True
                yield from ((place, None) for place in self.places)
                self.places.clear()
                return
            yield self.places.popleft(), result


@contextmanager
def _start_workers(url: str, number: int) -> Iterator[list[_Worker]]:
    """Start workers, and let them end with a block; at once where it raises something."""
    workers: list[_Worker] = []
    try:
        with suppress(OSError):  # where the system allows no more processes, fewer do it
            workers += (_Worker(url) for _ in range(number))
        yield workers
        for worker in workers:
            worker.connection.close()
        for worker in workers:
            with suppress(subprocess.TimeoutExpired):
                worker.process.wait(_PATIENCE)
    finally:
        for worker in workers:
            worker.process.kill()  # it only reads
        for worker in workers:
            worker.process.wait()


def work(descriptor: int) -> None:
    """Check the ranges that come over a connection, after the desk's URL, until its other end has gone."""
    connection: Connection[Any, Any] = Connection(descriptor)
    with suppress(Exception), open_reader(connection.recv()) as reader:
        check = RangeCheck(reader)
        while True:
            first, last = connection.recv()
            result = None
            with suppress(Exception):
                result = check.check(first, last)
            connection.send(result)
