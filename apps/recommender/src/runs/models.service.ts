import type { InputOf, OutputOf } from '@llmos/contracts';
import type { models, rollback } from '@llmos/contracts/capabilities/recommender-training';
import type { Registry } from '@llmos/registry';
import { SHARED_TENANT } from '../data/entry-ref.js';
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

  /**
   * Resolves when this replica serves the other model; the other replicas follow within moments. Before its first
   * model, a tenant may have been served by the shared tenant's: it comes back to it with no model of its own.
   */
  async rollback(
    { version }: InputOf<typeof rollback>,
    { tenant, run, signal }: TaskContext,
  ): Promise<OutputOf<typeof rollback>> {
    const isShared = version !== undefined && version === this.registry.servingOf(SHARED_TENANT)?.version;
    const target = isShared && tenant !== SHARED_TENANT ? null : version;
    const { revision, ...made } = await this.registry.rollback(tenant, run, target);
    await this.served.reached(tenant, revision, signal);
    return made;
  }
}
