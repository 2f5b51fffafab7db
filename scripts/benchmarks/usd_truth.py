"""How far USD GEMINI is from its exact value and gradient on a real cube, and whether that moves the map.

On Abell 478 (the sample cube), for all channels and for the window around H-alpha, at the posterior of a network half
way through its training: cubeclust as it stands by default and geomloss at its default scaling, against cubeclust in
float64 with a marginal error of 1e-10, or what 5000 Sinkhorn steps reach (`exact to`). Errors of gradients are those of
the gradient by the logits, as a share of its norm. The last column is the ARI between the labels that trainings with
the default tolerance and with 1e-6 end with; at 0.01r these take many minutes.
"""

from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from dataclasses import replace

import torch
from sklearn.metrics import adjusted_rand_score
from torch import Tensor

from benchmarks.measuring import EVERYTHING, fit, seconds
from benchmarks.rows import Row
from benchmarks.transport_peers import EXPONENT, SCALING, blur_of, geomloss
from benchmarks.usd_step import Problem
from cubeclust import RunSettings, sample_cube
from cubeclust.methods import METHODS
from cubeclust.pipelines.run.plan import plan_run
from cubeclust.pipelines.run.preprocess import prepare
from cubeclust.runtime.progress import Silent
from cubeclust.spectroscopy.windows import Window

TRUTH = {"sinkhorn_tolerance": 1e-10, "sinkhorn_steps": 5000}
STRICT = {"sinkhorn_tolerance": 1e-6}


def add_options(parser: ArgumentParser) -> None:
    parser.add_argument("--epsilons", default="0.01r,0.05r,0.25r,1r", help="as in cubeclust run")
    parser.add_argument("--windows", default="all,6800:7350", help="Angstrom, or all")
    parser.add_argument("--metric", default="euclidean", choices=list(EXPONENT), help="cost of transport")
    parser.add_argument("--clusters", type=int, default=6)
    parser.add_argument("--iterations", type=int, default=100, help="of the trainings")


def run(options: Namespace) -> Iterator[Row]:
    print(f"USD OvO, k = {options.clusters}, {options.metric}, trainings of {options.iterations} iterations")
    for window in options.windows.split(","):
        flux = features(window)
        logits = half_trained(flux, options)
        for epsilon in options.epsilons.split(","):
            problem = Problem(flux.to(options.device), logits, options.metric, epsilon)
            yield {
                "window": window,
                "epsilon": epsilon,
                **accuracies(problem),
                "ARI of maps": same_map(problem, options),
            }


def features(window: str) -> Tensor:
    """Spectra of the sample cube (n, d) as a run of usd-ovo has them."""
    windows = () if window == "all" else (Window.parse(window),)
    plan = plan_run(RunSettings(sample_cube(), "usd-ovo", window=windows), Silent())
    return torch.from_numpy(prepare(plan, Silent(), lambda stage: None).features.entering().flux)


def half_trained(flux: Tensor, options: Namespace) -> Tensor:
    """Logits (n, k) of a network after half of the iterations at epsilon 0.25r."""
    method = METHODS["usd-ovo"].create(
        n_starts=1,
        optimizer="adam",
        n_clusters=options.clusters,
        metric=options.metric,
        max_iter=max(1, options.iterations // 2),
        tolerance=0.0,
    )
    posterior = fit(method, flux.numpy(), options.device, EVERYTHING).posterior
    return torch.from_numpy(posterior).to(options.device).clamp_min(1e-30).log()


def accuracies(problem: Problem) -> Row:
    """Exact value, and the relative errors of value and gradient of both packages, with their seconds."""
    exact_problem = replace(problem, data=problem.data.double(), logits=problem.logits.double(), settings=TRUTH)
    reference = exact_problem.divergence()
    value, gradient = exact_problem.step(reference)

    def errors(package: str, found: tuple[float, Tensor]) -> Row:
        apart = float((found[1] - gradient).norm() / gradient.norm())
        return {f"{package}, value": abs(found[0] / value - 1), f"{package}, gradient": apart}

    ours, theirs, made = [], [], []
    took = seconds(lambda: ours.append(problem.step(made.append(problem.divergence()) or made[0])))
    peer = seconds(lambda: theirs.append(geomloss_step(problem, made[0].epsilon)))
    return {
        "exact value": value,
        **errors("cubeclust", ours[0]),
        "Sinkhorn steps": made[0].figures()["sinkhorn_steps"],
        "cubeclust [s]": took,
        **errors("geomloss", theirs[0]),
        "geomloss [s]": peer,
        "exact to": reference.figures()["marginal_error"],
    }


def geomloss_step(problem: Problem, epsilon: float, scaling: float = SCALING) -> tuple[float, Tensor]:
    """GEMINI by geomloss, pair by pair, in units of the mean cost as epsilon is; its gradient by the logits (n, k)."""
    mean_cost, p = problem.mean_cost(), EXPONENT[problem.metric]
    loss = geomloss("tensorized")(p, blur_of(epsilon * mean_cost, p), scaling)
    logits = problem.logits.clone().requires_grad_()
    posterior = torch.softmax(logits, dim=1)
    prior, weights = posterior.mean(dim=0), posterior / posterior.sum(dim=0)
    pairs = torch.combinations(torch.arange(len(prior))).tolist()
    terms = [2 * prior[a] * prior[b] * loss(weights[:, a], problem.data, weights[:, b], problem.data) for a, b in pairs]
    value = torch.stack(terms).sum() / mean_cost
    value.backward()
    return float(value.detach()), logits.grad


def same_map(problem: Problem, options: Namespace) -> float:
    """ARI between trainings with the default tolerance and a strict one."""
    settings = {"n_clusters": options.clusters, "metric": problem.metric, "epsilon": problem.epsilon}
    labels = [
        fit(
            METHODS["usd-ovo"].create(
                n_starts=1, optimizer="adam", max_iter=options.iterations, tolerance=0.0, **settings, **solver
            ),
            problem.data.cpu().numpy(),
            options.device,
            EVERYTHING,
        ).labels
        for solver in ({}, STRICT)
    ]
    return float(adjusted_rand_score(*labels))
