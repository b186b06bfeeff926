"""Probability distributions: samples, with gradients where they have any, densities, entropies and divergences.

Classes, arguments and meanings are PyTorch's ``torch.distributions``.
"""

from fastgrad.distributions import (
    constraint_registry as constraint_registry,
    constraints as constraints,
    exp_family as exp_family,
    kl as kl,
    transforms as transforms,
    utils as utils,
)
from fastgrad.distributions.bernoulli import Bernoulli as Bernoulli
from fastgrad.distributions.beta import Beta as Beta
from fastgrad.distributions.binomial import Binomial as Binomial
from fastgrad.distributions.categorical import Categorical as Categorical
from fastgrad.distributions.cauchy import Cauchy as Cauchy
from fastgrad.distributions.chi2 import Chi2 as Chi2
from fastgrad.distributions.constraint_registry import biject_to as biject_to, transform_to as transform_to
from fastgrad.distributions.continuous_bernoulli import ContinuousBernoulli as ContinuousBernoulli
from fastgrad.distributions.dirichlet import Dirichlet as Dirichlet
from fastgrad.distributions.distribution import (
    Distribution as Distribution,
    ExponentialFamily as ExponentialFamily,
)
from fastgrad.distributions.exponential import Exponential as Exponential
from fastgrad.distributions.fishersnedecor import FisherSnedecor as FisherSnedecor
from fastgrad.distributions.gamma import Gamma as Gamma
from fastgrad.distributions.geometric import Geometric as Geometric
from fastgrad.distributions.gumbel import Gumbel as Gumbel
from fastgrad.distributions.half_cauchy import HalfCauchy as HalfCauchy
from fastgrad.distributions.half_normal import HalfNormal as HalfNormal
from fastgrad.distributions.independent import Independent as Independent
from fastgrad.distributions.inverse_gamma import InverseGamma as InverseGamma
from fastgrad.distributions.kl import kl_divergence as kl_divergence, register_kl as register_kl
from fastgrad.distributions.kumaraswamy import Kumaraswamy as Kumaraswamy
from fastgrad.distributions.laplace import Laplace as Laplace
from fastgrad.distributions.lkj_cholesky import LKJCholesky as LKJCholesky
from fastgrad.distributions.log_normal import LogNormal as LogNormal
from fastgrad.distributions.logistic_normal import LogisticNormal as LogisticNormal
from fastgrad.distributions.lowrank_multivariate_normal import LowRankMultivariateNormal as LowRankMultivariateNormal
from fastgrad.distributions.mixture_same_family import MixtureSameFamily as MixtureSameFamily
from fastgrad.distributions.multinomial import Multinomial as Multinomial
from fastgrad.distributions.multivariate_normal import MultivariateNormal as MultivariateNormal
from fastgrad.distributions.negative_binomial import NegativeBinomial as NegativeBinomial
from fastgrad.distributions.normal import Normal as Normal
from fastgrad.distributions.one_hot_categorical import (
    OneHotCategorical as OneHotCategorical,
    OneHotCategoricalStraightThrough as OneHotCategoricalStraightThrough,
)
from fastgrad.distributions.pareto import Pareto as Pareto
from fastgrad.distributions.poisson import Poisson as Poisson
from fastgrad.distributions.relaxed_bernoulli import RelaxedBernoulli as RelaxedBernoulli
from fastgrad.distributions.relaxed_categorical import RelaxedOneHotCategorical as RelaxedOneHotCategorical
from fastgrad.distributions.studentT import StudentT as StudentT
from fastgrad.distributions.transformed_distribution import TransformedDistribution as TransformedDistribution
from fastgrad.distributions.transforms import (
    AbsTransform as AbsTransform,
    AffineTransform as AffineTransform,
    CatTransform as CatTransform,
    ComposeTransform as ComposeTransform,
    CorrCholeskyTransform as CorrCholeskyTransform,
    CumulativeDistributionTransform as CumulativeDistributionTransform,
    ExpTransform as ExpTransform,
    IndependentTransform as IndependentTransform,
    LowerCholeskyTransform as LowerCholeskyTransform,
    PositiveDefiniteTransform as PositiveDefiniteTransform,
    PowerTransform as PowerTransform,
    ReshapeTransform as ReshapeTransform,
    SigmoidTransform as SigmoidTransform,
    SoftmaxTransform as SoftmaxTransform,
    SoftplusTransform as SoftplusTransform,
    StackTransform as StackTransform,
    StickBreakingTransform as StickBreakingTransform,
    TanhTransform as TanhTransform,
    Transform as Transform,
    identity_transform as identity_transform,
)
from fastgrad.distributions.uniform import Uniform as Uniform
from fastgrad.distributions.von_mises import VonMises as VonMises
from fastgrad.distributions.weibull import Weibull as Weibull
from fastgrad.distributions.wishart import Wishart as Wishart

__all__ = [
    "AbsTransform",
    "AffineTransform",
    "Bernoulli",
    "Beta",
    "Binomial",
    "CatTransform",
    "Categorical",
    "Cauchy",
    "Chi2",
    "ComposeTransform",
    "ContinuousBernoulli",
    "CorrCholeskyTransform",
    "CumulativeDistributionTransform",
    "Dirichlet",
    "Distribution",
    "ExpTransform",
    "Exponential",
    "ExponentialFamily",
    "FisherSnedecor",
    "Gamma",
    "Geometric",
    "Gumbel",
    "HalfCauchy",
    "HalfNormal",
    "Independent",
    "IndependentTransform",
    "InverseGamma",
    "Kumaraswamy",
    "LKJCholesky",
    "Laplace",
    "LogNormal",
    "LogisticNormal",
    "LowRankMultivariateNormal",
    "LowerCholeskyTransform",
    "MixtureSameFamily",
    "Multinomial",
    "MultivariateNormal",
    "NegativeBinomial",
    "Normal",
    "OneHotCategorical",
    "OneHotCategoricalStraightThrough",
    "Pareto",
    "Poisson",
    "PositiveDefiniteTransform",
    "PowerTransform",
    "RelaxedBernoulli",
    "RelaxedOneHotCategorical",
    "ReshapeTransform",
    "SigmoidTransform",
    "SoftmaxTransform",
    "SoftplusTransform",
    "StackTransform",
    "StickBreakingTransform",
    "StudentT",
    "TanhTransform",
    "Transform",
    "TransformedDistribution",
    "Uniform",
    "VonMises",
    "Weibull",
    "Wishart",
    "biject_to",
    "identity_transform",
    "kl_divergence",
    "register_kl",
    "transform_to",
]
