import { writeFileSync } from 'node:fs';
import { z } from 'zod';
import { CliError } from '../cli-error.js';
import { gatewayClient, type CommandContext } from './context.js';

export interface ExportOptions {
  readonly out?: string;
  readonly url?: string;
}

const PAGE = 500;
const pageSchema = z.object({ feedback: z.array(z.record(z.string(), z.unknown())), next: z.string().optional() });

/** `llmos feedback export`: JSON Lines, by run. @throws CliError if the file exists or cannot be written. */
export async function exportFeedback(context: CommandContext, { out, url }: ExportOptions): Promise<number> {
  const client = gatewayClient(context, url);
  const lines: string[] = [];
  for (let after: string | undefined, more = true; more;) {
    const { details } = await client.process('list_feedback', { limit: PAGE, after });
    const page = pageSchema.parse(details);
    lines.push(...page.feedback.map((each) => JSON.stringify(each)));
    after = page.next;
    more = after !== undefined;
  }
  if (out === undefined) for (const line of lines) context.terminal.line(line);
  else writeNew(out, lines.map((line) => `${line}\n`).join(''));
  context.terminal.note(`${lines.length} rated ${lines.length === 1 ? 'answer' : 'answers'}`);
  return 0;
}

/** The texts are those of customers: only the user may read the file. */
function writeNew(path: string, text: string): void {
  try {
    writeFileSync(path, text, { flag: 'wx', mode: 0o600 });
  } catch (cause) {
    const isThere = (cause as NodeJS.ErrnoException).code === 'EEXIST';
    throw new CliError(
      isThere ? `${path} exists already` : `${path} cannot be written`,
      isThere ? 'name another file, or remove it' : undefined,
      { cause },
    );
  }
}
