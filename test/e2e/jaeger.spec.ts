import { waitFor } from '@llmos/testing';
import { dirname } from 'node:path';
import { QUESTIONS, startInstance, type Instance } from './instance.js';

/**
 * Runs against a real Jaeger 2 if one is given: `LLMOS_TEST_JAEGER=/path/to/jaeger npm test`. Building Jaeger takes
 * minutes, so the tests do not build it; docs/operations.md explains how.
 */
const jaeger = process.env['LLMOS_TEST_JAEGER'];
const QUERY = 'http://127.0.0.1:16686';

interface JaegerSpan {
  readonly operationName: string;
  readonly spanID: string;
  readonly references: readonly { readonly spanID: string }[];
  readonly processID: string;
}

(jaeger ? describe : describe.skip)('Jaeger 2', () => {
  let instance: Instance;
  beforeAll(async () => {
    instance = await startInstance({ PATH: `${dirname(jaeger!)}:${process.env['PATH']}` }, ['--traces']);
  }, 180_000);
  afterAll(() => instance.stop(), 60_000);

  it('returns a spoken question as one trace in which every span has its parent', async () => {
    const { status, headers } = await instance.ask({ audio: QUESTIONS[0]!.audio.toString('base64') });
    expect(status).toBe(200);
    const traceId = headers.get('traceparent')!.slice(3, 35);
    const spans = await waitFor(
      'the complete trace',
      async () => {
        const response = await fetch(`${QUERY}/api/traces/${traceId}`);
        if (!response.ok) return undefined;
        const { data } = (await response.json()) as { data: { spans: JaegerSpan[] }[] };
        const found = data[0]?.spans ?? [];
        const names = found.map(({ operationName }) => operationName);
        return data.length === 1 &&
          names.includes('POST /serving/process') &&
          names.some((name) => name.startsWith('chat '))
          ? found
          : undefined;
      },
      30_000,
    );
    const ids = new Set(spans.map(({ spanID }) => spanID));
    const orphans = spans.filter(
      ({ references }) => references.length > 0 && !references.every(({ spanID }) => ids.has(spanID)),
    );
    expect(orphans.map(({ operationName }) => operationName)).toEqual([]);
    expect(spans.filter(({ references }) => references.length === 0)).toHaveLength(1);
    expect(new Set(spans.map(({ processID }) => processID)).size).toBe(5);
  });
});
