import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

const projectSchema = z.object({
  name: z.string(),
  tags: z.array(z.string()).default([]),
  metadata: z.object({ exclusive: z.string().optional() }).default({}),
});

export interface ServiceApp {
  readonly name: string;
  readonly role: 'service' | 'gateway';
  /** The built entry. */
  readonly main: string;
  /**
   * Why only one process of the service may run, such as "its index on disk belongs to one process". A service says so
   * in its project.json: `"metadata": {"exclusive": "…"}`. Absent: its replicas share all state.
   */
  readonly exclusive?: string;
}

/** The built apps of a checkout with the tag `role:service` or `role:gateway`. A new service needs no registration. */
export function findServiceApps(root: string): ServiceApp[] {
  const folder = join(root, 'apps');
  return readdirSync(folder)
    .sort()
    .flatMap((app): ServiceApp[] => {
      const file = join(folder, app, 'project.json');
      const main = join(folder, app, 'dist', 'main.js');
      if (!existsSync(file) || !existsSync(main)) return [];
      const { name, tags, metadata } = projectSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
      if (tags.includes('role:gateway')) return [{ name, role: 'gateway', main, ...metadata }];
      return tags.includes('role:service') ? [{ name, role: 'service', main, ...metadata }] : [];
    });
}
