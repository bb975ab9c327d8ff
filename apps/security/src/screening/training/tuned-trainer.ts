import { fitLogisticRegression, quantileOf } from '@llmos/learning';
import type { Side } from '../head/screening-head.js';
import { tunedLogit, type TunedHeadDescription, type TunedSide } from '../head/tuned-head.js';
import { calibrate, STEPS } from './calibration.js';
import { SETTINGS, type TrainingRow } from './trainer.js';

/** Chosen on held-out training data; see the model card. */
export const TUNED_SETTINGS = {
  /** Of the vectors. */
  scale: 4,
  inversePenalty: 1,
  /** How much the first stage's logit counts. */
  firstShare: 1,
  /**
   * Less than the hundredth that is aimed at: texts of sources that the encoder was not fine-tuned with alarm more
   * often than the held-out ones of sources that it was.
   */
  falseAlarms: 0.006,
};
type TunedSettings = typeof TUNED_SETTINGS;

/** Share of the held-out attacks it finds that the second stage is not asked about; of some hundreds, the lowest at most. */
const UNASKED_ATTACKS = 0.001;

/** A window with its vector by the fine-tuned encoder, and the first stage's logit by a head that had not seen it. */
export interface TunedRow {
  readonly row: TrainingRow;
  readonly tuned: Float32Array;
  readonly firstLogit: number;
}

/** Documents that the fine-tuning has not seen; `train_screening_body.py` leaves out the same. */
export function isCalibration({ document }: TrainingRow): boolean {
  return document % SETTINGS.folds === 0;
}

/** Fits the second stage on what the encoder was fine-tuned with, and calibrates it on what it was not. */
export function trainTunedHead(rows: readonly TunedRow[], settings: TunedSettings = TUNED_SETTINGS) {
  const seen = rows.filter(({ row }) => !isCalibration(row));
  const held = rows.filter(({ row }) => isCalibration(row));
  const train = (side: Side) => {
    // As in the first stage, in a document an attack of either kind counts.
    const isOf = ({ row }: TunedRow) => row.side === side || (side === 'passage' && row.attack);
    const { firstShare } = settings;
    const fitted = { ...fitTuned(seen.filter(isOf), settings), firstShare };
    const logitOf = ({ tuned, firstLogit }: TunedRow) => tunedLogit(fitted, tuned, firstLogit);
    const judged = held.filter(({ row }) => row.side === side).map((each) => ({ ...each, logit: logitOf(each) }));
    const { slope, shift, figures } = calibrate(judged, settings.falseAlarms);
    const found = judged.filter(({ row, logit }) => row.attack && !row.certain && slope * logit + shift >= 0);
    const doubtful = quantileOf(
      found.map(({ firstLogit }) => firstLogit),
      UNASKED_ATTACKS,
    );
    const asked = judged.filter(({ row, firstLogit }) => !row.attack && firstLogit >= doubtful).length / figures.benign;
    const { embedding, bias } = fitted;
    const weights: TunedSide = { embedding, bias, doubtful, firstShare, slope, shift };
    return { weights, figures: { ...figures, asked } };
  };
  const [input, passage] = [train('input'), train('passage')];
  const head: Pick<TunedHeadDescription, Side> = { input: input.weights, passage: passage.weights };
  return { head, heldOut: { input: input.figures, passage: passage.figures } };
}

function fitTuned(rows: readonly TunedRow[], { scale, inversePenalty }: TunedSettings) {
  const features = rows[0]?.tuned.length ?? 0;
  const indexes = Int32Array.from({ length: features }, (_, at) => at);
  const { weights, bias } = fitLogisticRegression(
    {
      rows: rows.map(({ tuned }) => ({ indexes, values: Float64Array.from(tuned, (value) => value * scale) })),
      labels: Int32Array.from(rows, ({ row }) => Number(row.attack)),
      features,
      classes: 2,
    },
    { inversePenalty, ...STEPS },
  );
  const embedding = Array.from({ length: features }, (_, at) => scale * (weights[at * 2 + 1]! - weights[at * 2]!));
  return { embedding, bias: (bias[1] ?? 0) - (bias[0] ?? 0) };
}
