"""skorch, as its README shows it: a classifier of scikit-learn's kind, in a pipeline and under cross-validation."""

import json

import numpy as np
import torch
from sklearn.datasets import make_classification
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler
from skorch import NeuralNetBinaryClassifier, NeuralNetClassifier, NeuralNetRegressor
from skorch.callbacks import EarlyStopping, EpochScoring, GradientNormClipping, LRScheduler
from torch import nn

X, y = make_classification(400, 20, n_informative=10, random_state=0)
X = X.astype(np.float32)
y = y.astype(np.int64)
said = {}


def settle(module):
    random = np.random.RandomState(1)
    with torch.no_grad():
        for p in module.parameters():
            p.copy_(torch.tensor(random.standard_normal(tuple(p.shape)) * 0.2))


class MyModule(nn.Module):
    def __init__(self, num_units=10, outputs=2, nonlin=nn.ReLU()):
        super().__init__()
        self.dense0 = nn.Linear(20, num_units)
        self.nonlin = nonlin
        self.dropout = nn.Dropout(0.0)
        self.dense1 = nn.Linear(num_units, num_units)
        self.output = nn.Linear(num_units, outputs)
        settle(self)

    def forward(self, X, **kwargs):
        X = self.nonlin(self.dense0(X))
        X = self.dropout(X)
        X = self.nonlin(self.dense1(X))
        return self.output(X)


class Probabilities(MyModule):
    def forward(self, X, **kwargs):
        return torch.softmax(super().forward(X), dim=-1)


class Flat(MyModule):
    def __init__(self, **kwargs):
        super().__init__(outputs=1, **kwargs)

    def forward(self, X, **kwargs):
        return super().forward(X).squeeze(-1)


net = NeuralNetClassifier(Probabilities, max_epochs=8, lr=0.1, iterator_train__shuffle=False, verbose=1)
net.fit(X, y)
said["losses"] = [net.history[:, "train_loss"], net.history[:, "valid_loss"], net.history[:, "valid_acc"]]
said["proba"] = net.predict_proba(X[:8]).tolist()
said["predict"] = net.predict(X).tolist()

pipe = Pipeline([("scale", StandardScaler()), ("net", net.set_params(verbose=0))])
pipe.fit(X, y)
said["pipeline"] = pipe.predict_proba(X[:8]).tolist()
said["cross"] = cross_val_score(net, X, y, cv=3, scoring="accuracy").tolist()

search = GridSearchCV(
    net.set_params(train_split=False, verbose=0),
    {"lr": [0.02, 0.1], "max_epochs": [3, 6], "module__num_units": [5, 10]},
    refit=True,
    cv=3,
    scoring="accuracy",
)
search.fit(X, y)
said["search"] = [search.best_score_, search.best_params_["lr"], search.best_params_["max_epochs"]]

binary = NeuralNetBinaryClassifier(
    Flat,
    optimizer=torch.optim.Adam,
    lr=0.01,
    max_epochs=5,
    iterator_train__shuffle=False,
    verbose=0,
    callbacks=[
        ("auc", EpochScoring("roc_auc", lower_is_better=False)),
        ("schedule", LRScheduler(torch.optim.lr_scheduler.StepLR, step_size=2, gamma=0.5)),
        ("clip", GradientNormClipping(1.0)),
        ("stop", EarlyStopping(patience=3)),
    ],
)
binary.fit(X, y.astype(np.float32))
said["binary"] = [binary.history[:, "train_loss"], binary.history[:, "roc_auc"], binary.predict_proba(X[:4]).tolist()]

regressor = NeuralNetRegressor(
    MyModule, module__outputs=1, max_epochs=4, lr=0.01, iterator_train__shuffle=False, verbose=0
)
regressor.fit(X, X[:, :1] * 2 - X[:, 1:2])
regressor.save_params(f_params="weights.pt")
other = NeuralNetRegressor(MyModule, module__outputs=1).initialize()
other.load_params(f_params="weights.pt")
said["regressor"] = [regressor.history[:, "train_loss"], other.predict(X[:6]).tolist()]
print(json.dumps(said))
