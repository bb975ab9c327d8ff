import type { Algorithm } from '../training/settings.js';

export interface ModelInfo {
  readonly version: string;
  readonly createdAt: string;
  readonly algorithm: Algorithm;
  readonly regularisation: number;
  readonly users: number;
  readonly items: number;
  readonly interactions: number;
}

/** The items of a history by number, with their weights. */
export interface WeightedHistory {
  readonly items: Uint32Array;
  readonly weights: Float32Array;
}

/** A trained model. Its items are numbers; `items` and `indexOf` translate. */
export interface ItemModel {
  readonly info: ModelInfo;
  readonly items: readonly string[];
  /** The number of users of each item in the training data. */
  readonly counts: Uint32Array;
  indexOf(item: string): number | undefined;
  /** The score of each item for a user with this history. */
  scores(history: WeightedHistory): Float32Array;
  /** The part of each wanted item's score that each item of the history contributes: wanted × history. */
  contributions(history: WeightedHistory, wanted: readonly number[]): Float32Array;
  /** The similarity of each item to this item: 0 to 1. */
  similarities(item: number): Float32Array;
  /** The similarities of some items only, in their order. */
  similaritiesAmong(item: number, others: Uint32Array): Float32Array;
  close(): void;
}
