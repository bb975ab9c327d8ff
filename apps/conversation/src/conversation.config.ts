import { fileURLToPath } from 'node:url';
import { defineConfig, setting, underRoot, type ConfigOf } from '@llmos/config';
import { stateConfig } from '@llmos/state';
import { z } from 'zod';

/** The settings of the conversation service. */
export const conversationConfig = defineConfig({
  ...stateConfig,
  /** The texts of small talk, by language and topic. */
  repliesPath: setting(
    'LLMOS_CONVERSATION_REPLIES',
    z
      .string()
      .min(1)
      .default(fileURLToPath(new URL('../replies.yaml', import.meta.url))),
  ),
  /** The folder of texts that pipelines name; each file replaces some of the texts. It may be missing. */
  repliesDir: setting('LLMOS_CONVERSATION_REPLIES_DIR', z.string().min(1), underRoot('deploy', 'replies')),
  /** A conversation is forgotten so many seconds after its last message. */
  ttlSeconds: setting(
    'LLMOS_CONVERSATION_TTL_SECONDS',
    z.coerce.number().int().min(60).max(31_536_000).default(86_400),
  ),
  /** Turns that are kept of a conversation; the oldest are dropped. */
  maxTurns: setting('LLMOS_CONVERSATION_MAX_TURNS', z.coerce.number().int().min(1).max(1_000).default(50)),
  /** The same in bytes, as stored. */
  maxBytes: setting('LLMOS_CONVERSATION_MAX_BYTES', z.coerce.number().int().min(4_096).max(1_048_576).default(262_144)),
});
export type ConversationConfig = ConfigOf<typeof conversationConfig>;
