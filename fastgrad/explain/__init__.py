"""What a model looks at: attributions of a prediction to its input, to layers, and to the samples that it learned from.

Each function takes any `nn.Module` (those that need no layers, any function of a batch), leaves it as it was, and
returns data: an `Attribution`, which prints as a table, or a class of its own. Drawing is separate, and needs
matplotlib.
"""

from fastgrad import _names
from fastgrad.explain._model import Attribution as Attribution
from fastgrad.explain.cam import (
    grad_cam as grad_cam,
    grad_cam_plus_plus as grad_cam_plus_plus,
)
from fastgrad.explain.deeplift import deep_lift as deep_lift
from fastgrad.explain.draw import (
    color_tokens as color_tokens,
    draw_overlay as draw_overlay,
    draw_tokens as draw_tokens,
)
from fastgrad.explain.gradients import (
    gradient_times_input as gradient_times_input,
    guided_backprop as guided_backprop,
    integrated_gradients as integrated_gradients,
    layer_activation as layer_activation,
    layer_gradient_times_activation as layer_gradient_times_activation,
    layer_integrated_gradients as layer_integrated_gradients,
    saliency as saliency,
    smooth_grad as smooth_grad,
    token_attributions as token_attributions,
)
from fastgrad.explain.influence import Influence as Influence, self_influence as self_influence, tracin as tracin
from fastgrad.explain.maximize import MaximalInput as MaximalInput, maximize_activation as maximize_activation
from fastgrad.explain.occlusion import occlusion as occlusion

__all__ = _names.public(globals(), modules=())
