"""Labels of other spectra by a trained network."""

from collections.abc import Mapping

import numpy as np

from cubeclust.clustering import Clustering
from cubeclust.methods.protocol import Labeler
from cubeclust.runtime.device import make_exact, out_of_memory_explained, to_device
from cubeclust.spectra import Spectra


def network_labeler(name: str, hidden: int, n_clusters: int, weights: Mapping[str, np.ndarray], device: str) -> Labeler:
    """Posterior of any spectra by the network of that name, with `hidden` units and trained weights."""
    import torch

    from cubeclust.learning import networks

    def label(spectra: Spectra) -> Clustering:
        make_exact(device)
        network = networks.build(name, spectra.flux.shape, hidden, n_clusters, 0)
        network.load_state_dict({key: torch.from_numpy(values) for key, values in weights.items()})
        with torch.no_grad(), out_of_memory_explained():
            data = to_device(spectra.flux, device)
            posterior = networks.posterior(network.to(device), data).cpu().numpy()
        return Clustering(posterior.argmax(axis=1), n_clusters, posterior)

    return label
