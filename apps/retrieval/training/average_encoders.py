"""Averages two runs of `train_search_encoder.py`, of which the second started from the first.

The mean of the weights of two related models is often better than either (model soups, Wortsman et al. 2022).

    python average_encoders.py --first first.safetensors first-head.safetensors \
      --second second.safetensors second-head.safetensors --share 0.7 --out update.safetensors head.safetensors
"""
import argparse

from safetensors import safe_open
from safetensors.torch import load_file, save_file


def average(first, second, share, out):
    a, b = load_file(first), load_file(second)
    if a.keys() != b.keys():
        raise SystemExit(f"{first} and {second} have not the same tensors")
    mean = {name: ((1 - share) * a[name].float() + share * b[name].float()).to(a[name].dtype) for name in a}
    with safe_open(second, "pt") as file:
        save_file(mean, out, metadata=file.metadata())


def main():
    parser = argparse.ArgumentParser()
    for name in ("first", "second", "out"):
        parser.add_argument(f"--{name}", nargs=2, required=True, metavar=("UPDATE", "HEAD"))
    parser.add_argument("--share", type=float, default=0.5, help="of the second, 0 to 1")
    options = parser.parse_args()
    for first, second, out in zip(options.first, options.second, options.out):
        average(first, second, options.share, out)


if __name__ == "__main__":
    main()
