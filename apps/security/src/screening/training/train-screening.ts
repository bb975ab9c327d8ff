import { runTraining } from './train.command.js';

await runTraining(process.argv.slice(2));
