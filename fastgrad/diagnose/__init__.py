"""Why a model learns, or does not: learning rates, gradients, activations, the landscape of the loss.

Each function takes a `nn.Module`, a loss ``loss(model(x), y)`` and batches, leaves the model as it was, and returns
data: a frozen dataclass that prints as a table and has ``to_dict()``. Its ``draw(ax)`` needs matplotlib, returns the
axes, and shows nothing.
"""

from fastgrad import _names
from fastgrad.diagnose.flow import (
    GradientFlow as GradientFlow,
    LayerFlow as LayerFlow,
    Profile as Profile,
    gradient_flow as gradient_flow,
)
from fastgrad.diagnose.rates import (
    RangeTest as RangeTest,
    RateComparison as RateComparison,
    compare_rates as compare_rates,
    lr_range_test as lr_range_test,
)
from fastgrad.diagnose.statistics import (
    ActivationStatistics as ActivationStatistics,
    LayerActivations as LayerActivations,
    activation_statistics as activation_statistics,
)

__all__ = _names.public(globals(), modules=())
