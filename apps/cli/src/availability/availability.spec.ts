import { loadCapabilities } from '@llmos/contracts';
import { parsePipeline } from '@llmos/pipeline';
import { parseRates } from './rates.js';
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
