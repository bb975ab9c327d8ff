import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadCapabilities } from '@llmos/contracts';
import { parsePipeline } from '@llmos/pipeline';
import { parseRates, readRepairs } from './rates.js';
import { servicesOf, stepsOfPipeline } from './steps-of-pipeline.js';

const PIPELINE = `
name: sample
version: 1
input: { text: { type: string, required: true } }
steps:
  - id: intent
    uses: intent.detect
    with: { text: "\${input.text}" }
    fallback: { output: { reply: "I cannot tell." } }
  - id: search
    uses: retrieval.search
    with: { query: "\${input.text}" }
    onError: continue
result: done
`;

describe('What a pipeline needs', () => {
  it('is the gateway and its steps, with what may be missing and what replaces it', async () => {
    const steps = stepsOfPipeline(parsePipeline(PIPELINE, 'sample.yaml', await loadCapabilities()));
    expect(steps).toEqual([
      { id: 'gateway', service: 'gateway', optional: false },
      { id: 'intent', service: 'intent', optional: false, fallback: { output: true } },
      { id: 'search', service: 'retrieval', optional: true },
    ]);
    expect(servicesOf(steps)).toEqual(['gateway', 'intent', 'retrieval']);
  });

  it('names a service once, and those of fallbacks too', () => {
    const steps = [
      { id: 'a', service: 'generation', optional: false, fallback: { service: 'retrieval' } },
      { id: 'b', service: 'generation', optional: false },
    ];
    expect(servicesOf(steps)).toEqual(['generation', 'retrieval']);
  });
});

describe('Rates', () => {
  it('are one for all, and others for single services', () => {
    expect(parseRates('0.5,generation=2', '--failures-per-hour')).toEqual({ all: 0.5, single: { generation: 2 } });
  });

  it.each(['', 'intent=', 'intent=0', '-1', 'often', '1,,2'])('refuse %j', (text) => {
    expect(() => parseRates(text, '--repair-seconds')).toThrow('is no positive number for --repair-seconds');
  });
});

describe('Repair times of the fault lab', () => {
  let folder: string;
  beforeAll(() => (folder = mkdtempSync(join(tmpdir(), 'llmos-lab-'))));
  afterAll(() => rmSync(folder, { recursive: true }));
  const read = (content: unknown) => {
    const file = join(folder, 'report.json');
    writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content));
    return readRepairs(file);
  };

  it('are the usual time until all was whole again after a service was killed', () => {
    const recoveryMs = { p50: 4_200, p99: 9_000, max: 9_000 };
    const verdicts = [
      { fault: 'kill intent', times: 3, recoveryMs },
      { fault: 'kill asr', times: 0, recoveryMs: { p50: 0 }, skipped: 'not here' },
      { fault: 'freeze intent', times: 1, recoveryMs: { p50: 1 } },
      { fault: 'kill during a restore', times: 1, recoveryMs: { p50: 1 } },
    ];
    expect(read({ verdicts })).toEqual({ intent: 4.2 });
  });

  it.each(['', '[]', '{"verdicts":[]}', '{"verdicts":[{"fault":"calm","times":1,"recoveryMs":{"p50":1}}]}'])(
    'are not in %j',
    (text) => {
      expect(() => read(text)).toThrow('report.json');
    },
  );

  it('are missed by the path of the report', () => {
    expect(() => readRepairs(join(folder, 'none.json'))).toThrow('none.json');
  });
});
