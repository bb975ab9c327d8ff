"""Writes posts of people with their sentiment: tweets of SemEval (2013 to 2016) and comments of GoEmotions.

    python public_posts.py --tweets <folder of twitter-201*-A.tsv> --without val_text.txt --comments train.tsv \
      --labels labels.txt --emoji <repository>/node_modules/unicode-emoji-json/data-by-emoji.json --out posts.tsv

`--without` names the posts that are kept for measuring (the development part of TweetEval, from the same tweets). Emoji
are written by their names, as the service writes them. Each line is a text, a tab, and positive, negative or neutral.
"""
import argparse
import csv
import html
import json
import random
import re
from pathlib import Path

# Emotions that tell the sentiment; the others (curiosity, amusement, fear, …) go both ways.
POSITIVE = set("admiration gratitude joy love excitement pride relief".split())
NEGATIVE = set("anger annoyance disappointment disapproval disgust sadness".split())
AMOUNTS = {"tweets": {"positive": 3000, "negative": 3000, "neutral": 2500}}
AMOUNTS["comments"] = {"positive": 2000, "negative": 2500, "neutral": 1500}
NAMES = "Anna Tom Maria Paul Lisa Sam Kate Ben Julia Mark".split()
EMOJI = re.compile("[\U0001f1e6-\U0001f1ff\U0001f300-\U0001faff\u2600-\u27bf][\U0001f3fb-\U0001f3ff\ufe0f]*")


def in_words(text, names):
    """Each emoji by its name; a repeated one once."""
    text = re.sub(rf"({EMOJI.pattern})(?:\1)+", r"\1", text)
    bare = lambda emoji: re.sub("[\U0001f3fb-\U0001f3ff\ufe0f]", "", emoji)
    text = EMOJI.sub(lambda match: f" ({names[bare(match[0])]}) " if bare(match[0]) in names else "", text)
    return " ".join(text.split())


def key(text):
    """Letters alone: the same tweet is written in different ways in the two collections."""
    return re.sub(r"[^a-z]", "", re.sub(r"@\w+|https?\S*", "", html.unescape(text).lower()))


def tweets(folder, without):
    kept_out = {key(line) for line in open(without, encoding="utf-8")}
    seen = set()
    for path in sorted(Path(folder).glob("twitter-201*-A.tsv")):
        for line in open(path, encoding="utf-8"):
            _, label, text = line.rstrip("\n").split("\t")[:3]
            text = re.sub(r"\\u([0-9a-f]{4})", lambda match: chr(int(match[1], 16)), text.strip().strip('"'))
            text = html.unescape(text.replace('""', '"').replace("\u2019", "'"))
            text = re.sub(r"https?\S*", "", re.sub(r"@\w+", "@user", text))
            if text.isascii() and len(text) > 15 and key(text) not in kept_out and key(text) not in seen:
                seen.add(key(text))
                yield " ".join(text.split()), label


def comments(path, labels, shuffle):
    known = Path(labels).read_text(encoding="utf-8").split()
    for text, numbers, _ in csv.reader(open(path, encoding="utf-8"), delimiter="\t", quoting=csv.QUOTE_NONE):
        emotions = {known[int(number)] for number in numbers.split(",")}
        label = "positive" if emotions <= POSITIVE else "negative" if emotions <= NEGATIVE else None
        label = "neutral" if emotions == {"neutral"} else label
        text = re.sub(r"\[NAME\]", lambda _: shuffle.choice(NAMES), text)
        if label and "[" not in text:
            yield text, label


def main():
    parser = argparse.ArgumentParser()
    for name in ("tweets", "without", "comments", "labels", "emoji", "out"):
        parser.add_argument(f"--{name}", required=True)
    parser.add_argument("--seed", type=int, default=7)
    options = parser.parse_args()
    shuffle = random.Random(options.seed)
    with open(options.emoji, encoding="utf-8") as file:
        names = {emoji.replace("\ufe0f", ""): about["name"] for emoji, about in json.load(file).items()}
    sources = {
        "tweets": list(tweets(options.tweets, options.without)),
        "comments": list(comments(options.comments, options.labels, shuffle)),
    }
    rows = [row for row in sources["comments"] if EMOJI.search(row[0]) and row[1] != "neutral"]
    for source, amounts in AMOUNTS.items():
        for label, amount in amounts.items():
            of = [row for row in sources[source] if row[1] == label]
            rows += shuffle.sample(of, min(amount, len(of)))
    rows = list(dict.fromkeys((in_words(text, names), label) for text, label in rows))
    shuffle.shuffle(rows)
    with open(options.out, "w", encoding="utf-8") as file:
        file.writelines(f"{text}\t{label}\n" for text, label in rows if text)
    print({label: sum(own == label for _, own in rows) for label in AMOUNTS["tweets"]})


if __name__ == "__main__":
    main()
