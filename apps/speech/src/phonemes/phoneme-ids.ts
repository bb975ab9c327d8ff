const START = '^';
const PAD = '_';
const END = '$';

/** Turns phonemes into the ids of a voice: start, then each phoneme with padding after it, then end. */
export class PhonemeIds {
  private readonly ids: ReadonlyMap<string, readonly bigint[]>;

  /** @param map phoneme → ids, `phoneme_id_map` of the voice's JSON file. */
  constructor(map: Readonly<Record<string, readonly number[]>>) {
    this.ids = new Map(Object.entries(map).map(([phoneme, ids]) => [phoneme, ids.map(BigInt)]));
  }

  /** Phonemes that the voice does not know are left out. */
  of(phonemes: string): BigInt64Array {
    const pad = this.idsOf(PAD);
    const ids = [...this.idsOf(START), ...pad];
    // A combining mark is a phoneme of its own.
    for (const phoneme of phonemes.normalize('NFD')) {
      const known = this.ids.get(phoneme);
      if (known) ids.push(...known, ...pad);
    }
    return BigInt64Array.from([...ids, ...this.idsOf(END)]);
  }

  private idsOf(phoneme: string): readonly bigint[] {
    const ids = this.ids.get(phoneme);
    if (!ids) throw new Error(`The voice has no id for '${phoneme}' in its phoneme_id_map; is its JSON file complete?`);
    return ids;
  }
}
