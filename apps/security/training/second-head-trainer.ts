import { fitLogisticRegression, quantileOf } from '@llmos/learning';
import type { Side } from '#src/screening/head/first-head.js';
import { secondLogit, type SecondHeadWeights, type SecondSideWeights } from '#src/screening/head/second-head.js';
import { calibrate, STEPS } from './calibration.ts';
import { countsAsPassage, SETTINGS, type TrainingRow } from './first-head-trainer.ts';

/** Chosen on held-out training data; see the model card. */
export const SECOND_SETTINGS = {
  /** The factor of the vectors. */
  scale: 4,
  inversePenalty: 1,
  /** The factor of the first stage's logit. */
  firstShare: 1,
  /**
   * Lower than the intended 1 in 100: texts of sources that the encoder was not fine-tuned with alarm more often than
   * held-out texts of the sources that it was fine-tuned with.
   */
  falseAlarms: { input: 0.005, passage: 0.003 },
};
type SecondSettings = typeof SECOND_SETTINGS;

/** The share of held-out attacks, found by the second stage, about which it may not be asked. */
const UNASKED_ATTACKS = 0.001;

/** A window with its vector by the fine-tuned encoder, and the cross-validated logit of the first stage. */
export interface SecondRow {
  readonly row: TrainingRow;
  /** Absent: the second stage neither learns from the window nor is asked about it. */
  readonly vector?: Float32Array | undefined;
  readonly firstLogit: number;
}

/** The first stage finds benign windows with lower logits clearly harmless: the second stage does not learn from them. */
const LEARNT_FROM: Readonly<Record<Side, number>> = { input: -6, passage: -4 };

/** Whether the second stage needs the vector of a window. */
export function isLearntFrom({ row, firstLogit }: Pick<SecondRow, 'row' | 'firstLogit'>): boolean {
  return row.attack || firstLogit >= LEARNT_FROM[row.side];
}

/** Whether the fine-tuning has left out the document; `train_screening_encoder.py` uses the same rule. */
export function isCalibration({ document }: TrainingRow): boolean {
  return document % SETTINGS.folds === 0;
}

/** Fits the second head on the documents of the fine-tuning, and calibrates it on the others. */
export function trainSecondHead(rows: readonly SecondRow[], settings: SecondSettings = SECOND_SETTINGS) {
  const seen = rows.filter(({ row, vector }) => vector && !isCalibration(row));
  const held = rows.filter(({ row }) => isCalibration(row));
  const train = (side: Side) => {
    const isOf = ({ row }: SecondRow) => (side === 'passage' ? countsAsPassage(row) : row.side === side);
    const { firstShare } = settings;
    const fitted = { ...fitSecond(seen.filter(isOf), settings), firstShare };
    const logitOf = ({ vector, firstLogit }: SecondRow) =>
      vector ? secondLogit(fitted, vector, firstLogit) : -Infinity;
    const judged = held.filter(({ row }) => row.side === side).map((each) => ({ ...each, logit: logitOf(each) }));
    const { slope, shift, figures } = calibrate(judged, settings.falseAlarms[side]);
    const found = judged.filter(({ row, logit }) => row.attack && !row.certain && slope * logit + shift >= 0);
    const harmlessBelow = quantileOf(
      found.map(({ firstLogit }) => firstLogit),
      UNASKED_ATTACKS,
    );
    const asked =
      judged.filter(({ row, firstLogit }) => !row.attack && firstLogit >= harmlessBelow).length / figures.benign;
    const { embedding, bias } = fitted;
    const weights: SecondSideWeights = { embedding, bias, harmlessBelow, firstShare, slope, shift };
    return { weights, figures: { ...figures, asked } };
  };
  const [input, passage] = [train('input'), train('passage')];
  const weights: SecondHeadWeights = { input: input.weights, passage: passage.weights };
  return { weights, heldOut: { input: input.figures, passage: passage.figures } };
}

function fitSecond(rows: readonly SecondRow[], { scale, inversePenalty }: SecondSettings) {
  const features = rows[0]?.vector?.length ?? 0;
  const indexes = Int32Array.from({ length: features }, (_, at) => at);
  const { weights, bias } = fitLogisticRegression(
    {
      rows: rows.map(({ vector = new Float32Array() }) => ({
        indexes,
        values: Float64Array.from(vector, (value) => value * scale),
      })),
      labels: Int32Array.from(rows, ({ row }) => Number(row.attack)),
      features,
      classes: 2,
    },
    { inversePenalty, ...STEPS },
  );
  const embedding = Float32Array.from(
    { length: features },
    (_, at) => scale * (weights[at * 2 + 1]! - weights[at * 2]!),
  );
  return { embedding, bias: (bias[1] ?? 0) - (bias[0] ?? 0) };
}
