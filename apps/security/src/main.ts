import { bootstrapService } from '@llmos/mesh';
import { securityConfig } from './security.config.js';
import { SecurityModule } from './security.module.js';

await bootstrapService('security', SecurityModule, securityConfig);
