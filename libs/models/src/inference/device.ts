import { z } from 'zod';

/**
 * Where a model runs. `cpu` works everywhere; the others need a driver and a provider library of the engine,
 * see docs/models.md.
 */
export const DEVICES = ['cpu', 'cuda', 'webgpu', 'coreml', 'dml'] as const;
export type Device = (typeof DEVICES)[number];

/** The setting of a service that chooses the device of its models. */
export const deviceSchema = z.enum(DEVICES).default('cpu');
