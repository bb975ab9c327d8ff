/**
 * Measures a search in the index of `apps/retrieval/dist` among 10,000 documents with 40,000 vectors, in processor time,
 * so that other work on the machine matters less. Vectors and tokens are drawn: only the time is measured here.
 *
 *     node test/bench/search-index.bench.ts [documents]
 */
type Source = typeof import('../../apps/retrieval/src/adapters/exact-vector.index.adapter.js') &
  typeof import('../../apps/retrieval/src/hybrid-index.js');

export interface SearchIndexFigures {
  readonly documents: number;
  /** By the tokens of the question, in milliseconds of processor time. */
  readonly search: Readonly<Record<number, { readonly p50Ms: number; readonly p95Ms: number }>>;
}

const TENANTS = ['bench', 'shared'];
const DIMENSIONS = 384;
const TOKEN_SIZE = 64;
const TOKENS_OF_TEXTS = [6, 60, 50, 45];
const QUESTION_TOKENS = [8, 12, 25, 60];
const SEARCHES = 60;
const WARM_UP = 20;
const WORDS = `card account transfer payment refund loan savings passcode statement limit fee exchange deposit address
  identity receipt merchant currency device freeze close open order change cancel report verify request check`.split(
  /\s+/,
);

/** Fixed draws, 0 to 1 (a linear congruential generator, Numerical Recipes). */
let state = 7;
const draw = (): number => (state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0) / 2 ** 32;
const word = (): string => WORDS[Math.floor(draw() * WORDS.length)]!;
const words = (count: number): string => Array.from({ length: count }, word).join(' ');

function vector(size: number): Float32Array {
  const values = Float32Array.from({ length: size }, () => draw() - 0.5);
  const length = Math.hypot(...values);
  return values.map((value) => value / length);
}

export async function benchSearchIndex(documents: number): Promise<SearchIndexFigures> {
  const folder = new URL('../../apps/retrieval/dist/', import.meta.url);
  const files = ['adapters/exact-vector.index.adapter.js', 'hybrid-index.js'];
  const modules: object[] = await Promise.all(files.map((file) => import(new URL(file, folder).href)));
  const { ExactVectorIndex, HybridIndex } = Object.assign({}, ...modules) as Source;
  const weights = { title: 0.08, passage: 0.32, words: 0.06, tokens: { document: 0.27, passage: 0.26 } };
  const index = new HybridIndex(new ExactVectorIndex(), { weights, threshold: 0.423, scale: 27 });
  for (let n = 0; n < documents; n++) {
    const sections = Array.from({ length: 3 }, () => `## ${words(4)}?\n\n${words(45)}.`);
    await index.set(
      { tenant: 'bench', id: String(n) },
      {
        ...{
          title: words(6),
          text: sections.join('\n\n'),
          intents: [],
          source: 'caller',
          embedding: 'drawn',
          hash: String(n),
        },
        vectors: TOKENS_OF_TEXTS.map(() => vector(DIMENSIONS)),
        tokens: TOKENS_OF_TEXTS.map((count) =>
          Int8Array.from({ length: count * TOKEN_SIZE }, () => Math.round(draw() * 254 - 127)),
        ),
      },
    );
  }
  const search: Record<number, { p50Ms: number; p95Ms: number }> = {};
  for (const count of QUESTION_TOKENS) {
    const times: number[] = [];
    for (let n = -WARM_UP; n < SEARCHES; n++) {
      const tokens = { vectors: vector(count * TOKEN_SIZE), weights: new Float32Array(count).fill(1) };
      const text = words(count);
      const before = process.cpuUsage();
      const corrected = index.corrected(text, TENANTS);
      await index.search({ text: corrected, vector: vector(DIMENSIONS), tokens, tenants: TENANTS, limit: 6 });
      const { user, system } = process.cpuUsage(before);
      if (n >= 0) times.push((user + system) / 1_000);
    }
    times.sort((a, b) => a - b);
    search[count] = { p50Ms: times[SEARCHES / 2]!, p95Ms: times[Math.floor(SEARCHES * 0.95)]! };
  }
  return { documents, search };
}

if (import.meta.main) {
  const figures = await benchSearchIndex(Number(process.argv[2] ?? 10_000));
  process.stdout.write(`${JSON.stringify(figures, null, 2)}\n`);
}
