/**
 * A low-rank update of question vectors, learned from questions and the documents that answer them: customers do not
 * write as articles do. Documents keep their vectors. The form is that of LoRA (Hu et al. 2021), on the vector instead
 * of on the layers of the model: q' = (q + up · (down · q)) / ‖…‖.
 */
export interface QuestionAdapter {
  readonly dimensions: number;
  readonly rank: number;
  /** `rank` rows of `dimensions`, end to end. */
  readonly down: Float32Array;
  /** `rank` rows of `dimensions`, end to end. */
  readonly up: Float32Array;
}

/** A vector between its projection and its normalisation; training needs both. */
export interface Adapted {
  readonly vector: Float32Array;
  /** `down · q`. */
  readonly hidden: Float32Array;
  /** The length before the normalisation. */
  readonly length: number;
}

/** The question vector as the documents' vectors expect it: L2-normalised, of the same length. */
export function adapt({ dimensions, rank, down, up }: QuestionAdapter, question: Float32Array): Adapted {
  const vector = Float32Array.from(question);
  const hidden = new Float32Array(rank);
  for (let row = 0; row < rank; row++) {
    const from = row * dimensions;
    let sum = 0;
    for (let i = 0; i < dimensions; i++) sum += down[from + i]! * question[i]!;
    hidden[row] = sum;
    for (let i = 0; i < dimensions; i++) vector[i]! += up[from + i]! * sum;
  }
  const length = Math.hypot(...vector) || 1;
  for (let i = 0; i < vector.length; i++) vector[i]! /= length;
  return { vector, hidden, length };
}

/** An adapter that changes nothing, for embedding models for which none was trained. */
export function identityAdapter(dimensions: number): QuestionAdapter {
  return { dimensions, rank: 0, down: new Float32Array(0), up: new Float32Array(0) };
}
