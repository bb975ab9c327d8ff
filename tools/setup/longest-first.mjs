import Sequencer from '@jest/test-sequencer';

/** Test files of a minute or more. They start first, so that no worker runs one alone at the end. */
const LONGEST = [
  'test/e2e/instance.spec.ts',
  'test/e2e/two-commands.spec.ts',
  'test/e2e/backup.spec.ts',
  'apps/recommender/test/crashes.int.spec.ts',
  'apps/generation/test/generation.int.spec.ts',
  'apps/analysis/test/tuning.int.spec.ts',
];

/** Jest's order (last durations, else file sizes) after the {@link LONGEST}: a fresh clone has no durations. */
export default class LongestFirst extends Sequencer {
  sort(tests) {
    const rank = ({ path }) => {
      const at = LONGEST.findIndex((file) => path.endsWith(file));
      return at < 0 ? LONGEST.length : at;
    };
    return super.sort(tests).sort((one, other) => rank(one) - rank(other));
  }
}
