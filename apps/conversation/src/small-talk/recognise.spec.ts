import { recogniseSmallTalk } from './recognise.js';

const topicOf = (text: string): string | undefined => recogniseSmallTalk(text)?.topic;

describe('recogniseSmallTalk', () => {
  it.each([
    ['hello', 'greeting'],
    ['Hi there!!', 'greeting'],
    ['Helloooo, good morning 😀', 'greeting'],
    ['hey, how are you?', 'greeting'],
    ['Hello, can you help me please?', 'greeting'],
    ['thanks', 'thanks'],
    ['ok thanks a lot', 'thanks'],
    ['Perfect, thank you so much for your help!', 'thanks'],
    ['thx, that helped', 'thanks'],
    ['ok bye', 'goodbye'],
    ['Thanks, goodbye', 'goodbye'],
    ['have a nice day!', 'goodbye'],
    ['Who are you?', 'identity'],
    ["hi, what's your name?", 'identity'],
    ['what can you do', 'identity'],
    ['Are you a robot?', 'robot'],
    ['am I talking to a real person', 'robot'],
    ['Can you repeat that please?', 'repeat'],
    ['sorry, what did you say?', 'repeat'],
    ['you are useless', 'insult'],
    ['fuck off you stupid bot', 'insult'],
    ['Can I talk to a human?', 'person'],
    ['I want to speak to someone about my complaint', 'person'],
    ['get me an agent', 'person'],
    ['please connect me with a customer service representative', 'person'],
    ['agent', 'person'],
    ['I need to speak with a real person now!!!', 'person'],
  ])('takes %j as %s', (text, topic) => {
    expect(topicOf(text)).toBe(topic);
  });

  it.each([
    'hello, my card was stolen',
    'thanks, and how long does that take?',
    'good morning, I want to close my account',
    'what is the exchange rate?',
    'how are fees calculated?',
    'can you help me change my PIN',
    'no',
    'yes please',
    'the second one',
    'is a person under 18 allowed to have an account?',
    'my agent at the shop said the payment failed',
    'I see a payment that I do not recognise',
    'my card is useless abroad',
    'who are the people I can send money to?',
    'can I call a US number?',
    'do I need a representative for a company account?',
    'Kan iemand mijn kaart blokkeren?',
    '',
    '???',
  ])('leaves %j to be answered', (text) => {
    expect(topicOf(text)).toBeUndefined();
  });

  it.each([
    ['Guten Tag', 'de', 'greeting'],
    ['Vielen Dank!', 'de', 'thanks'],
    ['Ich möchte mit einem Menschen sprechen', 'de', 'person'],
    ['Bonjour !', 'fr', 'greeting'],
    ['Merci beaucoup', 'fr', 'thanks'],
    ['Je voudrais parler à un conseiller', 'fr', 'person'],
    ['¡Hola! ¿Qué tal?', 'es', 'greeting'],
    ['muchas gracias', 'es', 'thanks'],
    ['Quiero hablar con una persona', 'es', 'person'],
    ['Buongiorno', 'it', 'greeting'],
    ['Grazie mille!', 'it', 'thanks'],
    ['Vorrei parlare con un operatore', 'it', 'person'],
    ['Bom dia', 'pt', 'greeting'],
    ['Muito obrigado', 'pt', 'thanks'],
    ['Quero falar com um atendente', 'pt', 'person'],
    ['Goedemorgen', 'nl', 'greeting'],
    ['Dank je wel', 'nl', 'thanks'],
    ['Ik wil een medewerker spreken', 'nl', 'person'],
    ['你好', 'zh', 'greeting'],
    ['谢谢！', 'zh', 'thanks'],
    ['转人工', 'zh', 'person'],
  ])('knows %j in %s as %s', (text, language, topic) => {
    expect(recogniseSmallTalk(text)).toEqual({ topic, language });
  });
});
