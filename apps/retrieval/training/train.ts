// Fits the relevance model: node apps/retrieval/training/train.ts --help (build first: nx build retrieval).
import { hash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { baseConfig, loadConfig } from '@llmos/config';
import { CatalogEmbedder, Safetensors } from '@llmos/models';
import { encodeRelevance, readRelevance, decodeRelevance, writeRelevance } from '#src/relevance/relevance-file.js';
import type { RelevanceModel } from '#src/relevance/relevance.js';
import type { TokenHead } from '#src/relevance/token-head.js';
import { CompanyIndex, type Example } from './company-index.ts';
import { readCompanies, readPublicData, unpackCompany, type Company } from './corpora.ts';
import { exportExamples } from './encoder-examples.ts';
import { FIT_SETTINGS, fitSigns, scoresOf } from './fit.ts';

const EMBEDDING_MODEL = 'minilm';
const UPDATE = 'encoder-update.safetensors';
const MODEL_FOLDER = fileURLToPath(new URL('../model', import.meta.url));
/** Strangers' questions asked of each company: every so many of the public set. */
const STRANGER_STEP = 5;
/** Two fits on different processors differ by less in each number. */
const SAME = 0.02;

const USAGE = `Fits the model that judges whether a document answers a question.
  --export <file>  write what train_search_encoder.py trains the encoder on, and nothing else; needs --clinc
  --clinc <file>   data/data_full.json of CLINC150 (clinc/oos-eval)
  --head <file>    the token head that train_search_encoder.py wrote (default: that of the model in --out)
  --out <folder>   where the model is written, beside ${UPDATE} (default: apps/retrieval/model)
  --check <file>   compare this model (its .json) with what a fit gives now; exits with 1 if they differ
  --score          print how the model in --out judges the companies that were held out
  --unpack <name>  write a held-out company's articles into --out, as a service reads them, and questions.jsonl`;

type Fitted = Pick<RelevanceModel, 'weights' | 'threshold' | 'scale'>;

async function run(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      export: { type: 'string' },
      clinc: { type: 'string' },
      head: { type: 'string' },
      out: { type: 'string', default: MODEL_FOLDER },
      check: { type: 'string' },
      score: { type: 'boolean', default: false },
      unpack: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return print(USAGE);
  if (values.export !== undefined) {
    if (values.clinc === undefined) throw new Error('--export needs --clinc: data/data_full.json of CLINC150');
    return exportExamples(values.export, values.clinc);
  }
  if (values.unpack !== undefined) return unpackCompany(values.unpack, values.out);
  const { home, catalogPath } = loadConfig(baseConfig);
  const update = join(values.out, UPDATE);
  const embedder = new CatalogEmbedder({ model: EMBEDDING_MODEL, update, home, catalogPath, workers: 2 });
  await embedder.start(() => undefined);
  try {
    if (values.score) return await score(embedder, await readModel(values.out));
    const head = values.head === undefined ? (await readModel(values.out)).head : await readHead(values.head);
    const fitted = await fit(embedder, head);
    if (values.check !== undefined) return compare(decodeRelevance(await readRelevance(values.check)), fitted);
    await write({ ...fitted, head }, values.out);
  } finally {
    await embedder.close();
  }
}

async function readModel(folder: string) {
  return decodeRelevance(await readRelevance(join(folder, 'relevance.json')));
}

async function readHead(path: string): Promise<TokenHead> {
  const tensors = Safetensors.decode(await readFile(path));
  const [projection, importance] = [tensors.get('projection', Float32Array), tensors.get('importance', Float32Array)];
  const dimensions = importance.length;
  const [bias = 0] = tensors.get('bias', Float32Array);
  return { dimensions, size: projection.length / dimensions, projection, importance, bias };
}

async function fit(embedder: CatalogEmbedder, head: TokenHead): Promise<Fitted> {
  const strangers = await readStrangers();
  const companies = await readCompanies('calibration');
  const groups: Example[][] = [];
  const asked: Example[] = [];
  for (const company of companies) {
    const index = await CompanyIndex.open(embedder, { ...UNFITTED, head }, company);
    const others = companies.filter((other) => other !== company).flatMap(({ questions }) => questions);
    const foreign = others.filter((_, n) => n % STRANGER_STEP === 0).map(({ text }) => ({ text, articles: [] }));
    const [known, far, near] = await Promise.all(
      [company.questions, strangers, foreign].map((questions) => index.examplesOf(questions)),
    );
    groups.push(known!, [...far!, ...near!]);
    asked.push(...far!);
    print(`${company.name} is read`);
  }
  return fitSigns(groups, asked);
}

const UNFITTED: RelevanceModel = {
  weights: { title: 0.12, passage: 0.26, words: 0.02, tokens: { document: 0.3, passage: 0.3 } },
  threshold: 0.4,
  scale: 26,
};

async function readStrangers(): Promise<Company['questions']> {
  const { strangers } = await readPublicData();
  return strangers.filter((_, n) => n % STRANGER_STEP === 0).map((text) => ({ text, articles: [] }));
}

/** For each company its questions with an answer, those without, and strangers' questions. */
async function score(embedder: CatalogEmbedder, model: RelevanceModel): Promise<void> {
  const strangers = await readStrangers();
  for (const part of ['calibration', 'held-out', 'unseen'] as const)
    for (const company of await readCompanies(part)) {
      const index = await CompanyIndex.open(embedder, model, company);
      const [known, unknown] = [true, false].map((has) =>
        company.questions.filter(({ articles }) => articles.length > 0 === has),
      );
      const [answered, near, far] = await Promise.all(
        [known!, unknown!, strangers].map(async (questions) => scoresOf(model, await index.examplesOf(questions))),
      );
      const { n, first, three, right, wrong } = answered!;
      print(
        JSON.stringify({
          part,
          company: company.name,
          n,
          first,
          three,
          right,
          wrong,
          near: near!.wrong,
          strangers: far!.wrong,
        }),
      );
    }
}

function compare(before: Fitted, { weights, threshold, scale }: Fitted): void {
  const numbers = ({ weights: { tokens, ...signs }, threshold: limit }: Fitted) => [
    ...Object.values(signs),
    ...Object.values(tokens),
    limit,
  ];
  const was = numbers(before);
  const differences = numbers({ weights, threshold, scale }).map((value, n) => Math.abs(value - was[n]!));
  const isSame = Math.max(...differences) < SAME;
  print(isSame ? 'same' : `different: by up to ${Math.max(...differences).toFixed(3)}`);
  process.exitCode = isSame ? 0 : 1;
}

async function write(model: RelevanceModel & { readonly head: TokenHead }, folder: string): Promise<void> {
  const files = encodeRelevance(model, {
    embeddingModel: EMBEDDING_MODEL,
    update: { file: UPDATE, sha256: hash('sha256', await readFile(join(folder, UPDATE))) },
    file: 'relevance.safetensors',
    provenance: { card: 'MODEL_CARD.md', settings: FIT_SETTINGS },
  });
  const path = join(folder, 'relevance.json');
  await writeRelevance(path, files);
  print(
    `wrote ${path}: ${JSON.stringify(files.description.weights)}, threshold ${model.threshold}, scale ${model.scale}`,
  );
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

if (import.meta.main) await run(process.argv.slice(2));
