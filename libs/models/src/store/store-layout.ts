import { join } from 'node:path';

/**
 * The layout of `<home>/models`: `sha256/<hash>/<filename>` the files, by content; `partial/<model>/` incomplete
 * downloads; `inbox/<model>/<filename>` files placed by hand; `locks/`; `optimised/` optimised models, which are made
 * again if they are missing.
 */
export class StoreLayout {
  readonly folder: string;

  constructor(home: string) {
    this.folder = join(home, 'models');
  }

  content(sha256: string, filename: string): string {
    return join(this.folder, 'sha256', sha256, filename);
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
