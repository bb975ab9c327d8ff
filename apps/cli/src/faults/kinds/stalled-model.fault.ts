import type { Fault } from '../fault.js';
import { ModelServer } from '../kits/model-server.kit.js';

/** The server of the language model takes requests and says nothing. */
export const stalledModel: Fault = {
  name: 'stalled model',
  promise: 'Who waits gets an answer, quoted from the articles, within 3 s; all is whole 10 s after the model speaks.',
  needs: ModelServer,
  holdMs: 8_000,
  break: (system) => void (system.with(ModelServer).isStalled = true),
  mend: (system) => void (system.with(ModelServer).isStalled = false),
};
