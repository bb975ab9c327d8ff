import { setting } from '@llmos/config';
import { z } from 'zod';

/** The settings of differential privacy; part of the settings of the service. */
export const disclosureSettings = {
  /** The total of each budget, in zCDP; it is never refilled. */
  privacyRho: setting('LLMOS_PRIVACY_RHO', z.coerce.number().positive().max(1_000).default(1)),
  /** The δ at which the spent total is reported as ε. */
  privacyDelta: setting('LLMOS_PRIVACY_DELTA', z.coerce.number().min(1e-15).max(0.01).default(1e-6)),
};
