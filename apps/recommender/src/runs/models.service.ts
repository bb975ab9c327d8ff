import type { InputOf, OutputOf } from '@llmos/contracts';
import type { models, rollback } from '@llmos/contracts/capabilities/recommender';
import type { Registry } from '@llmos/registry';
import type { ServedModels } from '../serving/served-models.js';
import type { TaskContext } from '../task-context.js';
import { describeVersion, type ModelEntry } from './model-version.js';

/** Lists the models of a tenant, and rolls back to another one. */
export class ModelsService {
  constructor(
    private readonly registry: Registry<ModelEntry>,
    private readonly served: ServedModels,
  ) {}

  async list({ tenant }: Pick<TaskContext, 'tenant'>): Promise<OutputOf<typeof models>> {
    const { serving, versions } = await this.registry.read(tenant);
    return { ...(serving === undefined ? {} : { serving }), versions: versions.map(describeVersion) };
  }

  /** Resolves when this replica serves the other model; the other replicas follow within moments. */
  async rollback(
    { version }: InputOf<typeof rollback>,
    { tenant, run, signal }: TaskContext,
  ): Promise<OutputOf<typeof rollback>> {
    const { serving, before, revision } = await this.registry.rollback(tenant, run, version);
    await this.served.reached(tenant, revision, signal);
    return { serving, before };
  }
}
