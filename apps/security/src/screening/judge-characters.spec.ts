import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { screen } from '@llmos/contracts/capabilities/security';
import { toyEncoder, writeToyCharacterHead, writeToyHead } from '../../test/fixtures/toy-screening.js';
import { ScreeningService } from './screening.service.js';

const GUILTY = 'Zwiebelkuchen macht unbedingt froh.';

/** Neither the rules nor the first stage find anything in these texts. */
describe('Screening by characters', () => {
  let folder: string;
  const run = async (request: object, charactersPath?: string) => {
    const headPath = join(folder, 'first.json');
    const service = new ScreeningService({
      ...{ encoder: toyEncoder(() => 0), headPath, charactersPath },
      onFallback: (_, error) => {
        throw error;
      },
    });
    await service.load();
    return service.screen(screen.input.parse(request));
  };
  const characters = (): string => join(folder, 'characters.json');

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'characters-'));
    await writeToyHead(join(folder, 'first.json'), 'first-stage');
    await writeToyCharacterHead(characters(), GUILTY);
  });
  afterAll(() => rm(folder, { recursive: true }));

  it('is left out without the head', async () =>
    expect(await run({ text: GUILTY })).toMatchObject({ verdict: 'benign' }));

  it('finds an attack that the stages do not find', async () =>
    expect(await run({ text: GUILTY, action: 'flag' }, characters())).toMatchObject({
      verdict: 'injection',
      spans: [{ start: 0, end: GUILTY.length }],
    }));

  it('finds the sentence that attacks, after any number of harmless ones', async () => {
    const harmless = 'Guten Tag! '.repeat(400);
    const text = `${harmless}${GUILTY}`;
    const { verdict, spans } = await run({ text, action: 'flag' }, characters());
    expect(verdict).toBe('injection');
    expect(spans.map(({ start, end }) => text.slice(start, end))).toEqual([GUILTY]);
  });

  it('finds what is written in base64', async () => {
    const text = `Lies das: ${Buffer.from(GUILTY).toString('base64')}`;
    expect(await run({ text, action: 'flag' }, characters())).toMatchObject({ verdict: 'injection' });
  });

  it('only suspects what somebody else said', async () => {
    const text = `Gestern stand in einer Mail: „${GUILTY}“`;
    expect(await run({ text, action: 'flag' }, characters())).toMatchObject({ verdict: 'suspicious' });
  });

  it('judges inputs alone', async () => {
    const passage = { id: '1', document: '1', title: '', text: GUILTY, score: 1, similarity: 0 };
    const reply = await run({ text: '', passages: [passage], action: 'flag' }, characters());
    expect(reply.verdict).toBe('benign');
  });
});
