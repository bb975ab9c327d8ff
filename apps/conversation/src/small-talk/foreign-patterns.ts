import type { Language } from '../language.js';
import type { Topic } from './lexicon.js';

export interface Pattern {
  readonly language: Language;
  readonly topic: Topic;
  readonly pattern: RegExp;
}

interface Words {
  /** "are you …", "am I talking to …" */
  readonly asks: string;
  readonly article: string;
  /** What stands between: "really", "a real". */
  readonly extras: string;
  readonly beings: string;
  readonly or: string;
  /** "you are …", "what a …" */
  readonly calls: string;
  readonly insults: string;
}

/** Without accents. */
const WORDS: Readonly<Record<Exclude<Language, 'en' | 'zh'>, Words>> = {
  de: {
    asks: 'bist du|sind sie|ist das(?: hier)?|(?:spreche|rede|schreibe|chatte) ich(?: hier| gerade)? mit',
    article: 'eine?[mnr]?',
    extras: 'wirklich|echt|eigentlich|nur|echte?[nmrs]?|richtige?[nmrs]?',
    beings: 'roboter|bot|chatbot|maschine|computer|ki|programm|mensch(?:en)?|person',
    or: 'oder',
    calls: 'du bist|sie sind|ihr seid|du|so|was fur|ihr',
    insults:
      'dumm|dumme[rs]?|blod|blode[rs]?|bescheuert|damlich|idiot(?:en)?|nutzlos|unfahig|lacherlich|trottel|schrott|mull|scheiße|scheisse|arschloch',
  },
  fr: {
    asks: "c'est|est ce|tu es|es tu|vous etes|etes vous|je parle (?:a|avec)|suis je en train de parler (?:a|avec)",
    article: 'une?',
    extras: 'vraiment|vraie?|bien',
    beings: 'robot|bot|chatbot|machine|ordinateur|ia|programme|humain|etre humain|personne',
    or: 'ou',
    calls: "tu es|t'es|vous etes|espece de|bande de|quelle?",
    insults:
      "(?:d')?(?:idiote?s?|imbeciles?)|con|conne|cons|cretine?s?|debiles?|stupides?|nulle?s?|abrutie?s?|connards?|inutiles?|incompetente?s?",
  },
  es: {
    asks: 'eres|es usted|usted es|tu eres|esto es|es esto|hablo con|estoy hablando con',
    article: 'una?',
    extras: 'de verdad|realmente',
    beings:
      '(?:robot|bot|chatbot|maquina|ordenador|computadora|ia|programa|human[oa]|ser humano|persona)(?: real| de verdad)?',
    or: 'o',
    calls: 'eres|sois|son|es usted|usted es|que|que tio|vaya',
    insults: 'idiotas?|estupid[oa]s?|imbecil(?:es)?|inutil(?:es)?|tont[oa]s?|basura|mierda|burr[oa]s?|incompetentes?',
  },
  it: {
    asks: 'sei|tu sei|lei e|questo e|parlo con|sto parlando con',
    article: 'un[oa]?',
    extras: 'davvero|veramente|vero|vera',
    beings: '(?:robot|bot|chatbot|macchina|computer|ia|programma|uman[oa]|essere umano|persona)(?: vera| reale)?',
    or: 'o',
    calls: 'sei|siete|lei e|che|razza di',
    insults:
      'cretin[oaie]|idiot[aie]|stupid[oaie]|scem[oaie]|imbecill[ei]|inutil[ei]|incapac[ei]|stronz[oaie]|deficient[ei]|merda|ridicol[oaie]',
  },
  pt: {
    asks: 'voce e|tu es|es|isto e|isso e|falo com|estou (?:a )?falar com|estou falando com',
    article: 'uma?',
    extras: 'mesmo|realmente',
    beings:
      '(?:robo|robot|bot|chatbot|maquina|computador|ia|programa|human[oa]|ser humano|pessoa)(?: real| de verdade)?',
    or: 'ou',
    calls: 'voce e|voces sao|tu es|es|que|seus?|sua',
    insults: 'idiotas?|estupid[oa]s?|burr[oa]s?|inutil|inuteis|imbecil|imbecis|incompetentes?|merda|lixo|palhac[oa]s?',
  },
  nl: {
    asks: 'ben (?:je|jij|u)|bent u|is dit|is dat|(?:praat|spreek|chat) ik(?: hier)? met',
    article: 'een',
    extras: 'echte?|wel|eigenlijk',
    beings: 'robot|bot|chatbot|machine|computer|ai|programma|mens|persoon',
    or: 'of',
    calls: 'je bent|jij bent|u bent|jullie zijn|wat een|stelletje|stomme|domme',
    insults: 'idioot|idioten|stom|dom|waardeloos|nutteloos|sukkels?|klootzak|eikels?|prutsers?|bot',
  },
};
/** Between "you are" and the insult. */
const VERY =
  'ja|so|total|einfach|doch|wirklich|ein|eine|echt|une?|vraiment|tellement|trop|gros|una?|tan|muy|realmente|uno|proprio|davvero|cosi|uma?|tao|muito|mesmo|een|zo|gewoon|stomme|domme';

/** Questions on who answers, and insults, in other words than the phrases; for a text without accents. */
export const FOREIGN_PATTERNS: readonly Pattern[] = [
  ...Object.entries(WORDS).flatMap(([name, words]) => patternsOf(name as keyof typeof WORDS, words)),
  {
    language: 'zh',
    topic: 'insult',
    pattern: /^[你您](?:这个|真是|真|太|是|就是|个)*(?:笨蛋|白痴|傻瓜|傻|垃圾|没用|蠢|笨|废物)了?$/u,
  },
  {
    language: 'zh',
    topic: 'robot',
    pattern: /^[你您这](?:到底|真的)?是(?:不是)?一?个?(?:机器人|机器|真人|人|电脑|程序)吗?$/u,
  },
];

function patternsOf(language: Language, { asks, article, extras, beings, or, calls, insults }: Words): Pattern[] {
  const being = `(?:(?:${article}|${extras}) )*(?:${beings})`;
  return [
    { language, topic: 'robot', pattern: new RegExp(`^(?:${asks}) ${being}(?: ${or} ${being})?$`, 'u') },
    { language, topic: 'insult', pattern: new RegExp(`^(?:${calls}) (?:(?:${VERY}) )*(?:${insults})$`, 'u') },
  ];
}
