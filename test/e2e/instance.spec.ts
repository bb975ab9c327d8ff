import { startOtlpReceiver } from '@llmos/testing';
import { analysisAndSecuritySuite } from './analysis-and-security.suite.js';
import { badInputSuite } from './bad-input.suite.js';
import { commandsSuite } from './commands.suite.js';
import { examplesSuite } from './examples.suite.js';
import { startInstance, type Instance } from './instance.js';
import { lineSuite } from './line.suite.js';
import { recoverySuite } from './recovery.suite.js';
import { tracesSuite } from './traces.suite.js';

const MINUTE_MS = 60_000;

/** The suites that can share one instance, in this order: what breaks it or erases its data comes last. */
describe('a running instance', () => {
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

  describe('customer service', () => lineSuite(running));
  describe('traces', () => tracesSuite(running, () => otlp.spans));
  describe('the llmos command', () => commandsSuite(running));
  describe('the examples', () => examplesSuite(running));
  describe('bad input', () => badInputSuite(running));
  describe('recovery', () => recoverySuite(running));
  it('no question and no answer is in the log, and every line has its level', () => {
    const lines = instance
      .log()
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { level: string });
    expect(lines.every(({ level }) => typeof level === 'string')).toBe(true);
    expect(instance.log()).not.toMatch(/capital of France|penguin parade|change my PIN/i);
  });

  describe('analysis and security', () => analysisAndSecuritySuite(running));
});
