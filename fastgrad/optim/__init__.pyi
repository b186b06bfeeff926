# Written by tools/stubs.py.
from fastgrad.optim import lr_scheduler as lr_scheduler, swa_utils as swa_utils
from fastgrad.optim.adadelta import Adadelta as Adadelta
from fastgrad.optim.adafactor import Adafactor as Adafactor
from fastgrad.optim.adagrad import Adagrad as Adagrad
from fastgrad.optim.adam import Adam as Adam, AdamW as AdamW
from fastgrad.optim.adamax import Adamax as Adamax
from fastgrad.optim.asgd import ASGD as ASGD
from fastgrad.optim.conjugate_gradient import ConjugateGradient as ConjugateGradient
from fastgrad.optim.lamb import LAMB as LAMB
from fastgrad.optim.lbfgs import LBFGS as LBFGS
from fastgrad.optim.lion import Lion as Lion
from fastgrad.optim.muon import Muon as Muon
from fastgrad.optim.nadam import NAdam as NAdam
from fastgrad.optim.optimizer import Optimizer as Optimizer
from fastgrad.optim.radam import RAdam as RAdam
from fastgrad.optim.rmsprop import RMSprop as RMSprop
from fastgrad.optim.rprop import Rprop as Rprop
from fastgrad.optim.scipy_minimizer import SciPyMinimizer as SciPyMinimizer
from fastgrad.optim.sgd import SGD as SGD
