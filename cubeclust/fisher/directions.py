"""F step: the discriminative subspace, where classes lie far apart against the scatter of all spectra."""

from collections.abc import Callable

import torch
from jaxtyping import Float64
from torch import Tensor

from cubeclust.fisher.total import Total

# Root M (p, k) of the between-class covariance B = M M', total covariance S -> d orthonormal loadings (p, d).
Directions = Callable[[Tensor, Total, int], Tensor]
_PARALLEL = 1e-9  # share of a direction that rounding leaves orthogonal to what it lies in


def svd(between: Float64[Tensor, "p k"], total: Total, d: int) -> Float64[Tensor, "p d"]:
    """Leading left singular vectors of S^-1 B: the subspace of linear discriminant analysis.

    S^-1 B = C M' with C = S^-1 M, so that thin QR factors of C and M leave a singular value problem of k x k.
    """
    left, small = torch.linalg.qr(total.solve(between))
    right = torch.linalg.qr(between).R
    return left @ torch.linalg.svd(small @ right.T).U[:, :d]


def gram_schmidt(between: Float64[Tensor, "p k"], total: Total, d: int) -> Float64[Tensor, "p d"]:
    """One direction after the other, each with the largest Fisher ratio u' B u / u' S u orthogonal to those before.

    On the complement of U the inverse of S is A = S^-1 - S^-1 U (U' S^-1 U)^-1 U' S^-1, and the eigenvectors of A B
    are A M v with those v of the k x k matrix M' A M (Foley & Sammon 1975, IEEE Trans. Comput. C-24, 281).
    """
    loadings = between[:, :0]
    solved = total.solve(between)
    for _ in range(d):
        weighted = total.solve(loadings)
        left = solved - weighted @ torch.linalg.solve(loadings.T @ weighted, loadings.T @ solved)
        symmetric = between.T @ left
        best = torch.linalg.eigh((symmetric + symmetric.T) / 2).eigenvectors[:, -1:]
        loadings = torch.cat([loadings, _orthogonal(left @ best, loadings, total)], dim=1)
    return loadings


def _orthogonal(
    direction: Float64[Tensor, "p 1"], loadings: Float64[Tensor, "p m"], total: Total
) -> Float64[Tensor, "p 1"]:
    """Unit vector along the direction, orthogonal to the loadings.

    Where fewer classes than asked for are left, no direction separates any more and a principal component stands in.
    """
    candidates = torch.cat([direction, total.vectors[:, : loadings.shape[1] + 1]], dim=1)
    rests = candidates - loadings @ (loadings.T @ candidates)
    shares = rests.norm(dim=0) / candidates.norm(dim=0).clamp_min(torch.finfo(torch.float64).tiny)
    chosen = 0 if shares[0] > _PARALLEL else int(shares.argmax())
    rest = rests[:, [chosen]]
    rest = rest - loadings @ (loadings.T @ rest)
    return rest / rest.norm()


def regression(between: Float64[Tensor, "p k"], total: Total, d: int) -> Float64[Tensor, "p d"]:
    """Fisher directions as a regression on the root of the within-class covariance W = S - B (Qiao et al. 2009).

    With W = R' R and B_0 the leading eigenvectors of S^-1 B: A is the polar factor of R^-T B B_0, the coefficients are
    S^-1 B R^-1 A, and the loadings the orthonormal matrix nearest to them. In the eigenbasis of S; B shrinks with it.
    """
    root = (1 - total.shrinkage) ** 0.5 * total.vectors.T @ between
    within = torch.diag(total.values) - root @ root.T
    return total.vectors @ regressed(root, root / total.values[:, None], within, d)


def regressed(
    root: Float64[Tensor, "r k"], solved: Float64[Tensor, "r k"], within: Float64[Tensor, "r r"], d: int
) -> Float64[Tensor, "r d"]:
    """Loadings from a root of B, S^-1 times that, and W (r, r)."""
    upper = torch.linalg.cholesky(within, upper=True)
    leading = torch.linalg.eigh(root.T @ solved).eigenvectors.flip(1)[:, :d]
    first = torch.nn.functional.normalize(solved @ leading, dim=0)
    target = torch.linalg.solve_triangular(upper.T, root @ (root.T @ first), upper=False)
    turned = torch.linalg.solve_triangular(upper, polar(target), upper=True)
    scatter = within + root @ root.T
    coefficients = torch.linalg.solve(scatter, root @ (root.T @ turned))
    return polar(torch.nn.functional.normalize(coefficients, dim=0))


def polar(matrix: Float64[Tensor, "p d"]) -> Float64[Tensor, "p d"]:
    """The matrix with orthonormal columns that is nearest to the one given."""
    left, _, right = torch.linalg.svd(matrix, full_matrices=False)
    return left @ right


DIRECTIONS: dict[str, Directions] = {"svd": svd, "gs": gram_schmidt, "reg": regression}
