import { setting } from '@llmos/config';
import { z } from 'zod';

/** What may be published about users: spread into the settings of the service. */
export const disclosureSettings = {
  /** What each budget has to spend, in zCDP, for ever. */
  privacyRho: setting('LLMOS_PRIVACY_RHO', z.coerce.number().positive().max(1_000).default(1)),
  /** The δ with which all spending is said as ε. */
  privacyDelta: setting('LLMOS_PRIVACY_DELTA', z.coerce.number().min(1e-15).max(0.01).default(1e-6)),
};
