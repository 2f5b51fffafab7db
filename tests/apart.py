"""A device that computes on the CPU but keeps its tensors apart as a GPU does, to find what mixes the two.

Its tensors are no arrays for numpy, and an operation on some of them and some of the CPU's fails as it would with CUDA:
allowed are single numbers, copies, and indices from the CPU. It stands on torch's interface for backends in Python.
"""

from collections.abc import Callable
from typing import Any, Self

import torch
from torch.utils import backend_registration
from torch.utils._python_dispatch import return_and_correct_aliasing
from torch.utils._pytree import tree_leaves, tree_map_only

NAME = "apart"
_MIXING = {"copy_", "_to_copy", "index", "index_put", "index_put_", "_index_put_impl_"}
FACTORIES = ("tensor", "as_tensor", "arange", "linspace")  # that `placed` has to help
_LIBRARY = torch.library.Library("_", "IMPL")


class Apart(torch.Tensor):
    """A tensor of the device; `inner` has its numbers."""

    inner: torch.Tensor

    @staticmethod
    def __new__(cls, inner: torch.Tensor) -> Self:
        """Take the numbers of a tensor of the CPU."""
        made = torch.Tensor._make_wrapper_subclass(
            cls,
            inner.shape,
            strides=inner.stride(),
            storage_offset=inner.storage_offset(),
            dtype=inner.dtype,
            device=torch.device(NAME, 0),
        )
        made.inner = inner
        return made

    @classmethod
    def __torch_dispatch__(cls, operation: Any, types: Any, args: tuple = (), kwargs: dict | None = None) -> Any:
        return computed(operation, args, kwargs or {})

    def __getitem__(self, index: Any) -> torch.Tensor:
        return super().__getitem__(without_lists(index))

    def __setitem__(self, index: Any, value: Any) -> None:
        super().__setitem__(without_lists(index), value)

    def new_tensor(self, data: Any) -> torch.Tensor:
        return torch.tensor(data, dtype=self.dtype).to(self.device)

    def __repr__(self, **contents: Any) -> str:
        return f"{NAME}: {self.inner}"

    def tolist(self) -> list:
        return self.inner.tolist()


def placed(make: Callable[..., torch.Tensor]) -> Callable[..., torch.Tensor]:
    """A factory of torch that makes its tensor on the CPU and moves it: some pass a backend in Python by."""

    def made(*args: Any, device: Any = None, **kwargs: Any) -> torch.Tensor:
        tensor = make(*args, **kwargs)
        return tensor if device is None else tensor.to(device)

    return made


def without_lists(index: Any) -> Any:
    """An index whose lists are tensors."""
    if isinstance(index, tuple):
        return tuple(map(without_lists, index))
    return torch.tensor(index, dtype=torch.int64) if isinstance(index, list) else index


def is_apart(device: Any) -> bool:
    return device is not None and torch.device(device).type == NAME


def computed(operation: Any, args: tuple, kwargs: dict) -> Any:
    """Result of an operation, on the device it belongs to; RuntimeError where it takes tensors of both."""
    name = operation._schema.name.removeprefix("aten::")
    tensors = [leaf for leaf in tree_leaves((args, kwargs)) if isinstance(leaf, torch.Tensor)]
    ours = [tensor for tensor in tensors if isinstance(tensor, Apart)]
    require_one_device(name, tensors, ours)
    device = kwargs.get("device")
    plain = {**kwargs, "device": torch.device("cpu")} if device is not None else kwargs
    found = operation(*tree_map_only(Apart, inner, args), **tree_map_only(Apart, inner, plain))
    if name == "copy_":
        return args[0]
    if not (bool(ours) if device is None else is_apart(device)):
        return found
    wrapped = tree_map_only(torch.Tensor, Apart, found)
    return return_and_correct_aliasing(operation, args, kwargs, wrapped) if ours else wrapped


def inner(tensor: Apart) -> torch.Tensor:
    return tensor.inner


def require_one_device(name: str, tensors: list[torch.Tensor], ours: list[Apart]) -> None:
    """Raise RuntimeError for tensors of both devices, where CUDA would."""
    others = [tensor for tensor in tensors if not isinstance(tensor, Apart) and tensor.dim()]
    if ours and others and (name not in _MIXING or (name.startswith("index") and not isinstance(tensors[0], Apart))):
        raise RuntimeError(f"{name}: tensors of {NAME} and of the CPU, such as one of {tuple(others[0].shape)}")


backend_registration._setup_privateuseone_for_python_backend(NAME)
_LIBRARY.fallback(lambda operation, *args, **kwargs: computed(operation, args, kwargs), "PrivateUse1")
