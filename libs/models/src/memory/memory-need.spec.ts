import { machineMemory } from './machine-memory.js';
import { memoryNeed } from './memory-need.js';

/** Published: 28 layers, 2 heads of keys and values of 128, 151,936 words. */
const qwen = { layers: 28, kvHeads: 2, headSize: 128, vocabulary: 151_936 };
const settings = { sizeBytes: 1_117_320_736, shape: qwen, contextTokens: 1_536, sequences: 4 };

describe('memoryNeed', () => {
  it('adds weights, context, work and process', () => {
    const { weights, context, work, process, total } = memoryNeed(settings);
    expect(weights).toBe(1_117_320_736);
    expect(context).toBe(28_672 * 1_536 * 4);
    expect(work).toBe(512 * 151_936 * 4);
    expect(total).toBe(weights + context + work + process);
  });

  it('grows with the context and the sequences, not with them the weights', () => {
    const wide = memoryNeed({ ...settings, contextTokens: 3_072, sequences: 8 });
    expect(wide.context).toBe(4 * memoryNeed(settings).context);
    expect(wide.weights).toBe(memoryNeed(settings).weights);
  });
});

it('machineMemory finds the memory of this machine, of which a part is free', () => {
  const { total, free } = machineMemory();
  expect(total).toBeGreaterThan(100_000_000);
  expect(free).toBeGreaterThan(0);
  expect(free).toBeLessThanOrEqual(total);
});
