import { bootstrapService } from '@llmos/mesh';
import { asrConfig } from './asr.config.js';
import { AsrModule } from './asr.module.js';

await bootstrapService('asr', AsrModule, asrConfig);
