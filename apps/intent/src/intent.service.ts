import { LlmosError, type InputOf, type OutputOf } from '@llmos/contracts';
import { OUT_OF_SCOPE, type detect } from '@llmos/contracts/capabilities/intent';
import { carriedVector, type Embedder, type LoadProgress } from '@llmos/models';
import { withModelSpan } from '@llmos/telemetry';
import { decodeHead, readHead } from './head/head-file.js';
import { IntentHead, type HeadVerdict } from './head/intent-head.js';
import { languageOf, normaliseQuestion } from './head/question-text.js';

export type Detection = OutputOf<typeof detect>;

const MODEL = 'banking77-linear';
const TOP = 3;
const SCOPE_LIMIT = 0.5;

/** Detects the intent of a question: embeds it, then classifies the embedding with the trained head. */
export class IntentService {
  private head?: IntentHead;

  /** @param headPath the head's description file, such as `model/banking77-head.json`. */
  constructor(
    private readonly embedder: Omit<Embedder, 'encode'>,
    private readonly headPath: string,
  ) {}

  /** Reads the head, checks its hash and loads the embedding model. Until then `detect` is refused. */
  async load(report: (progress: LoadProgress) => void = () => undefined, signal?: AbortSignal): Promise<void> {
    const head = new IntentHead(decodeHead(await readHead(this.headPath)));
    await this.embedder.start(report, signal);
    this.head = head;
  }

  /**
   * The intent of one question, with calibrated probabilities.
   *
   * Text that is not mostly in Latin letters is out of scope without a run of the model, and has no `top`.
   * Rejects with `MODEL_LOADING` before `load` is done, and with the signal's reason on abort.
   */
  async detect({ text, embedding }: InputOf<typeof detect>, signal?: AbortSignal): Promise<Detection> {
    const { head } = this;
    if (!head) throw new LlmosError('MODEL_LOADING', 'The intent model is still loading. Try again in a moment.');
    const question = normaliseQuestion(text);
    const language = languageOf(question);
    if (language === 'und') return unreadable();
    const verdict = await withModelSpan(
      { operation: 'detect', model: MODEL, provider: 'onnxruntime' },
      async (span) => {
        const vector =
          carriedVector(embedding, this.embedder.model, question) ?? (await this.embedder.embed([question], signal))[0];
        if (!vector) throw new LlmosError('INTERNAL', 'The embedding model gave no vector.');
        const judged = head.classify(vector, question);
        span.setAttribute('llmos.intent.out_of_scope_score', judged.outOfScopeScore);
        return judged;
      },
    );
    return describe(verdict, head.labels);
  }

  close(): Promise<void> {
    return this.embedder.close();
  }
}

/** `probability` belongs to the answer: that of the intent if in scope, else that of being out of scope. */
function describe({ probabilities, outOfScopeScore }: HeadVerdict, labels: readonly string[]): Detection {
  const top = [...labels.keys()]
    .sort((a, b) => (probabilities[b] ?? 0) - (probabilities[a] ?? 0))
    .slice(0, TOP)
    .map((label) => ({ intent: labels[label] ?? OUT_OF_SCOPE, probability: probabilities[label] ?? 0 }));
  const best = top[0];
  const outOfScope = outOfScopeScore > SCOPE_LIMIT || !best;
  return {
    intent: outOfScope ? OUT_OF_SCOPE : best.intent,
    probability: outOfScope ? outOfScopeScore : best.probability,
    top,
    outOfScope,
    outOfScopeScore,
    language: 'en',
    model: MODEL,
  };
}

function unreadable(): Detection {
  return {
    intent: OUT_OF_SCOPE,
    probability: 1,
    top: [],
    outOfScope: true,
    outOfScopeScore: 1,
    language: 'und',
    model: MODEL,
  };
}
