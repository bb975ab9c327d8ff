import { fileURLToPath } from 'node:url';
import { Breakers, Bus, CONFIG, LOGGER, type ServiceConfig } from '@llmos/mesh';
import { TenantKeys } from '@llmos/vault';
import { CatalogEmbedder } from '@llmos/models';
import type { Logger } from '@llmos/telemetry';
import { Module } from '@nestjs/common';
import { KvBaselineStore } from './threats/adapters/kv-baseline.store.adapter.js';
import { KvRestrictionStore } from './threats/adapters/kv-restriction.store.adapter.js';
import { KvBudgetStore } from './disclosure/adapters/kv-budget.store.adapter.js';
import { DisclosureService } from './disclosure/disclosure.service.js';
import { EncryptionService } from './encryption/encryption.service.js';
import { TenantSealer } from './encryption/tenant-sealer.js';
import { BASELINE_STORE, type BaselineStore } from './threats/ports/baseline-store.port.js';
import { RESTRICTION_STORE, type RestrictionStore } from './threats/ports/restriction-store.port.js';
import { RedactionService } from './redaction/redaction.service.js';
import { fallbackReports } from './screening/fallback-reports.js';
import { updatePathOf } from './screening/head/second-head.js';
import { ScreeningService } from './screening/screening.service.js';
import { THRESHOLD } from './screening/verdict.js';
import type { SecurityConfig } from './security.config.js';
import { SecurityLoader } from './security.loader.js';
import { securityMetrics } from './security.metrics.js';
import { SecuritySteps } from './security.steps.js';
import { Exemptions } from './threats/exemptions.js';
import { Operators } from './threats/operators.js';
import { RestrictionRegister } from './threats/restriction-register.js';
import { ThreatDetector } from './threats/threat-detector.js';
import { limitsOf } from './threats/threat-limits.js';
import { ThreatService } from './threats/threat.service.js';

type Config = SecurityConfig & ServiceConfig;

const MODEL = 'minilm';
const BREAKER = { timeoutMs: 5_000, capacity: 64 };
/** A pass takes about 8 ms, the request has 10 s in all, and the first stage has a verdict already. */
const SECOND_STAGE_TIMEOUT_MS = 2_000;
const SECOND_HEAD = fileURLToPath(new URL('../model/tuned-injection-head.json', import.meta.url));
const CHARACTER_HEAD = fileURLToPath(new URL('../model/character-head.json', import.meta.url));
const MAX_RESTRICTIONS = 5_000;

@Module({
  controllers: [SecuritySteps],
  providers: [
    SecurityLoader,
    {
      provide: ScreeningService,
      inject: [CONFIG, Breakers, LOGGER],
      useFactory: (
        { home, catalogPath, workers, device, headPath, secondStage }: Config,
        breakers: Breakers,
        log: Logger,
      ) => {
        const encoder = (options: { name: string; timeoutMs?: number }, update?: string) =>
          new CatalogEmbedder({
            ...{ model: MODEL, home, catalogPath, workers, device, update },
            breaker: { ...BREAKER, ...breakers.own(options.name), ...options },
          });
        const second = { name: `${MODEL}-screening`, timeoutMs: SECOND_STAGE_TIMEOUT_MS };
        return new ScreeningService({
          encoder: encoder({ name: MODEL }),
          headPath,
          charactersPath: CHARACTER_HEAD,
          second: secondStage
            ? { encoder: encoder(second, updatePathOf(SECOND_HEAD)), headPath: SECOND_HEAD }
            : undefined,
          onFallback: fallbackReports(log),
        });
      },
    },
    {
      provide: RedactionService,
      inject: [TenantKeys],
      useFactory: (keys: TenantKeys) => new RedactionService(new TenantSealer(keys)),
    },
    {
      provide: EncryptionService,
      inject: [TenantKeys, Bus],
      useFactory: (keys: TenantKeys, bus: Bus) => new EncryptionService(keys, bus),
    },
    {
      provide: DisclosureService,
      inject: [CONFIG, Bus],
      useFactory: async ({ privacyRho, privacyDelta }: Config, bus: Bus) =>
        new DisclosureService({ budgets: await KvBudgetStore.open(bus), totalRho: privacyRho, delta: privacyDelta }),
    },
    {
      provide: RESTRICTION_STORE,
      inject: [Bus, LOGGER],
      useFactory: (bus: Bus, log: Logger) =>
        KvRestrictionStore.open(bus, (key, error) =>
          log.warn({ key, err: error }, 'a stored restriction cannot be read; it has no effect'),
        ),
    },
    {
      provide: BASELINE_STORE,
      inject: [Bus, LOGGER],
      useFactory: (bus: Bus, log: Logger) =>
        KvBaselineStore.open(bus, (key, error) =>
          log.warn({ key, err: error }, 'stored baselines cannot be read; they are learnt again'),
        ),
    },
    {
      provide: Operators,
      inject: [CONFIG],
      useFactory: ({ operators }: Config) => new Operators(operators),
    },
    {
      provide: ThreatDetector,
      inject: [CONFIG],
      useFactory: (config: Config) => new ThreatDetector(limitsOf({ ...config, injectionScore: THRESHOLD })),
    },
    {
      provide: RestrictionRegister,
      inject: [CONFIG, RESTRICTION_STORE],
      useFactory: ({ exempt, restrictLoopback }: Config, store: RestrictionStore) =>
        new RestrictionRegister(store, new Exemptions(exempt, { restrictLoopback }), MAX_RESTRICTIONS),
    },
    {
      provide: ThreatService,
      inject: [ThreatDetector, RestrictionRegister, BASELINE_STORE, LOGGER],
      useFactory: (detector: ThreatDetector, register: RestrictionRegister, baselines: BaselineStore, log: Logger) =>
        new ThreatService({
          detector,
          register,
          baselines,
          onAlert: ({ signal, severity, subject, explanation, restriction }) => {
            securityMetrics.alerts.inc({ signal, severity });
            log.warn({ signal, severity, subject, restriction }, explanation);
          },
          onProblem: (what, error) => log.error({ err: error }, what),
        }),
    },
  ],
})
export class SecurityModule {}
