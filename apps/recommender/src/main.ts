import { bootstrapService } from '@llmos/mesh';
import { recommenderConfig } from './recommender.config.js';
import { RecommenderModule } from './recommender.module.js';

await bootstrapService('recommender', RecommenderModule, recommenderConfig);
