import { bootstrapService } from '@llmos/mesh';
import { generationConfig } from './generation.config.js';
import { GenerationModule } from './generation.module.js';

await bootstrapService('generation', GenerationModule, generationConfig);
