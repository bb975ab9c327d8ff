/**
 * Where a text stops to be JSON (RFC 8259): the offset of the first character that cannot stand there, or the length of
 * a text that ends too early; undefined if it is JSON. `JSON.parse` names the place only sometimes, and quotes the text.
 * It takes linear time. The nesting of the text must be bounded.
 */
export function jsonFault(text: string): number | undefined {
  const reader = new JsonReader(text);
  return reader.isDocument() ? undefined : reader.at;
}

/** Each method reads one part of the text and returns whether it is there. If not, `at` is where it is wrong. */
class JsonReader {
  at = 0;

  constructor(private readonly text: string) {}

  isDocument(): boolean {
    return this.value() && this.at === this.text.length;
  }

  private value(): boolean {
    this.space();
    const isValue = this.valueAt(this.text[this.at]);
    if (isValue) this.space();
    return isValue;
  }

  private valueAt(first: string | undefined): boolean {
    switch (first) {
      case '{':
        return this.list('}', () => this.member());
      case '[':
        return this.list(']', () => this.value());
      case '"':
        return this.string();
      case 't':
        return this.word('true');
      case 'f':
        return this.word('false');
      case 'n':
        return this.word('null');
      default:
        return this.number();
    }
  }

  private list(end: string, item: () => boolean): boolean {
    this.at++;
    this.space();
    if (this.eat(end)) return true;
    do if (!item()) return false;
    while (this.eat(','));
    return this.eat(end);
  }

  private member(): boolean {
    this.space();
    if (!this.string()) return false;
    this.space();
    return this.eat(':') && this.value();
  }

  private string(): boolean {
    if (!this.eat('"')) return false;
    for (; this.at < this.text.length; this.at++) {
      const code = this.text.charCodeAt(this.at);
      if (code === 0x22) return this.eat('"');
      if (code < 0x20 || (code === 0x5c && !this.escape())) return false;
    }
    return false;
  }

  /** Ends at the last character of the escape. */
  private escape(): boolean {
    const kind = this.text[++this.at] ?? '';
    if (kind !== 'u') return kind !== '' && '"\\/bfnrt'.includes(kind);
    for (let digits = 0; digits < 4; digits++) if (!/[0-9A-Fa-f]/.test(this.text[++this.at] ?? '')) return false;
    return true;
  }

  private number(): boolean {
    this.eat('-');
    if (!this.eat('0') && !this.digits()) return false;
    if (this.eat('.') && !this.digits()) return false;
    if (!this.eat('e') && !this.eat('E')) return true;
    if (!this.eat('+')) this.eat('-');
    return this.digits();
  }

  private digits(): boolean {
    const start = this.at;
    while (isDigit(this.text.charCodeAt(this.at))) this.at++;
    return this.at > start;
  }

  private word(word: string): boolean {
    return [...word].every((letter) => this.eat(letter));
  }

  private space(): void {
    while (isSpace(this.text.charCodeAt(this.at))) this.at++;
  }

  private eat(character: string): boolean {
    const isThere = this.text[this.at] === character;
    if (isThere) this.at++;
    return isThere;
  }
}

const isDigit = (code: number) => code >= 0x30 && code <= 0x39;
const isSpace = (code: number) => code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09;
