import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Instance } from './instance.js';
import { LlmosCommand } from './llmos-command.js';

/** The tenant's own documents, and what callers asked and said about them. */
export function documentsSuite(running: () => Instance): void {
  let instance: Instance;
  let command: LlmosCommand;
  beforeAll(() => {
    instance = running();
    command = new LlmosCommand(instance.home);
  });
  afterAll(() => command.remove());

  it('imports a folder, answers from it, names a bad file, and keeps the documents equal to the folder', async () => {
    const docs = mkdtempSync(join(command.folder, 'docs-'));
    writeFileSync(
      join(docs, 'wombat.md'),
      '# Blocking a Wombat card\n\nTo block a Wombat card:\n\n1. Open the Wombat page.\n2. Tap Block.\n',
    );
    writeFileSync(join(docs, 'faq.csv'), 'question,answer\nIs the Wombat card made of wood?,Yes.\n');
    writeFileSync(join(docs, 'bad.pdf'), 'no pdf');
    const sync = ['documents', 'sync', docs, '--collection', 'wombats'];
    const first = await command.run(...sync);
    expect(first.code).toBe(1);
    expect(first.output).toMatch(/2 documents are new or changed, 0 unchanged, 1 failed\.[^]*bad\.pdf +is no PDF/);
    const asked = async (text: string) => (await instance.askUntilWhole({ text })).body.result;
    expect(await asked('How do I block a Wombat card?')).toBe(
      'To block a Wombat card: 1. Open the Wombat page. 2. Tap Block.',
    );
    expect(await asked('Is the Wombat card made of wood?')).toBe('Is the Wombat card made of wood? Yes.');
    rmSync(join(docs, 'bad.pdf'));
    rmSync(join(docs, 'faq.csv'));
    expect(await command.json(...sync)).toMatchObject({ read: 1, stored: 0, unchanged: 1, deleted: 1, failed: 0 });
    const { output } = await command.run('documents', 'show', 'wombat');
    expect(output).toContain('To block a Wombat card: 1. Open');
    expect(output).toMatch(/1 question was answered\.[^]*How do I block a Wombat card\?/);
    expect((await command.run('documents', 'delete', 'wombat')).code).toBe(0);
    const { documents } = await command.json('documents', 'list');
    expect((documents as { id: string }[]).map(({ id }) => id)).not.toContain('wombat');
  }, 120_000);

  it('empties a collection only if it is told to, and says why it cannot delete a shared document', async () => {
    const docs = mkdtempSync(join(command.folder, 'docs-'));
    const sync = ['documents', 'sync', docs, '--collection', 'quokkas'];
    writeFileSync(join(docs, 'quokka.md'), '# Quokka cards\n\nA Quokka card is free.\n');
    expect(await command.json(...sync)).toMatchObject({ stored: 1 });
    rmSync(join(docs, 'quokka.md'));
    const refused = await command.run(...sync);
    expect(refused).toMatchObject({
      code: 1,
      errors: expect.stringContaining("every document of the collection 'quokkas'") as string,
    });
    expect(await command.json(...sync, '--allow-empty')).toMatchObject({ read: 0, deleted: 1 });
    expect(await command.run('documents', 'delete', 'change-pin')).toMatchObject({
      code: 1,
      errors: expect.stringContaining("'change-pin' belongs to no tenant: all tenants share it") as string,
    });
  }, 120_000);

  it('takes a form, and sends the progress of its import as events', async () => {
    const form = new FormData();
    form.set('file', new Blob(['{"Is the Potoroo card blue?":"No."}']), 'potoroo.json');
    const response = await fetch(new URL('/v1/documents', instance.url), {
      method: 'POST',
      headers: { accept: 'text/event-stream' },
      body: form,
    });
    expect(await response.text()).toMatch(/event: delta[^]*"stored":1[^]*event: completed[^]*"faults":\[\]/);
    const id = 'potoroo-is-the-potoroo-card-blue';
    const shown = await fetch(new URL(`/v1/documents/${id}`, instance.url));
    expect(await shown.json()).toMatchObject({ document: { title: 'Is the Potoroo card blue?', text: 'No.' } });
    const deleted = await fetch(new URL(`/v1/documents/${id}`, instance.url), { method: 'DELETE' });
    expect(await deleted.json()).toMatchObject({ removed: { id, deleted: true } });
    expect((await fetch(new URL(`/v1/documents/${id}`, instance.url))).status).toBe(404);
  });

  it('llmos questions --unanswered shows what to write about', async () => {
    await instance.askUntilWhole({ text: 'Do you rent out unicycles?' });
    const { code, output } = await command.run('questions', '--unanswered', '--limit', '500');
    expect(code).toBe(0);
    expect(output).toMatch(/unanswered\.[^]*last asked[^]*Do you rent out unicycles\?/);
    const both = await command.run('questions', '--unanswered', '--document', 'change-pin');
    expect(both).toMatchObject({ code: 1, errors: expect.stringContaining('not both') as string });
  });

  it('llmos feedback export writes a line for each rated answer', async () => {
    const { body } = await instance.askUntilWhole({ text: 'How do I change my PIN?' });
    await instance.post(`/v1/runs/${body.run_id}/feedback`, { helpful: true, comment: 'Thanks' });
    const path = join(command.folder, 'feedback.jsonl');
    expect((await command.run('feedback', 'export', '--out', path)).code).toBe(0);
    const lines = readFileSync(path, 'utf8').trim().split('\n');
    const rated = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(rated.find(({ run }) => run === body.run_id)).toMatchObject({
      helpful: true,
      comment: 'Thanks',
      questions: ['How do I change my PIN?'],
      documents: ['change-pin'],
      answer: body.result,
    });
    expect(await command.run('feedback', 'export', '--out', path)).toMatchObject({ code: 1 });
  });
}
