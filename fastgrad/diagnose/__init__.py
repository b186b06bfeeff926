"""Why a model learns, or does not: learning rates, gradients, activations, the landscape of the loss.

Each function takes a `nn.Module`, a loss ``loss(model(x), y)`` and batches, leaves the model as it was, and returns
data: a frozen dataclass that prints as a table and has ``to_dict()``. Its ``draw(ax)`` needs matplotlib, returns the
axes, and shows nothing.
"""

from fastgrad import _names
from fastgrad.diagnose.anomaly import detect_anomaly as detect_anomaly
from fastgrad.diagnose.critical import (
    CriticalPoint as CriticalPoint,
    CriticalPoints as CriticalPoints,
    classify_point as classify_point,
    find_critical_points as find_critical_points,
)
from fastgrad.diagnose.curvature import (
    Sharpness as Sharpness,
    Spectrum as Spectrum,
    sharpness as sharpness,
    spectrum as spectrum,
)
from fastgrad.diagnose.flow import (
    GradientFlow as GradientFlow,
    LayerFlow as LayerFlow,
    Profile as Profile,
    gradient_flow as gradient_flow,
)
from fastgrad.diagnose.functions import (
    ActivationFunction as ActivationFunction,
    ActivationTable as ActivationTable,
    activation_table as activation_table,
)
from fastgrad.diagnose.landscape import (
    LossLine as LossLine,
    LossPlane as LossPlane,
    landscape_line as landscape_line,
    landscape_plane as landscape_plane,
)
from fastgrad.diagnose.noise import (
    BatchSizes as BatchSizes,
    NoiseScale as NoiseScale,
    compare_batch_sizes as compare_batch_sizes,
    gradient_noise_scale as gradient_noise_scale,
)
from fastgrad.diagnose.optimizers import (
    SURFACES as SURFACES,
    Contestant as Contestant,
    OptimizerComparison as OptimizerComparison,
    OptimizerPaths as OptimizerPaths,
    Surface as Surface,
    compare_optimizers as compare_optimizers,
    trace_optimizers as trace_optimizers,
    usual_optimizers as usual_optimizers,
)
from fastgrad.diagnose.rates import (
    RangeTest as RangeTest,
    RateComparison as RateComparison,
    compare_rates as compare_rates,
    lr_range_test as lr_range_test,
)
from fastgrad.diagnose.regularization import (
    Regularization as Regularization,
    RegularizationComparison as RegularizationComparison,
    RegularizedTraining as RegularizedTraining,
    compare_regularization as compare_regularization,
    usual_regularizations as usual_regularizations,
    with_batch_norm as with_batch_norm,
    with_dropout as with_dropout,
)
from fastgrad.diagnose.statistics import (
    ActivationStatistics as ActivationStatistics,
    LayerActivations as LayerActivations,
    activation_statistics as activation_statistics,
)

__all__ = _names.public(globals(), modules=())
