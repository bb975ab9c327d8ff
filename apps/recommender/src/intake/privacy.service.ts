import type { Caller } from '../caller.js';
import type { Checkpoints } from '../ports/model-shelf.port.js';
import type { InteractionsService } from './interactions.service.js';

/** Forgets people: in the store, in every replica, and in trainings that were interrupted. */
export class PrivacyService {
  constructor(
    private readonly interactions: InteractionsService,
    private readonly checkpoints: Checkpoints,
  ) {}

  /** Gives how many interactions were forgotten. A model file holds items and counts, and nobody's name. */
  async erase(user: string, caller: Pick<Caller, 'tenant' | 'signal'>): Promise<number> {
    await this.checkpoints.forget(caller.tenant);
    return this.interactions.eraseUser(user, caller);
  }
}
