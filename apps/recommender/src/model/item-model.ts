import type { Algorithm } from '../training/settings.js';

/** What is told of a model. */
export interface ModelInfo {
  readonly version: string;
  readonly createdAt: string;
  readonly algorithm: Algorithm;
  readonly regularisation: number;
  readonly users: number;
  readonly items: number;
  readonly interactions: number;
}

/** Some items somebody had, by number, and how much each counts. */
export interface WeightedHistory {
  readonly items: Uint32Array;
  readonly weights: Float32Array;
}

/** A model that can be asked. Items are numbers here; `items` and `indexOf` translate. */
export interface ItemModel {
  readonly info: ModelInfo;
  readonly items: readonly string[];
  /** How many users had each item when it was trained. */
  readonly counts: Uint32Array;
  indexOf(item: string): number | undefined;
  /** Of each item, for somebody with this history. */
  scores(history: WeightedHistory): Float32Array;
  /** Of the score of each wanted item, what each item of the history gave: wanted × history. Call it after `scores`. */
  contributions(history: WeightedHistory, wanted: readonly number[]): Float32Array;
  /** How alike each item is to this one; 1 for the most alike, at least 0. */
  similarities(item: number): Float32Array;
  /** The same of some items only, in their order. */
  similaritiesAmong(item: number, others: Uint32Array): Float32Array;
  close(): void;
}
