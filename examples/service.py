"""A small service on PyTorch: it answers an image of a digit with scores, by HTTP and JSON.

    python examples/service.py                      on PyTorch
    python -m fastgrad.torch examples/service.py    on fastgrad; not a line of it knows

    curl -d '{"image": [[0.0, ...], ...]}' http://127.0.0.1:8000

Weights are those of ``--weights``, a checkpoint that ``torch.save(model.state_dict(), path)`` wrote, or drawn.
"""

import argparse
import json
from http.server import BaseHTTPRequestHandler, HTTPServer

import torch
from torch import nn


class LeNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv2d(1, 32, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(32, 64, 3, padding=1), nn.ReLU(),
            nn.MaxPool2d(2), nn.Flatten(),
        )  # fmt: skip
        self.classifier = nn.Sequential(nn.Linear(64 * 7 * 7, 128), nn.ReLU(), nn.Dropout(0.5), nn.Linear(128, 10))

    def forward(self, x):
        return self.classifier(self.features(x))


class Handler(BaseHTTPRequestHandler):
    model: nn.Module

    def do_POST(self):
        try:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            image = torch.tensor(body["image"], dtype=torch.float32)
            with torch.no_grad():
                scores = torch.softmax(self.model(image.view(1, 1, 28, 28)), dim=1)[0]
            self.answer(200, {"digit": scores.argmax().item(), "scores": scores.tolist()})
        except (KeyError, TypeError, ValueError, RuntimeError) as error:
            self.answer(400, {"error": str(error)})

    def answer(self, status, content):
        reply = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(reply)))
        self.end_headers()
        self.wfile.write(reply)

    def log_message(self, *args):
        pass


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--weights")
    options = parser.parse_args()
    model = LeNet()
    if options.weights:
        model.load_state_dict(torch.load(options.weights, weights_only=True))
    Handler.model = model.eval()
    server = HTTPServer(("127.0.0.1", options.port), Handler)
    print(f"PyTorch {torch.__version__} at http://127.0.0.1:{server.server_address[1]}", flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
