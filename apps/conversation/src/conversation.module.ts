import { CONFIG, LOGGER, type ServiceConfig } from '@llmos/mesh';
import { StateStore } from '@llmos/state';
import type { Logger } from '@llmos/telemetry';
import { AtRest } from '@llmos/vault';
import { Module } from '@nestjs/common';
import { NoTurnStore, RedisTurnStore } from './adapters/redis-turn.store.adapter.js';
import type { ConversationConfig } from './conversation.config.js';
import { ConversationService } from './conversation.service.js';
import { ConversationSteps } from './conversation.steps.js';
import { TURN_STORE, type TurnStore } from './ports/turn-store.port.js';
import { readReplies } from './replies.js';

type Config = ConversationConfig & ServiceConfig;

@Module({
  controllers: [ConversationSteps],
  providers: [
    {
      provide: TURN_STORE,
      inject: [CONFIG, AtRest, LOGGER],
      useFactory: async (config: Config, atRest: AtRest, log: Logger): Promise<TurnStore> => {
        if (config.redisUrl === undefined) return new NoTurnStore();
        const state = await StateStore.open({
          url: config.redisUrl,
          username: config.redisUser,
          password: config.redisPassword,
          commandTimeoutMs: config.redisTimeoutMs,
          keyPrefix: config.redisPrefix,
          atRest,
          onUnreadable: (error) => log.error({ err: error }, 'a turn of a conversation cannot be read and is skipped'),
        });
        const { ttlSeconds, maxTurns: maxEntries, maxBytes } = config;
        return new RedisTurnStore(state, { ttlSeconds, maxEntries, maxBytes });
      },
    },
    {
      provide: ConversationService,
      inject: [CONFIG, TURN_STORE],
      useFactory: async ({ repliesPath }: Config, turns: TurnStore) =>
        new ConversationService(turns, await readReplies(repliesPath)),
    },
  ],
})
export class ConversationModule {}
