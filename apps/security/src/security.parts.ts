/** The parts of the service that are loaded at its start, by the names of their checks. */
export const PARTS = {
  head: 'screening head',
  encoder: 'model minilm',
  secondStage: 'model minilm-screening',
  baselines: 'threat baselines',
} as const;

/** What only the screening of texts needs. */
export const SCREENING_PARTS: readonly string[] = [PARTS.head, PARTS.encoder, PARTS.secondStage];
