"""Writes everyday sentences with their sentiment, for the kinds of opinion that film reviews do not contain.

    python everyday_sentences.py --emoji <repository>/node_modules/unicode-emoji-json/data-by-emoji.json --out everyday.tsv

Complaints without a word of feeling, accusations, refusals to return, comparatives with `never`, sarcasm, praise by
facts, and emoji by their names, as the service writes them. Each line is a text, a tab, and positive, negative or
neutral. The templates and their words were written for this purpose; the order is seeded.
"""
import argparse
import csv
import itertools
import json
import random
import re

from everyday_templates import EMOJI, MOCKING, SLOTS, TEMPLATES

PER_TEMPLATE = 16
QUESTIONS = 400
PLAIN_INTENTS = set(
    """activate_my_card age_limit apple_pay_or_google_pay atm_support card_acceptance change_pin country_support
    disposable_card_limits edit_personal_details exchange_rate fiat_currency_support order_physical_card
    supported_cards_and_currencies top_up_limits visa_or_mastercard verify_source_of_funds get_physical_card
    getting_spare_card getting_virtual_card transfer_timing card_delivery_estimate""".split()
)
INNERMOST = re.compile(r"\{([^{}]*)\}")


def filled(template, shuffle):
    """The template with random words in its slots: `{a|b|c}` is a choice, `{thing}` a word of the list `thing`."""
    text = template
    while match := INNERMOST.search(text):
        choices = SLOTS.get(match[1]) or match[1].split("|")
        text = text[: match.start()] + shuffle.choice(choices) + text[match.end() :]
    text = " ".join(text.split())
    return text[0].upper() + text[1:] if shuffle.random() < 0.8 else text.lower().rstrip(".")


def noisy(text, shuffle):
    """Some messages are shouted, end with many marks, or have a slip of the keyboard."""
    chance = shuffle.random()
    if chance < 0.04:
        return text.upper()
    if chance < 0.10:
        return text.rstrip(".!") + "!" * shuffle.randint(1, 4)
    if chance < 0.16 and len(text) > 12:
        at = shuffle.randrange(1, len(text) - 2)
        return text[:at] + text[at + 1] + text[at] + text[at + 2 :]
    return text


def sentences(shuffle):
    """Distinct sentences of every template; `neutral` templates have the label of a plain statement."""
    for label, templates in TEMPLATES.items():
        for template in templates:
            amount = PER_TEMPLATE if "{" in template else 1
            for text in {filled(template, shuffle) for _ in range(amount)}:
                yield noisy(text, shuffle), label


def with_emoji(plain, polar, names, shuffle):
    """An emoji alone, after a plain statement, and after an opinion: then the opinion counts, unless it is sarcasm."""
    said = lambda emoji: f"({names[emoji]})"
    for label, emojis in EMOJI.items():
        for emoji in emojis:
            yield said(emoji), label
            for text in shuffle.sample(plain, 4):
                short = " ".join(text.rstrip(".?!").split()[: shuffle.choice((1, 2, 3, 20))])
                yield f"{short} {said(emoji)}", label
            yield from ((f"{text} {said(emoji)}", label) for text in shuffle.sample(SLOTS["subject"], 3))
            other = shuffle.choice(emojis)
            yield f"{said(emoji)} {said(other)}", label
            if label != "neutral":
                yield from ((f"{text} {said(emoji)}", label) for text in shuffle.sample(polar[label], 3))
    for emoji in MOCKING:
        yield from ((f"{text} {said(emoji)}", "negative") for text in shuffle.sample(polar["positive"], 8))
    for emoji, (label, texts) in itertools.product(EMOJI["neutral"], polar.items()):
        yield f"{shuffle.choice(texts)} {said(emoji)}", label


def plain_questions(path, shuffle):
    """Questions of customers that wish to know something, and complain of nothing."""
    with open(path, encoding="utf-8", newline="") as file:
        texts = [row["text"].strip() for row in csv.DictReader(file) if row["category"] in PLAIN_INTENTS]
    return shuffle.sample(texts, QUESTIONS)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--emoji", required=True)
    parser.add_argument("--questions", required=True, help="banking77-train.csv (CC-BY-4.0); some intents are neutral")
    parser.add_argument("--out", required=True)
    parser.add_argument("--seed", type=int, default=7)
    options = parser.parse_args()
    shuffle = random.Random(options.seed)
    with open(options.emoji, encoding="utf-8") as file:
        names = {emoji.replace("\ufe0f", ""): about["name"] for emoji, about in json.load(file).items()}
    rows = list(sentences(shuffle)) + [(text, "neutral") for text in plain_questions(options.questions, shuffle)]
    of = lambda wanted: [text for text, label in rows if label == wanted]
    rows += with_emoji(of("neutral"), {label: of(label) for label in ("positive", "negative")}, names, shuffle)
    shuffle.shuffle(rows)
    with open(options.out, "w", encoding="utf-8") as file:
        file.writelines(f"{text}\t{label}\n" for text, label in dict.fromkeys(rows))
    print({label: sum(own == label for _, own in rows) for label in TEMPLATES})


if __name__ == "__main__":
    main()
