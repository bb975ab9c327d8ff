import { fileURLToPath } from 'node:url';
import { defineConfig, flag, setting, type ConfigOf } from '@llmos/config';
import { deviceSchema } from '@llmos/models';
import { z } from 'zod';
import { disclosureSettings } from './disclosure/disclosure.config.js';

const list = (unset = '') =>
  z
    .string()
    .default(unset)
    .transform((text) =>
      text
        .split(',')
        .map((entry) => entry.trim())
        .filter((entry) => entry !== ''),
    );

/** What the security service can be told. */
export const securityConfig = defineConfig({
  /** Where the embedding model runs. */
  device: setting('LLMOS_SECURITY_DEVICE', deviceSchema),
  /** Worker threads that embed texts to screen, each with a session of its own (some 60 MB). */
  workers: setting('LLMOS_SECURITY_WORKERS', z.coerce.number().int().min(1).max(64).default(1)),
  /** The trained screening head's description; its numbers lie beside it. */
  headPath: setting(
    'LLMOS_SECURITY_HEAD',
    z
      .string()
      .min(1)
      .default(fileURLToPath(new URL('../model/injection-head.json', import.meta.url))),
  ),
  /**
   * Off: the first stage of screening has the last word. Saves a copy of the encoder (some 100 MB) and costs recall;
   * apps/security/model/SCREENING_CARD.md has the figures of both.
   */
  secondStage: setting('LLMOS_SECURITY_SECOND_STAGE', flag().default(true)),
  /** Tenants that may look at restrictions, lift them and send observations, beside the gateways themselves. */
  operators: setting('LLMOS_SECURITY_OPERATORS', list('default')),
  /** Requests in a minute from one key or address that are too many whatever is usual; tenants have ten times that. */
  requestsPerMinute: setting('LLMOS_THREATS_REQUESTS_PER_MINUTE', z.coerce.number().int().min(1).default(600)),
  /** Tokens in a minute, likewise. */
  tokensPerMinute: setting('LLMOS_THREATS_TOKENS_PER_MINUTE', z.coerce.number().int().min(1).default(200_000)),
  /** Prompt injections lately, beyond which there is an alert. */
  injections: setting('LLMOS_THREATS_INJECTIONS', z.coerce.number().int().min(1).default(10)),
  /** Keys, tenants and addresses that are watched at once. */
  maxSubjects: setting('LLMOS_THREATS_MAX_SUBJECTS', z.coerce.number().int().min(10).max(1_000_000).default(10_000)),
  /** Who gets alerts and is never restricted: `address:<network>`, `key:<sha256>`, `tenant:<name>`. */
  exempt: setting('LLMOS_THREATS_EXEMPT', list()),
  /** On: callers on this machine are restricted like anybody else. */
  restrictLoopback: setting('LLMOS_THREATS_RESTRICT_LOOPBACK', flag().default(false)),
  ...disclosureSettings,
});
export type SecurityConfig = ConfigOf<typeof securityConfig>;
