import { fileURLToPath } from 'node:url';
import { LlmosError } from '@llmos/contracts';
import { Readiness } from '@llmos/mesh';
import { createLogger } from '@llmos/telemetry';
import { waitFor } from '@llmos/testing';
import { InMemoryBaselineStore, InMemoryRestrictionStore } from '../test/fixtures/in-memory-stores.js';
import { toyEncoder } from '../test/fixtures/toy-screening.js';
import { ScreeningService } from './screening/screening.service.js';
import { SecurityLoader } from './security.loader.js';
import { Exemptions } from './threats/exemptions.js';
import { RestrictionRegister } from './threats/restriction-register.js';
import { ThreatDetector } from './threats/threat-detector.js';
import { limitsOf } from './threats/threat-limits.js';
import { ThreatService } from './threats/threat.service.js';

const head = (name: string) => fileURLToPath(new URL(`../model/${name}`, import.meta.url));

describe('SecurityLoader', () => {
  const absent = {
    ...toyEncoder(() => 0),
    start: () => Promise.reject(new LlmosError('UNAVAILABLE', 'No network.')),
  };
  let readiness: Readiness;
  let loader: SecurityLoader;

  const load = (headPath: string): void => {
    const second = { encoder: absent, headPath: head('tuned-injection-head.json') };
    const screening = new ScreeningService({ encoder: absent, headPath, second, onFallback: () => undefined });
    const limits = { requestsPerMinute: 1, tokensPerMinute: 1, injections: 1, injectionScore: 0.5, maxSubjects: 10 };
    const detector = new ThreatDetector(limitsOf(limits));
    const exemptions = new Exemptions([], { restrictLoopback: false });
    const threats = new ThreatService({
      detector,
      register: new RestrictionRegister(new InMemoryRestrictionStore(), exemptions, 1),
      baselines: new InMemoryBaselineStore(),
      onAlert: () => undefined,
      onProblem: () => undefined,
    });
    readiness = new Readiness();
    const log = createLogger({ service: 'security', level: 'silent' });
    loader = new SecurityLoader(log, readiness, screening, threats, detector);
    loader.onModuleInit();
  };
  const state = (name: string) => readiness.all.find((check) => check.name === name);
  afterEach(() => loader.onModuleDestroy());

  it('is ready without the encoders, because texts can be screened by the rules alone', async () => {
    load(head('injection-head.json'));
    expect(readiness.ready).toBe(false);
    await waitFor('the service', () => readiness.ready);
    expect(state('model minilm')).toMatchObject({
      state: 'ready',
      message: expect.stringMatching(/rules alone.*No network/),
    });
    expect(state('model minilm-screening')?.message).toMatch(/without the second stage.*No network/);
  });

  it('is not ready without the head of the first stage', async () => {
    load(head('none.json'));
    await waitFor('the failure', () => state('screening head')?.state === 'failed');
    expect(readiness.ready).toBe(false);
  });
});
