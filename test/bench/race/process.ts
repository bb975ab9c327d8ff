// A process of the race: `process.ts <entry> <url> a|b` does a step, `process.ts <entry> <url> send` sends and measures.
import { once } from 'node:events';
import { engineOf, type Name, type Step } from './engine.ts';
import { measure, type Phases } from './measure.ts';

const [name, url, role] = process.argv.slice(2) as [Name, string, Step | 'send'];
const engine = await engineOf(name);
process.on('disconnect', () => process.exit(0));
if (role === 'send') {
  const call = await engine.open(url);
  process.send?.('ready');
  const [phases] = (await once(process, 'message')) as [Phases];
  process.send?.(await measure(call, phases));
} else {
  await engine.work(url, role);
  process.send?.('ready');
}
