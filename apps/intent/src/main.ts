import { bootstrapService } from '@llmos/mesh';
import { intentConfig } from './intent.config.js';
import { IntentModule } from './intent.module.js';

await bootstrapService('intent', IntentModule, intentConfig);
