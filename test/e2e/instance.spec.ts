import { startOtlpReceiver } from '@llmos/testing';
import { analysisAndSecuritySuite } from './analysis-and-security.suite.js';
import { badInputSuite } from './bad-input.suite.js';
import { commandsSuite } from './commands.suite.js';
import { customerServiceSuite } from './customer-service.suite.js';
import { examplesSuite } from './examples.suite.js';
import { startInstance, type Instance } from './instance.js';
import { recoverySuite } from './recovery.suite.js';
import { tracesSuite } from './traces.suite.js';

const MINUTE_MS = 60_000;

/** The suites that can share one instance. Those that break it or erase its data come last. */
describe('A running instance', () => {
  let instance: Instance;
  let otlp: Awaited<ReturnType<typeof startOtlpReceiver>>;
  const running = () => instance;
  beforeAll(async () => {
    otlp = await startOtlpReceiver();
    instance = await startInstance({ LLMOS_OTLP_URL: otlp.url });
  }, 3 * MINUTE_MS);
  afterAll(async () => {
    await instance.stop();
    await otlp.stop();
  }, MINUTE_MS);

  describe('(customer service)', () => customerServiceSuite(running));
  describe('(tracing)', () => tracesSuite(running, () => otlp.spans));
  describe('(command line)', () => commandsSuite(running));
  describe('(examples)', () => examplesSuite(running));
  describe('(bad input)', () => badInputSuite(running));
  describe('(crashes)', () => recoverySuite(running));
  it('logs neither questions nor answers, and a level in every line', () => {
    const lines = instance
      .log()
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { level: string });
    expect(lines.every(({ level }) => typeof level === 'string')).toBe(true);
    expect(instance.log()).not.toMatch(/capital of France|penguin parade|change my PIN/i);
  });

  describe('(analysis and security)', () => analysisAndSecuritySuite(running));
});
