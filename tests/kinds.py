"""Which methods stand for all."""

from cubeclust.methods import METHODS

# One name of each class: where the road is tested and not the method, the others would walk the same lines.
ONE_OF_EACH_CLASS = list({(method.module, method.class_name): name for name, method in METHODS.items()}.values())
