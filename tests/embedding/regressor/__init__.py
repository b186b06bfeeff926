"""A package that embeds fastgrad: an estimator in scikit-learn's manner, typed throughout."""

from regressor.estimator import NetworkRegressor
from regressor.losses import Huber, huber
from regressor.modules import Attention, Blocks, Residual, Standardize

__all__ = ["Attention", "Blocks", "Huber", "NetworkRegressor", "Residual", "Standardize", "huber"]
