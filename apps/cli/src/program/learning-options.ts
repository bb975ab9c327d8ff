import { Option, type Command } from 'commander';
import { countingNumber, number } from './options.js';

/** The options of training, for training and for evaluation. The service chooses what is not given. */
export function addLearningOptions(command: Command): Command {
  return command
    .addOption(
      new Option('--algorithm <name>', 'auto: EASE^R up to 20,000 items, iALS beyond')
        .choices(['auto', 'ease', 'ials'])
        .default('auto'),
    )
    .option('--regularisation <number>', 'the L2 penalty', number)
    .option('--factors <number>', 'iALS: dimension of the factors', countingNumber)
    .option('--sweeps <number>', 'iALS: sweeps over users and items', countingNumber)
    .option('--min-interactions <number>', 'use only users and items with at least this many (k-core)', countingNumber)
    .option('--min-value <number>', 'ignore interactions with a lower value, such as ratings below 4', number);
}
