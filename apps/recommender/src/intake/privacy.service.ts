import type { Checkpoints } from '@llmos/registry';
import type { TaskContext } from '../task-context.js';
import type { InteractionsService } from './interactions.service.js';

/** Erases users: in the store, in every replica, and in checkpoints of interrupted trainings. */
export class PrivacyService {
  constructor(
    private readonly interactions: InteractionsService,
    private readonly checkpoints: Checkpoints,
  ) {}

  /** @returns how many interactions were erased. Model files contain items and counts but no users. */
  async erase(user: string, task: Pick<TaskContext, 'tenant' | 'signal'>): Promise<number> {
    await this.checkpoints.forget(task.tenant);
    return this.interactions.eraseUser(user, task);
  }
}
