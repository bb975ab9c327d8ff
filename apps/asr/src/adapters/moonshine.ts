import type { Device } from '@llmos/models';
import { openSession, Tensor, type InferenceSession } from '@llmos/models/inference';
import type { PieceRecogniser, RecognisedPiece } from '../ports/piece-recogniser.port.js';
import { EnglishHead } from './english-head.js';
import { MoonshineCache } from './moonshine-cache.js';
import { MoonshineTokens } from './moonshine-tokens.js';
import { stopIfAsked } from './stop-flag.js';

const SAMPLE_RATE = 16_000;
const START_ID = 1;
const END_ID = 2;
/** Speech has no more tokens than this; a decoder that exceeds it is in a loop. */
const MAX_TOKENS_PER_SECOND = 6.5;
/** The encoder's convolutions need about 0.06 s; shorter pieces are padded with silence. */
const MIN_SAMPLES = 1_600;
/** The decoder reads every 384th sample of the mask: one for each frame of the encoder. */
const SAMPLES_PER_FRAME = 384;
/** A batch of eight is a few per cent faster on long recordings and takes 150 MB more. */
const BATCH_SIZE = 4;

/** Absolute paths of the model's files. */
export interface MoonshineFiles {
  /** The model's name in the catalog. */
  readonly name: string;
  readonly encoder: string;
  readonly decoder: string;
  readonly tokenizer: string;
}

interface LoadOptions {
  readonly device?: Device | undefined;
  /** Pieces decoded together. */
  readonly batchSize?: number;
}

/** One piece of speech after the encoder. */
interface Encoded {
  readonly frames: number;
  readonly maxTokens: number;
  /** frames × size, row-major. */
  readonly hidden: Float32Array;
}

/** A piece as text, and as the mean of the encoder's states. */
export interface HeardPiece extends Pick<RecognisedPiece, 'text' | 'confidence'> {
  readonly state: Float32Array;
}

/** A token, and the logarithm of its probability. */
interface Choice {
  readonly id: number;
  readonly logProbability: number;
}

/** The tokens of a piece so far, and the sum of the logarithms of their probabilities. */
interface DecodedRow {
  readonly ids: number[];
  logProbability: number;
  ended: boolean;
}

/**
 * The speech recogniser: pieces of 16 kHz mono speech in, their texts out, by greedy search on the calling thread.
 *
 * The decoder takes pieces in batches. The encoder takes them one by one: its first layer normalises over the whole
 * length, so padding a short piece would change its result.
 * @see Jeffries et al., Moonshine: Speech Recognition for Live Transcription and Voice Commands, 2024
 */
export class Moonshine implements PieceRecogniser {
  readonly language = 'en';
  readonly threads = 1;

  private constructor(
    readonly model: string,
    private readonly encoder: InferenceSession,
    private readonly decoder: InferenceSession,
    private readonly tokens: MoonshineTokens,
    private readonly head: EnglishHead | undefined,
    private readonly batchSize: number,
  ) {}

  static async load(files: MoonshineFiles, { device, batchSize = BATCH_SIZE }: LoadOptions = {}): Promise<Moonshine> {
    const encoder = await openSession({ model: files.encoder, device });
    const decoder = await openSession({ model: files.decoder, device });
    const [tokens, head] = [await MoonshineTokens.load(files.tokenizer), await EnglishHead.of(files.name)];
    return new Moonshine(files.name, encoder, decoder, tokens, head, batchSize);
  }

  /**
   * What was recognised, in the order of the pieces; '' for a piece without words.
   *
   * @param stopping asked between two runs of the model; true ends the work with `CANCELLED`.
   */
  async transcribe(pieces: readonly Float32Array[], stopping?: () => boolean): Promise<RecognisedPiece[]> {
    const heard = await this.hear(pieces, stopping);
    return heard.map(({ state, text, confidence }) => {
      return { text, confidence, otherLanguage: this.head?.otherLanguage(state, confidence) ?? 0 };
    });
  }

  /** {@link transcribe} before the judgement about the language, which is trained on these. */
  async hear(pieces: readonly Float32Array[], stopping?: () => boolean): Promise<HeardPiece[]> {
    const byLength = pieces.map((_, index) => index).sort((a, b) => lengthAt(pieces, a) - lengthAt(pieces, b));
    const heard = new Array<HeardPiece>(pieces.length);
    for (let at = 0; at < byLength.length; at += this.batchSize) {
      const batch = byLength.slice(at, at + this.batchSize);
      const encoded: Encoded[] = [];
      for (const index of batch) encoded.push(await this.encode(pieces[index] as Float32Array, stopping));
      const rows = await this.decode(encoded, stopping);
      batch.forEach((index, row) => {
        heard[index] = this.pieceOf(encoded[row] as Encoded, rows[row] as DecodedRow);
      });
    }
    return heard;
  }

  async release(): Promise<void> {
    await this.encoder.release();
    await this.decoder.release();
  }

  private pieceOf(encoded: Encoded, { ids, logProbability }: DecodedRow): HeardPiece {
    const confidence = Math.exp(logProbability / Math.max(1, ids.length));
    return { text: this.tokens.decode(ids), confidence, state: meanState(encoded) };
  }

  private async encode(piece: Float32Array, stopping?: () => boolean): Promise<Encoded> {
    stopIfAsked(stopping);
    const samples = piece.length < MIN_SAMPLES ? padded(piece, MIN_SAMPLES) : piece;
    const shape = [1, samples.length];
    const outputs = await this.encoder.run({
      input_values: new Tensor('float32', samples, shape),
      attention_mask: new Tensor('int64', new BigInt64Array(samples.length).fill(1n), shape),
    });
    const hidden = outputs['last_hidden_state'] as Tensor;
    const maxTokens = Math.ceil((piece.length / SAMPLE_RATE) * MAX_TOKENS_PER_SECOND);
    return { frames: hidden.dims[1] as number, maxTokens, hidden: hidden.data as Float32Array };
  }

  /** Greedy search for all rows at once; the tokens of a row that has ended are ignored until the last row has. */
  private async decode(rows: readonly Encoded[], stopping?: () => boolean): Promise<DecodedRow[]> {
    const shared = stackRows(rows);
    const cache = new MoonshineCache(this.decoder.inputMetadata, rows.length);
    const decoded = rows.map((): DecodedRow => ({ ids: [], logProbability: 0, ended: false }));
    let last = rows.map(() => START_ID);
    while (decoded.some(({ ended }) => !ended)) {
      stopIfAsked(stopping);
      const input_ids = new Tensor('int64', BigInt64Array.from(last, BigInt), [rows.length, 1]);
      const outputs = await this.decoder.run({ ...shared, ...cache.inputs(), input_ids }, cache.outputNames());
      cache.update(outputs);
      const choices = choosePerRow(outputs['logits'] as Tensor, rows.length);
      last = choices.map(({ id }) => id);
      decoded.forEach((row, index) => {
        if (!row.ended) take(row, choices[index] as Choice, rows[index]?.maxTokens ?? 0);
      });
    }
    return decoded;
  }
}

function lengthAt(pieces: readonly Float32Array[], index: number): number {
  return pieces[index]?.length ?? 0;
}

function padded(piece: Float32Array, length: number): Float32Array {
  const whole = new Float32Array(length);
  whole.set(piece);
  return whole;
}

/** The encoder's frames of all rows, with a mask that excludes the padding of the shorter rows. */
function stackRows(rows: readonly Encoded[]): Record<'encoder_hidden_states' | 'encoder_attention_mask', Tensor> {
  const frames = Math.max(...rows.map((row) => row.frames));
  const [first] = rows;
  const size = first ? first.hidden.length / first.frames : 0;
  const hidden = new Float32Array(rows.length * frames * size);
  const mask = new BigInt64Array(rows.length * frames * SAMPLES_PER_FRAME);
  rows.forEach((row, index) => {
    hidden.set(row.hidden, index * frames * size);
    const start = index * frames * SAMPLES_PER_FRAME;
    mask.fill(1n, start, start + row.frames * SAMPLES_PER_FRAME);
  });
  return {
    encoder_hidden_states: new Tensor('float32', hidden, [rows.length, frames, size]),
    encoder_attention_mask: new Tensor('int64', mask, [rows.length, frames * SAMPLES_PER_FRAME]),
  };
}

/** The mean of the encoder's frames. */
function meanState({ frames, hidden }: Pick<Encoded, 'frames' | 'hidden'>): Float32Array {
  const mean = new Float32Array(hidden.length / frames);
  hidden.forEach((value, i) => (mean[i % mean.length] = (mean[i % mean.length] as number) + value / frames));
  return mean;
}

function take(row: DecodedRow, { id, logProbability }: Choice, maxTokens: number): void {
  if (id !== END_ID) {
    row.ids.push(id);
    row.logProbability += logProbability;
  }
  row.ended = id === END_ID || row.ids.length >= maxTokens;
}

/** The likeliest token of each row. */
function choosePerRow(logits: Tensor, rows: number): Choice[] {
  const values = logits.data as Float32Array;
  const vocabulary = values.length / rows;
  return Array.from({ length: rows }, (_, row) => choose(values.subarray(row * vocabulary, (row + 1) * vocabulary)));
}

/** By softmax: the probability of the highest value is one divided by the sum of all, relative to it. */
function choose(logits: Float32Array): Choice {
  let id = 0;
  for (let i = 1; i < logits.length; i += 1) if ((logits[i] as number) > (logits[id] as number)) id = i;
  const highest = logits[id] as number;
  let sum = 0;
  for (const logit of logits) sum += Math.exp(logit - highest);
  return { id, logProbability: -Math.log(sum) };
}
