import { join } from 'node:path';
import { z } from 'zod';
import { baseConfig } from './base.config.js';
import { defineConfig, flag, loadConfig, setting } from './config.js';

describe('loadConfig', () => {
  const definition = defineConfig({
    threads: setting('TEST_THREADS', z.coerce.number().int().min(1).default(2)),
    device: setting('TEST_DEVICE', z.enum(['cpu', 'cuda']).default('cpu')),
    verbose: setting('TEST_VERBOSE', flag().default(false)),
  });

  it('returns the defaults without any variable', () => {
    expect(loadConfig(definition, {})).toEqual({ threads: 2, device: 'cpu', verbose: false });
  });

  it('reads the variables that are set', () => {
    expect(loadConfig(definition, { TEST_THREADS: '4', TEST_DEVICE: 'cuda', TEST_VERBOSE: 'yes' })).toEqual({
      threads: 4,
      device: 'cuda',
      verbose: true,
    });
  });

  it('names every invalid variable and shows no value', () => {
    const load = () => loadConfig(definition, { TEST_THREADS: '-77', TEST_DEVICE: 'secret-value' });
    expect(load).toThrow(/TEST_THREADS: expected at least 1\n {2}TEST_DEVICE: expected one of cpu, cuda/);
    expect(load).not.toThrow(/secret-value|-77/);
  });

  it('says in its own words what a setting expects', () => {
    const own = defineConfig({
      pairs: setting(
        'TEST_PAIRS',
        z.string().transform((_, context) => (context.addIssue('must be a=1,b=2'), z.NEVER)),
      ),
      url: setting(
        'TEST_URL',
        z.string().refine(() => false),
      ),
    });
    const load = () => loadConfig(own, { TEST_PAIRS: 'x', TEST_URL: 'y' });
    expect(load).toThrow(/TEST_PAIRS: must be a=1,b=2\n {2}TEST_URL: not in the expected form/);
  });

  it('finds the checkout and its folders', () => {
    expect(loadConfig(baseConfig, {})).toMatchObject({
      root: process.cwd(),
      pipelinesDir: join(process.cwd(), 'deploy', 'pipelines'),
    });
  });

  it('finds pipelines, models and samples under LLMOS_ROOT unless their own variables are set', () => {
    expect(loadConfig(baseConfig, { LLMOS_ROOT: '/app', LLMOS_SAMPLES_DIR: '/samples' })).toMatchObject({
      pipelinesDir: '/app/deploy/pipelines',
      catalogPath: '/app/deploy/models.yaml',
      samplesDir: '/samples',
    });
  });
});
