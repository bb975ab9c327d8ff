// Trains the intent head: node apps/intent/training/train.ts --help (build first: nx build intent).
const command = new URL('../dist/training/train.command.js', import.meta.url).href;
const { runTraining } = (await import(command)) as typeof import('../src/training/train.command.js');
await runTraining(process.argv.slice(2));
export {};
