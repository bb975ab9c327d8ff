import { writeFileSync } from 'node:fs';
import { CliError } from '../cli-error.js';

/** Writes the SVG that `--svg` asks for. @throws CliError if the file cannot be written. */
export function writePicture(file: string, picture: string): void {
  try {
    writeFileSync(file, picture);
  } catch (cause) {
    throw new CliError(`the picture cannot be written to ${file}`, 'give --svg a file that you may write', { cause });
  }
}
