import { join } from 'node:path';

/**
 * Where everything lies under `<home>/models`:
 * `sha256/<hash>/<filename>` the files, by content; `pins/<model>.json` hashes met at a first fetch;
 * `partial/<model>/` what is on its way; `inbox/<model>/<filename>` files brought by hand; `locks/`;
 * `optimised/` models as the engine has optimised them, made anew where they are missing.
 */
export class StoreLayout {
  readonly folder: string;

  constructor(home: string) {
    this.folder = join(home, 'models');
  }

  content(sha256: string, filename: string): string {
    return join(this.folder, 'sha256', sha256, filename);
  }

  pins(model: string): string {
    return join(this.folder, 'pins', `${model}.json`);
  }

  partial(model: string): string {
    return join(this.folder, 'partial', model);
  }

  inbox(model: string, filename: string): string {
    return join(this.folder, 'inbox', model, filename);
  }

  get optimised(): string {
    return join(this.folder, 'optimised');
  }

  get locks(): string {
    return join(this.folder, 'locks');
  }

  lock(model: string): string {
    return join(this.locks, `${model}.lock`);
  }
}
