import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CliError } from '../cli-error.js';

/**
 * Opens a text in an editor and waits until it is closed. The file is readable by
 * the user alone and removed afterwards.
 *
 * @param editor its command, with arguments if it has any.
 * @param extension of the file, without a dot: editors choose their colours by it.
 * @returns the text as it was saved.
 * @throws CliError if the editor cannot be started or reports a failure.
 */
export function editText(text: string, editor: string, extension: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'llmos-edit-'));
  const file = join(folder, `message.${extension}`);
  try {
    writeFileSync(file, text, { mode: 0o600 });
    // EDITOR may have arguments, such as `code --wait`; the shell reads them as git does.
    const { status, error } = spawnSync('/bin/sh', ['-c', `${editor} "$1"`, editor, file], { stdio: 'inherit' });
    if (error || status !== 0)
      throw new CliError(`The editor '${editor}' failed`, 'set EDITOR to another one, or use --body <file>');
    return readFileSync(file, 'utf8');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
