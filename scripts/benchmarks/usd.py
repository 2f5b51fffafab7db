"""USD GEMINI: a value with its gradient beside other packages, cost against n and k, seconds of a training.

One step is value and gradient of USD OvO by the posterior from a cold start, float32 spectra with 321 channels; of
the peers `--pairs` pairs of clusters are timed and multiplied to all, since they take one pair after the other.
`--peers none` is for cubeclust alone at larger n, `--training SIZES` for training steps, `--full N` for N epochs of
minibatches at 68,232 x 321.
"""

from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Iterator

import numpy as np
import torch

from benchmarks import usd_training
from benchmarks.measuring import names_of, numbers, seconds
from benchmarks.rows import Row
from benchmarks.transport_peers import EXPONENT, PEERS, SCALING, Loss, blur_of
from benchmarks.usd_step import Problem

_REPEATS = 3  # of our step, each from nothing


def add_options(parser: ArgumentParser) -> None:
    parser.add_argument("--sizes", type=numbers, default=[500, 1000, 2000], help="numbers of spectra; empty = none")
    parser.add_argument(
        "--peers", type=names_of((*PEERS, "none")), default=list(PEERS), help="packages beside cubeclust, or none"
    )
    parser.add_argument("--pairs", type=int, default=2, help="pairs of clusters that a peer is timed on")
    parser.add_argument("--fine", type=float, default=0.99, help="finer scaling of geomloss for one pair; 0 = leave")
    parser.add_argument("--metric", default="sqeuclidean", choices=list(EXPONENT), help="cost of transport")
    parser.add_argument("--epsilon", default="0.25r", help="as in cubeclust run")
    parser.add_argument("--clusters", type=int, default=11)
    parser.add_argument("--training", type=numbers, default=[], help="numbers of spectra of a full-batch training")
    parser.add_argument("--full", type=int, default=0, metavar="N", help="epochs of minibatches at 68,232 x 321")


def run(options: Namespace) -> Iterator[Row]:
    peers = [name for name in options.peers if name != "none"]
    if options.sizes:
        print(
            f"USD OvO, d = 321, k = {options.clusters}, {options.metric}, epsilon {options.epsilon}, {options.device}; "
            "one value and gradient, cold start"
        )
    if peers:
        for n in options.sizes:
            yield from step(n, peers, options)
    elif len(options.sizes) > 1:
        yield from grown(options.sizes, "n", lambda n: step(n, [], options))
        others = vars(options)
        yield from grown(
            [5, 10, 20, 40], "k", lambda k: step(options.sizes[0], [], Namespace(**{**others, "clusters": k}))
        )
    if options.training:
        yield from usd_training.full_batch(
            options.training, options.metric, options.epsilon, options.clusters, options.device
        )
    if options.full:
        yield usd_training.full_size(options.full, options.metric, options.epsilon, options.clusters, options.device)


def grown(sizes: list[int], letter: str, stepped: Callable[[int], Iterator[Row]]) -> Iterator[Row]:
    """Steps of several sizes, and the exponent of the power law through their times."""
    rows = [row for size in sizes for row in stepped(size)]
    yield from rows
    exponent = np.polyfit(np.log(sizes), np.log([row["s"] for row in rows]), 1)[0]
    yield {"from": sizes[0], "to": sizes[-1], "time grows as": f"{letter}^{exponent:.2f}"}


def step(n: int, peers: list[str], options: Namespace) -> Iterator[Row]:
    """Time and accuracy of our step, and of the peers beside it."""
    problem = Problem.synthetic(n, options.clusters, options.metric, options.epsilon, options.device)
    divergence = problem.divergence()
    problem.step(divergence)  # threads and first allocations, not counted
    took = seconds(lambda: [problem.step(problem.divergence()) for _ in range(_REPEATS)]) / _REPEATS
    figures = divergence.figures()
    yield {
        "spectra": n,
        "clusters": options.clusters,
        "s": took,
        "Sinkhorn steps": figures["sinkhorn_steps"],
        "epsilon / mean cost": float(divergence.epsilon),
        "tolerance": divergence.tolerance,
        "reached": figures["marginal_error"],
    }
    for name in peers:
        try:
            yield {"spectra": n, "peer": name, **beside(name, problem, took, options)}
        except Exception as fault:  # whatever keeps a package from running is its result here
            yield {"peer": name, "cannot run": f"{type(fault).__name__}: {fault}".splitlines()[0]}


def beside(name: str, problem: Problem, ours: float, options: Namespace) -> Row:
    """A peer's time for all pairs, projected from a few, and how its values differ from ours."""
    pairs = options.clusters * (options.clusters - 1) // 2
    p, timed = EXPONENT[options.metric], min(options.pairs, options.clusters - 1)
    mean_cost, divergence, weights = problem.mean_cost(), problem.divergence(), problem.weights
    exact = mean_cost * divergence.between(torch.softmax(problem.logits, dim=1))[0]  # (k,)

    def differences(scaling: float, count: int) -> list[float]:
        loss = PEERS[name](p, blur_of(divergence.epsilon * mean_cost, p), scaling)
        values = [pair_value(loss, problem.data, weights[:, [0, other]]) for other in range(1, count + 1)]
        return [value / float(exact[other]) - 1 for other, value in enumerate(values, 1)]

    differences(SCALING, 1)
    apart = []
    theirs = seconds(lambda: apart.extend(differences(SCALING, timed))) / timed * pairs
    return {
        "s": theirs,
        "s/pair": theirs / pairs,
        "pairs timed": timed,
        "ratio": theirs / ours,
        f"value [%], scaling {SCALING}": 100 * max(apart, key=abs),
        **({f"scaling {options.fine}": 100 * differences(options.fine, 1)[0]} if options.fine else {}),
    }


def pair_value(loss: Loss, data: torch.Tensor, weights: torch.Tensor) -> float:
    """Divergence of two distributions (n, 2) on data (n, d), with the gradient by their weights taken, too."""
    first, second = (column.clone().requires_grad_() for column in weights.T)
    value = loss(first, data, second, data)
    value.backward()
    return float(value.detach())
