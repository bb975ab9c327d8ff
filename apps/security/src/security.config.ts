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

/** The settings of the security service. */
export const securityConfig = defineConfig({
  /** The device of the embedding model. */
  device: setting('LLMOS_SECURITY_DEVICE', deviceSchema),
  /** Worker threads that embed texts, each with its own session (about 60 MB). */
  workers: setting('LLMOS_SECURITY_WORKERS', z.coerce.number().int().min(1).max(64).default(1)),
  /** The description of the first stage's head; its weights lie beside it. */
  headPath: setting(
    'LLMOS_SECURITY_HEAD',
    z
      .string()
      .min(1)
      .default(fileURLToPath(new URL('../model/injection-head.json', import.meta.url))),
  ),
  /**
   * If it is off, the first stage of screening decides. This saves a copy of the encoder (about 100 MB) and lowers the
   * recall; apps/security/model/SCREENING_CARD.md has the figures of both.
   */
  secondStage: setting('LLMOS_SECURITY_SECOND_STAGE', flag().default(true)),
  /** Tenants that may list and lift restrictions and send observations, in addition to the gateways. */
  operators: setting('LLMOS_SECURITY_OPERATORS', list('default')),
  /** The absolute limit of requests per minute of a key or an address; ten times as many for a tenant. */
  requestsPerMinute: setting('LLMOS_THREATS_REQUESTS_PER_MINUTE', z.coerce.number().int().min(1).default(600)),
  /** The absolute limit of tokens per minute, likewise. */
  tokensPerMinute: setting('LLMOS_THREATS_TOKENS_PER_MINUTE', z.coerce.number().int().min(1).default(200_000)),
  /** The number of recent prompt injections that raises an alert. */
  injections: setting('LLMOS_THREATS_INJECTIONS', z.coerce.number().int().min(1).default(10)),
  /** The most keys, tenants and addresses that are watched at once. */
  maxSubjects: setting('LLMOS_THREATS_MAX_SUBJECTS', z.coerce.number().int().min(10).max(1_000_000).default(10_000)),
  /** Subjects that cause only alerts: `address:<network>`, `key:<sha256>`, `tenant:<name>`. */
  exempt: setting('LLMOS_THREATS_EXEMPT', list()),
  /** If it is on, callers on this machine can be restricted too. */
  restrictLoopback: setting('LLMOS_THREATS_RESTRICT_LOOPBACK', flag().default(false)),
  ...disclosureSettings,
});
export type SecurityConfig = ConfigOf<typeof securityConfig>;
