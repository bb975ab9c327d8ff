import type { InputOf, OutputOf } from '@llmos/contracts';
import type { models, rollback } from '@llmos/contracts/capabilities/recommender';
import type { Caller } from '../caller.js';
import type { ServedModels } from '../serving/served-models.js';
import type { ModelVersions } from './model-versions.js';
import { describeVersion } from './model-record.js';

/** Tells which models are kept, and goes back to another. */
export class ModelsService {
  constructor(
    private readonly versions: ModelVersions,
    private readonly served: ServedModels,
  ) {}

  async list({ tenant }: Pick<Caller, 'tenant'>): Promise<OutputOf<typeof models>> {
    const { serving, versions } = await this.versions.read(tenant);
    return { ...(serving === undefined ? {} : { serving }), versions: versions.map(describeVersion) };
  }

  /** Answers when this replica serves the other model; the others follow within moments. */
  async rollback(
    { version }: InputOf<typeof rollback>,
    { tenant, run, signal }: Caller,
  ): Promise<OutputOf<typeof rollback>> {
    const { serving, before, revision } = await this.versions.rollback(tenant, run, version);
    await this.served.reached(tenant, revision, signal);
    return { serving, before };
  }
}
