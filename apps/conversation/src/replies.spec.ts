import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { checkNamedReplies } from './pipeline-replies.js';
import { ReplyTexts } from './replies.js';

const COMMON = fileURLToPath(new URL('../replies.yaml', import.meta.url));

describe('The texts of small talk', () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'llmos-replies-'))));
  afterEach(() => rmSync(folder, { recursive: true }));
  const write = (name: string, text: string) => writeFileSync(join(folder, name), text);
  const pipelineWith = (replies: string) =>
    write(
      'shop.yaml',
      [
        'name: shop\nversion: 1\ninput: { text: { type: string } }\nsteps:\n  - id: turn\n    uses: conversation.understand',
        `    with: { text: '\${input.text}', replies: ${replies} }\nresult: \${turn.reply}\n`,
      ].join('\n'),
    );

  it('are the common ones, with those that a pipeline names in their place', async () => {
    write('shop.yaml', 'en: { greeting: "Welcome to the shop!" }\nde: { greeting: "Willkommen!" }\n');
    const texts = await ReplyTexts.read(COMMON, folder);
    const [common, shop] = [texts.of(), texts.of('shop')];
    expect([shop.en.greeting, shop.de.greeting]).toEqual(['Welcome to the shop!', 'Willkommen!']);
    expect(shop.fr).toEqual(common.fr);
    expect(shop.en.thanks).toBe(common.en.thanks);
    expect(common.en.greeting).not.toBe(shop.en.greeting);
    expect(() => texts.of('bank')).toThrow("There are no replies 'bank'; there are: shop. Add bank.yaml");
  });

  it('may have no folder', async () => {
    const texts = await ReplyTexts.read(COMMON, join(folder, 'none'));
    expect(() => texts.of('bank')).toThrow('there are: none.');
  });

  it.each([
    ['en: { greting: "Hi" }', /shop\.yaml cannot be used: en: .*greting/],
    ['en: { greeting: "" }', /shop\.yaml cannot be used: en\.greeting: /],
    ['xx: { greeting: "Hi" }', /shop\.yaml cannot be used: : .*xx/],
    ['en: [', /shop\.yaml cannot be used: /],
  ])('are refused at the start with the file and the place: %j', async (text, message) => {
    write('shop.yaml', text);
    await expect(ReplyTexts.read(COMMON, folder)).rejects.toThrow(message);
  });

  it('that a pipeline names must exist at the start', async () => {
    const texts = await ReplyTexts.read(COMMON);
    pipelineWith('bank');
    await expect(checkNamedReplies(folder, texts)).rejects.toThrow(
      "The pipeline shop.yaml cannot be used: There are no replies 'bank'",
    );
    pipelineWith("'${input.text}'");
    await expect(checkNamedReplies(folder, texts)).resolves.toBeUndefined();
  });
});
