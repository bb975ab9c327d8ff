import { bootstrapService } from '@llmos/mesh';
import { speechConfig } from './speech.config.js';
import { SpeechModule } from './speech.module.js';

await bootstrapService('speech', SpeechModule, speechConfig);
