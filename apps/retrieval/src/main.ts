import { bootstrapService } from '@llmos/mesh';
import { retrievalConfig } from './retrieval.config.js';
import { RetrievalModule } from './retrieval.module.js';

await bootstrapService('retrieval', RetrievalModule, retrievalConfig);
