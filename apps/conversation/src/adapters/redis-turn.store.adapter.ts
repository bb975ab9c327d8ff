import { choiceSchema, citationSchema } from '@llmos/contracts/capabilities/retrieval';
import type { ListLimits, StateStore } from '@llmos/state';
import { z } from 'zod';
import type { ConversationRef, Turn, TurnOrigin, TurnStore } from '../ports/turn-store.port.js';

const KIND = 'conversation';

const turnSchema = z.object({
  text: z.string(),
  question: z.string().optional(),
  answer: z.string(),
  citations: z.array(citationSchema.pick({ document: true, title: true })),
  choices: z.array(choiceSchema),
  intent: z.string().optional(),
  user: z.string().optional(),
  offered: z.boolean().optional(),
});

/** Turns in Redis, sealed with the tenant's keys, bounded and expiring. */
export class RedisTurnStore implements TurnStore {
  constructor(
    private readonly state: StateStore,
    private readonly limits: ListLimits,
  ) {}

  async read(ref: ConversationRef): Promise<readonly Turn[]> {
    const entries = await this.state.read(refOf(ref));
    return entries.map((bytes) => turnSchema.parse(JSON.parse(Buffer.from(bytes).toString('utf8'))));
  }

  async append(ref: ConversationRef, turn: Turn, { id, user }: TurnOrigin): Promise<boolean> {
    const bytes = Buffer.from(JSON.stringify(turnSchema.parse(turn)));
    await this.state.append(refOf(ref), { id, bytes, ...(user === undefined ? {} : { user }) }, this.limits);
    return true;
  }

  forget(tenant: string, user: string): Promise<number> {
    return this.state.deleteUser({ tenant, user });
  }

  /** Nest calls it when the process stops. */
  onModuleDestroy(): Promise<void> {
    return this.state.close();
  }
}

/** Stands in where no Redis is configured: every message stands alone. */
export class NoTurnStore implements TurnStore {
  read(): Promise<readonly Turn[]> {
    return Promise.resolve([]);
  }

  append(): Promise<boolean> {
    return Promise.resolve(false);
  }

  forget(): Promise<number> {
    return Promise.resolve(0);
  }
}

function refOf({ tenant, conversation }: ConversationRef) {
  return { tenant, kind: KIND, id: conversation };
}
