"""Other packages' unbiased Sinkhorn divergence of one pair of weighted distributions on the same points."""

from collections.abc import Callable
from importlib.util import find_spec

from torch import Tensor

# Weights and points of two distributions -> their divergence, differentiable by the weights.
Loss = Callable[[Tensor, Tensor, Tensor, Tensor], Tensor]
SCALING = 0.5  # ratio of the annealing's blurs that both packages take by default
EXPONENT = {"euclidean": 1, "sqeuclidean": 2}  # p of the cost |x - y|^p / p


def geomloss(backend: str) -> Callable[[int, float, float], Loss]:
    """How to build the loss of geomloss (Feydy et al. 2019) from p, blur and scaling."""

    def build(p: int, blur: float, scaling: float) -> Loss:
        from geomloss import SamplesLoss

        if backend == "online" and find_spec("pykeops") is None:
            raise ModuleNotFoundError("this backend needs pykeops")
        return SamplesLoss("sinkhorn", p=p, blur=blur, scaling=scaling, backend=backend)

    return build


def flash_sinkhorn(p: int, blur: float, scaling: float) -> Loss:
    """The loss of flash-sinkhorn, whose cost is |x - y|^2 / 2 and whose kernels need CUDA; no TF32, as here."""
    from flash_sinkhorn import SamplesLoss

    return SamplesLoss("sinkhorn", p=p, blur=blur, scaling=scaling, debias=True, half_cost=True, allow_tf32=False)


PEERS = {
    "geomloss-tensorized": geomloss("tensorized"),
    "geomloss-online": geomloss("online"),
    "flash-sinkhorn": flash_sinkhorn,
}


def blur_of(epsilon: float, p: int) -> float:
    """Blur whose p-th power is epsilon in units of the cost |x - y|^p / p."""
    return epsilon ** (1 / p)
