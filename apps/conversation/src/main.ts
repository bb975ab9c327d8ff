import { bootstrapService } from '@llmos/mesh';
import { conversationConfig } from './conversation.config.js';
import { ConversationModule } from './conversation.module.js';

await bootstrapService('conversation', ConversationModule, conversationConfig);
