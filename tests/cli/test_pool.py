"""Work over processes: in order, bounded, and not lost with a process."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator, Sequence

import pytest

from dsnparse.cli.pool import Pool


def doubled(piece: Sequence[int]) -> list[int]:
    time.sleep(0.002 * (piece[0] % 3))
    return [number * 2 for number in piece]


def deadly(piece: Sequence[int]) -> list[int]:
    if 13 in piece:
        os.kill(os.getpid(), signal.SIGKILL)
    return list(piece)


def failing(piece: Sequence[int]) -> list[int]:
    raise ValueError(f"no {piece[0]}")


def killed(item: int, number: int) -> list[int]:
    return [-item, number]


class Make:
    """Hands out a function in each process."""

    def __init__(self, function: Callable[[Sequence[int]], list[int]]) -> None:
        self.function = function

    def __call__(self) -> Callable[[Sequence[int]], list[int]]:
        return self.function


def run(
    jobs: int, function: Callable[[Sequence[int]], list[int]], pieces: Iterator[Sequence[int]]
) -> list[list[int]]:
    with Pool[int, list[int]](jobs, Make(function), killed) as pool:
        return [outcome for outcomes in pool.run(pieces) for outcome in outcomes]


@pytest.mark.parametrize("jobs", [1, 2, 5])
def test_outcomes_come_in_the_order_of_the_work(jobs: int) -> None:
    pieces = ([number, number + 1] for number in range(0, 60, 2))
    assert run(jobs, doubled, pieces) == [[2 * n, 2 * n + 2] for n in range(0, 60, 2)]


def test_only_the_item_that_kills_is_lost() -> None:
    pieces = iter([[1, 2], [12, 13, 14], [13], [3]])
    assert run(2, deadly, pieces) == [[1, 2], [12], [-13, 9], [14], [-13, 9], [3]]


def test_an_exception_reaches_the_caller() -> None:
    with pytest.raises(ValueError, match="no 1"):
        run(2, failing, iter([[1], [1]]))


def test_work_is_taken_only_as_it_can_be_done() -> None:
    taken = 0

    def pieces() -> Iterator[list[int]]:
        nonlocal taken
        for number in range(200):
            taken += 1
            yield [number]

    with Pool[int, list[int]](2, Make(doubled), killed) as pool:
        outcomes = pool.run(pieces())
        for done in range(50):
            next(outcomes)
            assert taken <= done + 1 + 2 * 4 + 1


def test_no_process_stays_behind() -> None:
    with Pool[int, list[int]](3, Make(doubled), killed) as pool:
        list(pool.run(iter([[1], [2], [3]])))
        processes = [worker.process for worker in pool._workers]
    assert [process.exitcode for process in processes] == [0, 0, 0]


def echoed(piece: Sequence[bytes]) -> list[bytes]:
    return list(piece)


@pytest.mark.parametrize("size", [10, 30_000, 3_000_000])
def test_pieces_and_outcomes_of_any_size_pass(size: int) -> None:
    pieces = [[bytes([number]) * size] * 2 for number in range(20)]
    with Pool[bytes, list[bytes]](2, lambda: echoed, lambda item, _: [item]) as pool:
        assert [outcome for outcomes in pool.run(iter(pieces)) for outcome in outcomes] == pieces
