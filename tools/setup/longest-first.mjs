import Sequencer from '@jest/test-sequencer';

/** The slowest test files of each suite. They start first, so that no worker runs one alone at the end. */
const LONGEST = [
  'test/e2e/instance.spec.ts',
  'test/e2e/backup.spec.ts',
  'test/e2e/faults.spec.ts',
  'test/architecture/generator.spec.ts',
  'test/e2e/two-commands.spec.ts',
  'test/e2e/replicas.spec.ts',
  'test/e2e/recommendations/recommendations.spec.ts',
  'apps/recommender/test/crashes.int.spec.ts',
  'apps/generation/test/generation.int.spec.ts',
  'apps/analysis/test/tuning.int.spec.ts',
  'apps/cli/test/backup.int.spec.ts',
  'apps/asr/test/asr.int.spec.ts',
  'broker-lost.int.spec.ts',
  'apps/recommender/src/intake/import.service.spec.ts',
  'apps/security/src/disclosure/disclosure.service.spec.ts',
  'apps/security/src/threats/threat-detector.spec.ts',
  'linear-time.spec.ts',
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
