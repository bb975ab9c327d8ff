// Tests import this as 'fast-check' (jest.config.mjs). Properties are tried on the same cases in each run: a failure by
// chance would say nothing about the change under test. LLMOS_TEST_SEED=random tries others, and a number those of a
// reported failure.
import fc from '../../node_modules/fast-check/lib/fast-check.js';

const seed = process.env.LLMOS_TEST_SEED ?? '20261130';
if (seed !== 'random') fc.configureGlobal({ ...fc.readConfigureGlobal(), seed: Number(seed) });

export * from '../../node_modules/fast-check/lib/fast-check.js';
export default fc;
