"""Fine-tunes the shared sentence encoder to find the article that answers a customer's message.

Trains a low-rank update of the encoder's 36 linear layers, a projection that shortens its token states, and the weight
of each token of a message, on the companies that `train.ts --export` writes. A step shows the messages of one company
and its articles: each message is to prefer an article that answers it to the others and to "none of them". Some
articles are left out in each step, so that what they answer has no answer, and some messages are shown with typing
errors. An article is compared as the service compares it: the mean vectors and, token by token, late interaction (ColBERT, Khattab & Zaharia 2020).

    python train_search_encoder.py --model model.onnx --tokenizer tokenizer.json --companies companies.jsonl \
      --out ../model/encoder-update.safetensors --head ../model/token-head.safetensors

Deterministic on one machine with one number of threads. See libs/models/training/requirements.txt.
"""
import argparse
import json
import random
import sys
import time
from pathlib import Path

import torch
import torch.nn.functional as F
from safetensors.torch import load_file, save_file
from torch import nn

sys.path.insert(0, str(Path(__file__).resolve().parents[3] / "libs" / "models" / "training"))
from low_rank_encoder import (  # noqa: E402
    WIDTH,
    Average,
    Encoder,
    padded,
    read_encoder,
    read_tokenizer,
    read_update,
    write_update,
)

MAX_TOKENS = 256
TOKENS_AT_ONCE = 4096
WARM_UP_STEPS = 20
SIZE = 64
MESSAGES = 96
ARTICLES = 32
STRANGERS = 24
LEFT_OUT = 0.15
# Messages of one company in an epoch.
MOST_MESSAGES = 800
# The share of messages that are shown with typing errors, and the shortest word that has one.
MISTYPED = 0.3
MISTYPED_LETTERS = 4


class Text:
    """A text with the tokens that are compared: those within its words, for articles without stop words."""

    def __init__(self, tokenizer, text, words):
        encoding = tokenizer.encode(text)
        self.ids = encoding.ids
        self.compared = [start < end and any(start < b and end > a for a, b in words) for start, end in encoding.offsets]
        if not any(self.compared):
            self.compared = [0 < place < len(self.ids) - 1 for place in range(len(self.ids))]


class Message:
    """A customer's message, which is sometimes mistyped."""

    def __init__(self, tokenizer, text, words):
        self.tokenizer, self.text, self.words = tokenizer, text, words
        self.as_written = Text(tokenizer, text, words)

    def draw(self, shuffle):
        if shuffle.random() >= MISTYPED:
            return self.as_written
        return Text(self.tokenizer, *mistyped(self.text, self.words, shuffle))


def mistyped(text, words, shuffle):
    """The text with an error in one or two of its words, and the places of the words in it."""
    words = [list(word) for word in words]
    long = [at for at, (start, end) in enumerate(words) if end - start >= MISTYPED_LETTERS and text[start:end].isalpha()]
    for at in shuffle.sample(long, min(len(long), 1 if len(long) < 6 else 2)):
        place, kind, grows = shuffle.randrange(words[at][0] + 1, words[at][1] - 1), shuffle.random(), 0
        if kind < 0.35:
            text = text[:place] + text[place + 1] + text[place] + text[place + 2 :]
        elif kind < 0.7:
            text, grows = text[:place] + text[place + 1 :], -1
        elif kind < 0.85:
            text, grows = text[:place] + text[place] + text[place:], 1
        else:
            text = text[:place] + shuffle.choice("abcdefghijklmnopqrstuvwxyz") + text[place + 1 :]
        words[at][1] += grows
        for word in words[at + 1 :]:
            word[0] += grows
            word[1] += grows
    return text, words


class Company:
    def __init__(self, tokenizer, row):
        self.articles = [[Text(tokenizer, text["text"], text["words"]) for text in texts] for texts in row["articles"]]
        self.messages = [
            (Message(tokenizer, message["text"], message["words"]), message["answers"]) for message in row["messages"]
        ]


class SearchModel(nn.Module):
    """The encoder, and how a message and an article are compared."""

    def __init__(self, parameters, rank):
        super().__init__()
        self.encoder = Encoder(parameters, rank, outputs=1)
        self.projection = nn.Linear(WIDTH, SIZE, bias=False)
        self.importance = nn.Linear(WIDTH, 1)
        nn.init.orthogonal_(self.projection.weight)
        nn.init.zeros_(self.importance.weight)
        nn.init.constant_(self.importance.bias, 0.54)
        # Of the tokens in the article, in its best passage, the mean vector of the nearest passage, that of the title.
        self.weights = nn.Parameter(torch.tensor([8.0, 8.0, 6.0, 3.0]))
        self.none = nn.Parameter(torch.tensor(11.0))

    def encode(self, texts):
        """For each text its short token vectors, their weights and its mean vector."""
        found = [None] * len(texts)
        for batch in batches_of_tokens(texts):
            ids, mask = padded([texts[index].ids for index in batch])
            states = self.encoder.states(ids, mask)
            means = F.normalize((states * mask[..., None]).sum(1), dim=-1).unbind(0)
            compared = torch.zeros_like(mask)
            for row, index in enumerate(batch):
                compared[row, : len(texts[index].ids)] = torch.tensor(texts[index].compared)
            counts = compared.sum(1).tolist()
            tokens = states[compared]
            vectors = F.normalize(self.projection(tokens), dim=-1).split(counts)
            weights = F.softplus(self.importance(tokens)).squeeze(-1).split(counts)
            for row, index in enumerate(batch):
                found[index] = (vectors[row], weights[row], means[row])
        return found

    def compare(self, messages, articles):
        """The evidence of each article (titles first) for each message, and of "none of them" in the last column."""
        texts = [text for article in articles for text in article]
        sizes = [len(article) for article in articles]
        message = torch.repeat_interleave(torch.arange(len(messages)), torch.tensor([len(m[1]) for m in messages]))
        weights = torch.cat([m[1] for m in messages])
        weights = weights / torch.zeros(len(messages)).index_add(0, message, weights)[message]
        cosines = torch.cat([m[0] for m in messages]) @ torch.cat([t[0] for t in texts]).T
        of_texts = torch.stack([part.amax(1) for part in cosines.split([len(t[1]) for t in texts], 1)], 1)
        of_articles = torch.stack([part.amax(1) for part in of_texts.split(sizes, 1)], 1)
        matches = weights[:, None] * torch.cat([of_texts, of_articles], 1)
        matches = torch.zeros(len(messages), matches.shape[1]).index_add(0, message, matches)
        in_texts, in_articles = matches.split([len(texts), len(articles)], 1)
        means = torch.stack([m[2] for m in messages]) @ torch.stack([t[2] for t in texts]).T
        titles = torch.stack([part[:, 0] for part in means.split(sizes, 1)], 1)
        signs = torch.stack([in_articles, nearest(in_texts, sizes), nearest(means, sizes), titles], -1)
        return torch.cat([signs @ self.weights, self.none.expand(len(messages), 1)], 1)


def nearest(values, sizes):
    """Of each article, the value of its best passage; the first text is the title."""
    return torch.stack([part[:, 1:].amax(1) if part.shape[1] > 1 else part[:, 0] for part in values.split(sizes, 1)], 1)


def batches_of_tokens(texts):
    order, batch = sorted(range(len(texts)), key=lambda index: len(texts[index].ids)), []
    for index in order:
        if batch and (len(batch) + 1) * len(texts[index].ids) > TOKENS_AT_ONCE:
            yield batch
            batch = []
        batch.append(index)
    yield batch


def plan(companies, shuffle):
    """An epoch: each company's messages in portions, in random order."""
    steps = []
    for company in companies:
        messages = shuffle.sample(company.messages, min(MOST_MESSAGES, len(company.messages)))
        steps += [(company, messages[at : at + MESSAGES]) for at in range(0, len(messages), MESSAGES)]
    shuffle.shuffle(steps)
    return steps


def shown_articles(company, messages, shuffle):
    """The places of the articles that a step shows: those asked for first, some left out."""
    places = [place for place in range(len(company.articles)) if shuffle.random() >= LEFT_OUT]
    wanted = {place for _, answers in messages for place in answers}
    shuffle.shuffle(places)
    places.sort(key=lambda place: place not in wanted)
    return places[:ARTICLES]


def loss_of(model, messages, articles):
    encoded = model.encode([text for text, _ in messages] + [text for article in articles for text in article])
    at, compared = len(messages), []
    for article in articles:
        compared.append(encoded[at : at + len(article)])
        at += len(article)
    evidence = model.compare(encoded[: len(messages)], compared)
    right = torch.zeros_like(evidence, dtype=torch.bool)
    for row, (_, answers) in enumerate(messages):
        right[row, answers or [-1]] = True
    return -evidence.log_softmax(1).masked_fill(~right, -torch.inf).logsumexp(1).mean()


def head_of(model):
    return {
        "projection": model.projection.weight,
        "importance": model.importance.weight[0],
        "bias": model.importance.bias,
        "weights": model.weights,
        "none": model.none[None],
    }


@torch.no_grad()
def read_head(path, model):
    written = load_file(path)
    for name, tensor in head_of(model).items():
        tensor.copy_(written[name])


def main():
    parser = argparse.ArgumentParser()
    for name in ("model", "tokenizer", "companies", "out", "head"):
        parser.add_argument(f"--{name}", required=True)
    parser.add_argument("--start", nargs=2, metavar=("OUT", "HEAD"), help="train what an earlier run wrote further")
    parser.add_argument("--epochs", type=float, default=3)
    parser.add_argument("--rank", type=int, default=16)
    parser.add_argument("--rate", type=float, default=1e-3)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    torch.manual_seed(options.seed)
    torch.set_num_threads(options.threads)
    shuffle = random.Random(options.seed)

    tokenizer = read_tokenizer(options.tokenizer, MAX_TOKENS)
    with open(options.companies, encoding="utf-8") as file:
        rows = [json.loads(line) for line in file]
    strangers = [(Message(tokenizer, text["text"], text["words"]), []) for text in rows.pop(0)["strangers"]]
    companies = [Company(tokenizer, row) for row in rows]
    print(f"{len(companies)} companies, {sum(len(company.messages) for company in companies)} messages", flush=True)

    parameters, quantised = read_encoder(options.model)
    model = SearchModel(parameters, options.rank)
    if options.start:
        read_update(options.start[0], model.encoder, quantised)
        read_head(options.start[1], model)
    update = [*model.encoder.down.values(), *model.encoder.up.values()]
    optimiser = torch.optim.AdamW(
        [
            {"params": update, "lr": options.rate, "weight_decay": 0.01},
            {"params": [model.projection.weight, *model.importance.parameters()], "lr": 1e-3, "weight_decay": 0.0},
            {"params": [model.weights, model.none], "lr": 0.03, "weight_decay": 0.0},
        ]
    )
    rates = [group["lr"] for group in optimiser.param_groups]
    average = Average(model, decay=0.98)
    steps = int(options.epochs * len(plan(companies, random.Random(0))))
    step, started, losses = 0, time.time(), []
    while step < steps:
        for company, messages in plan(companies, shuffle)[: steps - step]:
            share = min(1.0, (step + 1) / WARM_UP_STEPS) * (1 - step / steps)
            for group, rate in zip(optimiser.param_groups, rates):
                group["lr"] = rate * share
            places = shown_articles(company, messages, shuffle)
            at = {place: column for column, place in enumerate(places)}
            shown = messages + shuffle.sample(strangers, STRANGERS)
            asked = [(text.draw(shuffle), [at[place] for place in answers if place in at]) for text, answers in shown]
            loss = loss_of(model, asked, [company.articles[place] for place in places])
            optimiser.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(update, 1.0)
            optimiser.step()
            step += 1
            losses.append(loss.item())
            if step >= steps // 2:
                average.update()
            if step % 20 == 0:
                mean = sum(losses[-20:]) / 20
                print(f"step {step} of {steps} loss {mean:.3f} {time.time() - started:.0f} s", flush=True)
    average.apply()
    write_update(options.out, model.encoder, quantised, {"rank": options.rank, "steps": steps})
    save_file({name: tensor.detach().contiguous() for name, tensor in head_of(model).items()}, options.head)


if __name__ == "__main__":
    main()
