"""The twelve models of FisherEM: what the covariances of the classes may be (Bouveyron & Brunet 2012, Table 1)."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Model:
    """Covariance D_k of a class in the discriminative subspace, variance b_k in each direction outside of it.

    form           of D_k: any, diagonal in the basis of the loadings, or one variance times the identity
    common         all classes have one D
    common_noise   all classes have one b
    """

    form: Literal["full", "diagonal", "spherical"]
    common: bool
    common_noise: bool

    def n_parameters(self, k: int, p: int, d: int) -> int:
        """Free parameters with k classes of spectra with p channels and d discriminative directions.

        Proportions, means in the subspace, orthonormal loadings, then D and b (Bouveyron & Brunet 2012, Table 1). As in
        R, the density has the means of all channels; what they add outside of the subspace is not counted.
        """
        shared = (k - 1) + k * d + d * p - d * (d + 1) // 2
        matrix = {"full": d * (d + 1) // 2, "diagonal": d, "spherical": 1}[self.form]
        return shared + matrix * (1 if self.common else k) + (1 if self.common_noise else k)


MODELS: dict[str, Model] = {
    "DkBk": Model("full", common=False, common_noise=False),
    "DkB": Model("full", common=False, common_noise=True),
    "DBk": Model("full", common=True, common_noise=False),
    "DB": Model("full", common=True, common_noise=True),
    "AkjBk": Model("diagonal", common=False, common_noise=False),
    "AkjB": Model("diagonal", common=False, common_noise=True),
    "AkBk": Model("spherical", common=False, common_noise=False),
    "AkB": Model("spherical", common=False, common_noise=True),
    "AjBk": Model("diagonal", common=True, common_noise=False),
    "AjB": Model("diagonal", common=True, common_noise=True),
    "ABk": Model("spherical", common=True, common_noise=False),
    "AB": Model("spherical", common=True, common_noise=True),
}
