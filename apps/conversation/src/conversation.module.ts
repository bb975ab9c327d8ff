import { Bus, CONFIG, LOGGER, type ServiceConfig } from '@llmos/mesh';
import { StateStore } from '@llmos/state';
import type { Logger } from '@llmos/telemetry';
import { AtRest } from '@llmos/vault';
import { Module } from '@nestjs/common';
import { HandoverEvents } from './adapters/handover-event.adapter.js';
import { NoTurnStore, RedisTurnStore } from './adapters/redis-turn.store.adapter.js';
import type { ConversationConfig } from './conversation.config.js';
import { ConversationService } from './conversation.service.js';
import { ConversationSteps } from './conversation.steps.js';
import { checkNamedReplies } from './pipeline-replies.js';
import { HANDOVER_CHANNEL, type HandoverChannel } from './ports/handover-channel.port.js';
import { TURN_STORE, type TurnStore } from './ports/turn-store.port.js';
import { ReplyTexts } from './replies.js';

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
    { provide: HANDOVER_CHANNEL, inject: [Bus], useFactory: (bus: Bus) => new HandoverEvents(bus) },
    {
      provide: ConversationService,
      inject: [CONFIG, TURN_STORE, HANDOVER_CHANNEL],
      useFactory: async (config: Config, turns: TurnStore, channel: HandoverChannel) => {
        const texts = await ReplyTexts.read(config.repliesPath, config.repliesDir);
        await checkNamedReplies(config.pipelinesDir, texts);
        return new ConversationService(turns, texts, channel);
      },
    },
  ],
})
export class ConversationModule {}
