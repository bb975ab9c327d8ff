import { randomUUID } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

/** The variable by which a service learns which model to use. */
const VARIABLES = {
  asr: 'LLMOS_ASR_MODEL',
  embeddings: 'LLMOS_RETRIEVAL_EMBEDDINGS',
  generation: 'LLMOS_GENERATION_MODEL',
} as const;

/** A use for which another model can be chosen. */
export type ChosenUse = keyof typeof VARIABLES;
export type ModelChoice = Readonly<Partial<Record<ChosenUse, string>>>;

export const CHOSEN_USES = Object.keys(VARIABLES) as readonly ChosenUse[];
export const variableOf = (use: ChosenUse): string => VARIABLES[use];

const choiceSchema = z.partialRecord(z.enum(CHOSEN_USES), z.string().min(1));

/** The models that somebody chose for an instance, kept in its folder. They hold from the next start on. */
export class ModelChoices {
  private readonly path: string;

  constructor(private readonly folder: string) {
    this.path = join(folder, 'models.json');
  }

  /** Empty when nothing was chosen, or when the file cannot be used. */
  read(): ModelChoice {
    try {
      return choiceSchema.parse(JSON.parse(readFileSync(this.path, 'utf8')));
    } catch {
      return {};
    }
  }

  /** Adds to what was chosen before. */
  write(choice: ModelChoice): void {
    mkdirSync(this.folder, { recursive: true, mode: 0o700 });
    const draft = `${this.path}.${randomUUID()}`;
    writeFileSync(draft, `${JSON.stringify({ ...this.read(), ...choice }, undefined, 2)}\n`);
    renameSync(draft, this.path);
  }
}

/** The variables of the services; a variable that is set in the environment is left to the environment. */
export function modelVariables(choice: ModelChoice, environment: ModelChoice = {}): Record<string, string> {
  const chosen = CHOSEN_USES.flatMap((use) => {
    const name = environment[use] ?? choice[use];
    return name === undefined ? [] : [[variableOf(use), name] as const];
  });
  return Object.fromEntries(chosen);
}
