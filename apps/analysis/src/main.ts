import { bootstrapService } from '@llmos/mesh';
import { analysisConfig } from './analysis.config.js';
import { AnalysisModule } from './analysis.module.js';

await bootstrapService('analysis', AnalysisModule, analysisConfig);
