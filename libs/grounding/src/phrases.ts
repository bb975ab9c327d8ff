/** What an answer says itself, where it does not quote. */
export interface Phrases {
  readonly notFound: string;
  /** To somebody in danger, whom the notice then tells where help is: to ask in another way helps nobody then. */
  readonly notFoundUrgent: string;
  /** Of several questions, the one that nothing answers is named. */
  missing(question: string): string;
  /** A customer is asked back once in a reply. */
  later(question: string): string;
  /** Titles are in quotation marks, because some are questions and others are not. */
  choice(titles: readonly string[]): string;
}

const quoted = (titles: readonly string[], or: string) => titles.map((title) => `“${title}”`).join(` ${or} `);
const asked = (question: string) => `${question}${/[?!]”$/u.test(question) ? '' : '?'}`;

const PHRASES: Readonly<Record<string, Phrases>> = {
  en: {
    notFound:
      'I could not find anything about that in our help centre. ' +
      'Could you ask it in another way, or contact our support team?',
    notFoundUrgent: 'I am sorry to hear that. Our help centre has nothing about it.',
    missing: (question) => `I could not find anything about “${question}” in our help centre.`,
    later: (question) => `After that, please ask me again: “${question}”`,
    choice: (titles) => asked(`Do you mean: ${quoted(titles, 'or')}`),
  },
  de: {
    notFound:
      'Dazu habe ich in unserem Hilfebereich nichts gefunden. ' +
      'Können Sie es anders fragen oder sich an unser Team wenden?',
    notFoundUrgent: 'Das tut mir leid. In unserem Hilfebereich steht nichts dazu.',
    missing: (question) => `Zu „${question}“ habe ich in unserem Hilfebereich nichts gefunden.`,
    later: (question) => `Fragen Sie mich danach bitte noch einmal: „${question}“`,
    choice: (titles) => asked(`Meinen Sie: ${quoted(titles, 'oder')}`),
  },
  fr: {
    notFound:
      "Je n'ai rien trouvé à ce sujet dans notre centre d'aide. " +
      'Pouvez-vous poser la question autrement, ou contacter notre équipe ?',
    notFoundUrgent: "Je suis désolé. Notre centre d'aide ne dit rien à ce sujet.",
    missing: (question) => `Je n'ai rien trouvé sur « ${question} » dans notre centre d'aide.`,
    later: (question) => `Ensuite, reposez-moi la question : « ${question} »`,
    choice: (titles) => asked(`Voulez-vous dire : ${quoted(titles, 'ou')}`),
  },
  es: {
    notFound:
      'No he encontrado nada sobre eso en nuestro centro de ayuda. ' +
      '¿Puede preguntarlo de otra manera o ponerse en contacto con nuestro equipo?',
    notFoundUrgent: 'Lo siento mucho. Nuestro centro de ayuda no dice nada al respecto.',
    missing: (question) => `No he encontrado nada sobre «${question}» en nuestro centro de ayuda.`,
    later: (question) => `Después, pregúnteme de nuevo: «${question}»`,
    choice: (titles) => asked(`¿Se refiere a: ${quoted(titles, 'o')}`),
  },
  it: {
    notFound:
      'Non ho trovato nulla al riguardo nel nostro centro assistenza. ' +
      'Può chiederlo in un altro modo o contattare il nostro team?',
    notFoundUrgent: 'Mi dispiace. Il nostro centro assistenza non dice nulla al riguardo.',
    missing: (question) => `Non ho trovato nulla su «${question}» nel nostro centro assistenza.`,
    later: (question) => `Poi mi chieda di nuovo: «${question}»`,
    choice: (titles) => asked(`Intende: ${quoted(titles, 'o')}`),
  },
  pt: {
    notFound:
      'Não encontrei nada sobre isso na nossa central de ajuda. ' +
      'Pode perguntar de outra forma ou contactar a nossa equipa?',
    notFoundUrgent: 'Lamento muito. A nossa central de ajuda não tem nada sobre isso.',
    missing: (question) => `Não encontrei nada sobre «${question}» na nossa central de ajuda.`,
    later: (question) => `Depois, pergunte-me de novo: «${question}»`,
    choice: (titles) => asked(`Quer dizer: ${quoted(titles, 'ou')}`),
  },
  nl: {
    notFound:
      'Daarover heb ik niets gevonden in ons helpcentrum. ' +
      'Kunt u het anders vragen of contact opnemen met ons team?',
    notFoundUrgent: 'Wat vervelend. In ons helpcentrum staat daar niets over.',
    missing: (question) => `Over “${question}” heb ik niets gevonden in ons helpcentrum.`,
    later: (question) => `Vraag me daarna nog eens: “${question}”`,
    choice: (titles) => asked(`Bedoelt u: ${quoted(titles, 'of')}`),
  },
  zh: {
    notFound: '很抱歉，我们的帮助中心没有相关内容。您可以换一种方式提问，或联系我们的客服团队。',
    notFoundUrgent: '听到这个消息我很难过。我们的帮助中心没有相关内容。',
    missing: (question) => `我们的帮助中心没有关于“${question}”的内容。`,
    later: (question) => `之后请再问我一次：“${question}”`,
    choice: (titles) => `您是指：${quoted(titles, '还是')}？`,
  },
};

/** English for a language that has none. */
export function phrasesIn(language = 'en'): Phrases {
  return PHRASES[language] ?? PHRASES['en']!;
}
