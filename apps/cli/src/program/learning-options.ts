import { Option, type Command } from 'commander';
import { countingNumber, number } from './options.js';

/** How a recommender is to learn, for training and for measuring alike; what is not said is the service's own choice. */
export function addLearningOptions(command: Command): Command {
  return command
    .addOption(
      new Option('--algorithm <name>', 'auto: EASE^R up to 20,000 items, iALS beyond')
        .choices(['auto', 'ease', 'ials'])
        .default('auto'),
    )
    .option('--regularisation <number>', 'the L2 penalty', number)
    .option('--factors <number>', 'iALS: length of a factor', countingNumber)
    .option('--sweeps <number>', 'iALS: sweeps over users and items', countingNumber)
    .option('--min-interactions <number>', 'learn only from users and items with so many (k-core)', countingNumber)
    .option('--min-value <number>', 'interactions worth less are not liked, such as ratings below 4', number);
}
