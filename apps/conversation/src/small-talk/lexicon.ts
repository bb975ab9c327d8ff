import type { Language } from '../language.js';
import { EN_CALLS, EN_PERSON, EN_WANTS, EN_WISHES } from './english-wishes.js';

/** What a message without a question of its own is about; the first topic of a message counts most. */
export type Topic = 'insult' | 'robot' | 'identity' | 'repeat' | 'goodbye' | 'thanks' | 'greeting';

/** Topics by weight: a message that greets and asks who is there is answered on who is there. */
export const TOPICS: readonly Topic[] = ['insult', 'robot', 'identity', 'repeat', 'goodbye', 'thanks', 'greeting'];

/**
 * Phrases of small talk, in lower case without punctuation. `|` separates them. A message is small talk if it consists
 * of these and of fillers alone.
 */
export const PHRASES: Readonly<Record<Language, Readonly<Partial<Record<Topic | 'filler', string>>>>> = {
  en: {
    greeting: `hi|hello|hey|hiya|howdy|yo|good morning|good afternoon|good evening|good day|greetings|morning|
      how are you|how are you doing|how do you do|how is it going|hows it going|whats up|sup|nice to meet you|
      anybody there|anyone there|is anybody there|is anyone there|are you there|hello there|i have a question|
      quick question|a quick question|i have a quick question|just a quick question|i have another question|another question|
      one question|one more question|can i ask something|can i ask you something|can i ask a question|may i ask something|
      i need help|help|can you help me|can you help|please help me|please help|i need some help`,
    thanks: `thanks|thank you|thank you very much|thanks a lot|thanks so much|many thanks|cheers|thx|ty|ta|tysm|
      much appreciated|i appreciate it|that helps|that helped|that was helpful|very helpful|perfect|great|awesome|
      excellent|wonderful|nice|cool|got it|i see|ok|okay|all right|alright|sounds good|understood|makes sense|
      never mind|nevermind|nvm|forget it|forget about it|leave it|does not matter|doesnt matter|it doesnt matter|
      that is all|thats all|that is all i needed|thats all i needed|thats it|nothing else|no thats all|
      you are the best|youre the best|good bot|well done|lovely|brilliant|thank you for your help|
      thanks for your help|thanks for the help|thank you for the help`,
    goodbye: `bye|cya|laters|goodbye|good bye|bye bye|see you|see ya|see you later|later|take care|good night|have a nice day|
      have a good day|have a great day|ciao|talk to you later|ttyl|farewell|until next time|so long`,
    identity: `who are you|what are you|whats your name|what is your name|do you have a name|who am i talking to|
      who am i speaking to|who is this|what can you do|what can i ask you|what can you help with|
      what can you help me with|what do you do|who made you|who built you|who do you work for|introduce yourself|
      tell me about yourself`,
    robot: `are you a robot|are you a bot|are you a machine|are you a computer|are you an ai|are you human|
      are you a human|are you real|are you a real person|are you a person|is this a bot|is this a robot|
      is this a real person|is this a human|am i talking to a bot|am i talking to a robot|am i talking to a machine|
      am i talking to a human|am i talking to a real person|am i talking to a person|am i speaking to a human|
      am i speaking to a robot|are you chatgpt|are you alive`,
    repeat: `repeat|repeat that|can you repeat that|could you repeat that|please repeat|say that again|say it again|say it once more|say that once more|
      can you say that again|could you say that again|come again|what did you say|what was that|pardon|pardon me|
      sorry what|say again|once more|i did not hear that|i didnt hear that|i didnt catch that|i did not catch that|
      can you repeat|could you repeat`,
    insult: `you are stupid|youre stupid|you are useless|youre useless|you are an idiot|youre an idiot|idiot|stupid|
      stupid bot|useless|useless bot|you suck|this sucks|you are terrible|youre terrible|you are the worst|fuck you|
      fuck off|f off|f you|fuck|shit|bullshit|this is bullshit|this is ridiculous|this is useless|screw you|damn you|dumb|
      dumb bot|you are dumb|youre dumb|moron|piss off|shut up|i hate you|go to hell|you are no help|youre no help|
      what a joke|crap|this is crap|garbage|rubbish|worthless`,
    filler: `there|please|so much|very much|a lot|again|everyone|all|team|sir|madam|maam|mate|man|dude|guys|folks|
      today|now|for now|then|just|oh|ah|um|uh|er|well|so|and|but|really|very|for that|for this|for everything|
      for your time|for your help|for the help|for helping|to you|you|my friend|friend|dear|yes|yeah|yep|no|nope|
      no problem|fine|good|im|i am|am|and you|too|lol|haha|wow|hmm|a|the|bot|sorry`,
  },
  de: {
    greeting: `hallo|hi|hey|guten tag|guten morgen|guten abend|moin|servus|grüß gott|grüezi|wie geht es ihnen|
      wie gehts|ich brauche hilfe|hilfe`,
    thanks: `danke|dank|vielen lieben dank|lieben dank|besten dank|tausend dank|danke dir|danke ihnen|ok|okay|danke schön|dankeschön|vielen dank|herzlichen dank|danke sehr|super|perfekt|alles klar|
      verstanden|das wars|das war alles|prima`,
    goodbye: `tschüss|tschüß|auf wiedersehen|bis bald|bis später|schönen tag noch|schönen abend|schönen abend noch|
      schönen tag|gute nacht|ciao|servus|auf wiederhören`,
    identity: `wer bist du|wer sind sie|wie heißt du|wie heißen sie|was kannst du|was können sie|
      mit wem spreche ich`,
    robot: `bist du ein roboter|sind sie ein roboter|bist du ein mensch|sind sie ein mensch|bist du ein bot|
      bist du echt|spreche ich mit einem roboter|spreche ich mit einem menschen`,
    repeat: `wie bitte|bitte wiederholen|können sie das wiederholen|kannst du das wiederholen|noch einmal|nochmal|
      noch mal bitte`,
    insult: `idiot|du bist dumm|du bist ja dumm|du bist blöd|du bist so dumm|blöd|dumm|scheiße|scheisse|arschloch|
      verpiss dich|das ist nutzlos|nutzlos`,
    filler: `bitte|sehr|und|so|ja|nein|gut|ihnen|dir|auch|noch|zusammen|für die hilfe|für ihre hilfe|
      für deine hilfe`,
  },
  fr: {
    greeting: `bonjour|bonsoir|salut|coucou|ça va|comment allez vous|comment ça va|j'ai besoin d'aide|aide`,
    thanks: `merci|ok|merci beaucoup|merci bien|mille mercis|parfait|super|génial|d'accord|compris|c'est tout|
      très bien`,
    goodbye: `au revoir|à bientôt|à plus|à plus tard|bonne journée|bonne soirée|bonne nuit|adieu`,
    identity: `qui êtes vous|qui es tu|tu es qui|vous êtes qui|c'est qui|comment vous appelez vous|comment tu t'appelles|que pouvez vous faire|
      que peux tu faire`,
    robot: `êtes vous un robot|es tu un robot|êtes vous humain|es tu humain|êtes vous une vraie personne|
      est ce un robot|tu es un robot|vous êtes un robot`,
    repeat: `pardon|répétez|pouvez vous répéter|vous pouvez répéter|tu peux répéter|peux tu répéter|encore une fois|
      répétez s il vous plaît`,
    insult: `idiot|imbécile|merde|va te faire foutre|connard|tu es nul|vous êtes nul|nul|inutile`,
    filler: `s'il vous plaît|s'il te plaît|svp|stp|oui|non|bien|et|à vous|à tous|monsieur|madame|pour votre aide|
      pour ton aide`,
  },
  es: {
    greeting: `hola|buenos días|buenas tardes|buenas noches|buenas|qué tal|cómo estás|cómo está|necesito ayuda|
      ayuda`,
    thanks: `gracias|ok|muchas gracias|mil gracias|muy amable|perfecto|genial|vale|de acuerdo|entendido|eso es todo|
      estupendo`,
    goodbye: `adiós|hasta luego|hasta pronto|hasta mañana|chao|chau|nos vemos|que tenga un buen día|buen día`,
    identity: `quién eres|quién es usted|cómo te llamas|cómo se llama|qué puedes hacer|qué puede hacer`,
    robot: `eres un robot|eres una persona o un bot|eres una persona o un robot|es usted un robot|eres humano|
      eres una persona|eres una persona real|hablo con un robot|eres un bot`,
    repeat: `puede repetir|puedes repetir|repite|repita|repítelo|repítalo|puede repetirlo|puedes repetirlo|otra vez|cómo|cómo dice|qué has dicho|perdón`,
    insult: `idiota|estúpido|mierda|vete a la mierda|eres inútil|inútil|imbécil`,
    filler: `por favor|sí|no|bien|y|muy|a todos|señor|señora|por su ayuda|por tu ayuda`,
  },
  it: {
    greeting: `ciao|ehi|ehilà|buongiorno|buon giorno|buonasera|buona sera|salve|come stai|come sta|come va|ho bisogno di aiuto|aiuto`,
    thanks: `grazie|ok|grazie mille|molte grazie|ti ringrazio|la ringrazio|perfetto|ottimo|va bene|capito|è tutto|
      benissimo`,
    goodbye: `arrivederci|a presto|a dopo|addio|buona giornata|buona serata|buonanotte|ci vediamo`,
    identity: `chi sei|chi è lei|come ti chiami|come si chiama|cosa puoi fare|cosa può fare`,
    robot: `sei un robot|è un robot|sei umano|sei una persona|sei una persona vera|parlo con un robot|sei un bot`,
    repeat: `può ripetere|puoi ripetere|ripeti|scusi|come scusi|ancora una volta`,
    insult: `idiota|stupido|cretino|merda|vaffanculo|sei inutile|inutile`,
    filler: `per favore|sì|si|no|bene|e|a tutti|signore|signora|per il tuo aiuto|per il suo aiuto`,
  },
  pt: {
    greeting: `olá|oi|bom dia|boa tarde|boa noite|tudo bem|como está|como vai|preciso de ajuda|ajuda`,
    thanks: `obrigado|obrigada|ok|muito obrigado|muito obrigada|perfeito|ótimo|está bem|entendi|é tudo|excelente`,
    goodbye: `adeus|tchau|até logo|até breve|até mais|até amanhã|tenha um bom dia`,
    identity: `quem é você|quem és tu|como se chama|como você se chama|o que você pode fazer|o que podes fazer`,
    robot: `você é um robô|és um robô|você é humano|é uma pessoa|você é uma pessoa|você é uma pessoa real|
      falo com um robô`,
    repeat: `pode repetir|repita por favor|podes repetir|desculpe|outra vez`,
    insult: `idiota|estúpido|merda|vai te foder|você é inútil|inútil|burro`,
    filler: `por favor|sim|não|bem|e|a todos|senhor|senhora|pela ajuda|pela sua ajuda`,
  },
  nl: {
    greeting: `hallo|hoi|hey|goedemorgen|goedemiddag|goedenavond|goedendag|dag|hoe gaat het|ik heb hulp nodig|hulp`,
    thanks: `dank je|dank u|dankje|dankjewel|dankuwel|super bedankt|hartelijk bedankt|ok|oké|dank je wel|dank u wel|bedankt|hartelijk dank|heel erg bedankt|perfect|prima|begrepen|
      dat is alles|top`,
    goodbye: `tot ziens|doei|dag|tot later|tot straks|fijne dag|fijne dag nog|fijne avond|fijne avond nog|
      welterusten`,
    identity: `wie ben je|wie ben jij|wie bent u|hoe heet je|hoe heet u|wat kun je|wat kunt u`,
    robot: `ben je een robot|bent u een robot|ben je een mens|bent u een mens|praat ik met een robot|ben je echt|
      ben je een bot`,
    repeat: `kunt u dat herhalen|kun je dat herhalen|wat zei je|wat zegt u|pardon|nog een keer`,
    insult: `idioot|stom|je bent stom|je bent dom|klootzak|waardeloos|nutteloos|kut`,
    filler: `alstublieft|alsjeblieft|ja|nee|goed|en|heel|allemaal|meneer|mevrouw|voor je hulp|voor uw hulp`,
  },
  zh: {
    greeting: `你好|您好|早上好|下午好|晚上好|嗨|哈喽|在吗|有人吗|我需要帮助|帮帮我`,
    thanks: `谢谢|多谢|谢谢你|谢谢您|非常感谢|好的|明白了|知道了|太好了|没有了`,
    goodbye: `再见|拜拜|回头见|晚安|祝你愉快`,
    identity: `你是谁|您是谁|你叫什么|你叫什么名字|你能做什么|你会做什么`,
    robot: `你是机器人吗|你是真人吗|你是人吗|你是不是机器人|我在和机器人说话吗`,
    repeat: `请再说一遍|再说一遍|请重复|什么`,
    insult: `笨蛋|白痴|傻瓜|垃圾|没用|滚`,
    filler: `请|吗|啊|呀|了|的|很|你|您`,
  },
};

/** A wish for a person: one of these verbs, and soon after it one of these nouns; a noun alone is a wish too. */
const WISHES: Readonly<Record<Exclude<Language, 'en' | 'zh'>, { readonly verbs: string; readonly nouns: string }>> = {
  de: {
    verbs: 'mit|zu|an',
    nouns:
      'menschen?|mitarbeiter|mitarbeiterin|berater|beraterin|person|kollegen|agenten|kundenservice|jemandem|jemand',
  },
  fr: {
    verbs: 'parler|discuter|contacter|joindre|voir|passez|passer',
    nouns: "humain|personne|conseiller|conseillère|agent|opérateur|quelqu'un|collègue|responsable",
  },
  es: {
    verbs: 'hablar|comunicarme|contactar|pasar|pásame|páseme|chatear',
    nouns: 'humano|persona|agente|asesor|operador|alguien|representante|encargado',
  },
  it: {
    verbs: 'parlare|contattare|passi|passami|mettermi in contatto',
    nouns: 'umano|persona|operatore|operatrice|consulente|qualcuno|addetto|responsabile',
  },
  pt: {
    verbs: 'falar|conversar|contactar|contatar|passar|transferir',
    nouns: 'humano|pessoa|atendente|agente|operador|alguém|assistente|gerente',
  },
  nl: {
    verbs: 'praten|spreken|contact|chatten|doorverbinden|verbind|wil een|wil graag een|kan ik',
    nouns: 'mens|persoon|medewerker|iemand|adviseur|collega|agent',
  },
};
/** Asks how to get to a person: no article is better than one. */
export const PERSON_ASKED = new RegExp(
  '^(?:so |but |and |ok |please )*how (?:do|can|could|would|should) i (?:get hold of|get through to|get to|reach|(?:speak|talk|chat) (?:to|with)) ' +
    `(?:an? |the |your )?(?:real |actual |live |human )*(?:someone|somebody|anyone|anybody|${EN_PERSON})(?: (?:there|here|please|now|instead|directly|at your company|at all))*$`,
  'u',
);

/** Asks for a person, in each language; anywhere in a short message. */
export const PERSON: Readonly<Record<Language, RegExp>> = {
  ...(Object.fromEntries(
    Object.entries(WISHES).map(([language, { verbs, nouns }]) => [
      language,
      new RegExp(`(?<!\\p{L})(?:${verbs})(?!\\p{L}).{0,30}(?<!\\p{L})(?:${nouns})(?!\\p{L})|^(?:${nouns})$`, 'u'),
    ]),
  ) as Record<keyof typeof WISHES, RegExp>),
  en: new RegExp(
    [
      `\\b(?:${EN_CALLS})\\b.{0,30}\\b(?:${EN_PERSON})\\b`,
      `\\b(?:talk|speak|chat) (?:to|with) (?:someone|somebody|anyone|anybody)\\b`,
      `\\b(?:${EN_WANTS}) (?:an?|the|your|some) (?:real |actual |live |human )*(?:${EN_PERSON})(?: please| now| asap)*$`,
      `^(?:(?:please|just|only|hi|hello|an?|the|another|some|real|live|actual|human) )*(?:${EN_PERSON}|customer service|customer support)(?: (?:please|now|asap))*$`,
      `\\bno (?:more )?bots?\\b|\\bcall me back\\b`,
      ...EN_WISHES,
    ].join('|'),
    'u',
  ),
  zh: /人工|真人客服|转客服|找客服|和人说话|跟人说话/u,
};

const BEING =
  '(?:real |actual |human |live )*(?:robot|bot|chatbot|machine|computer|ai|program|human|human being|person)';
const INSULTS =
  'piece of (?:junk|crap|shit|garbage|rubbish)|idiots?|morons?|useless|stupid|rubbish|garbage|crap|joke|pathetic|waste of time|dickheads?|assholes?';

/** Small talk that has more forms than phrases: patterns for a short message, greetings aside. */
export const PATTERNS: readonly { readonly topic: Topic; readonly pattern: RegExp }[] = [
  {
    topic: 'robot',
    pattern: new RegExp(
      '^(?:so |wait |sorry )?(?:(?:are|r) (?:you|u|ya)|is (?:this|that|it)|am i (?:talking|speaking|chatting) (?:to|with))' +
        `(?: really| even| actually| just)? (?:an? )?(?:real|${BEING})(?: or (?:an? )?${BEING})?$`,
      'u',
    ),
  },
  { topic: 'robot', pattern: /^(?:you|this) (?:sounds?|seems?|looks?) like (?:an? )?(?:robot|bot|machine|computer)$/u },
  {
    topic: 'thanks',
    pattern: new RegExp(
      '^(?!.*\\b(?:but|how|what|when|where|why|can|could|would|nothing|does|still|not)\\b)' +
        "(?:great |perfect |brilliant |lovely |many )*(?:thanks|thank you|thx|cheers)(?: (?:so much|very much|a lot|again|for [\\p{L}' ]{1,40}))*" +
        "(?: (?:you|u)(?:'ve|'re| have| are| were)?(?: been)?(?: (?:really|very|so|super|extremely|most))*" +
        ' (?:helpful|kind|great|amazing|brilliant|good|nice|patient|the best|an? (?:star|legend|angel|lifesaver|(?:great |big |real )?help)))?$',
      'u',
    ),
  },
  {
    topic: 'identity',
    pattern:
      /^(?:who|what) (?:am i (?:talking|speaking|chatting) (?:to|with)|are you|r u|is this)(?: here| exactly)?$/u,
  },
  {
    topic: 'repeat',
    pattern:
      /^(?:please |can you |could you |would you )*(?:repeat|say) (?:me )?(?:the|your) (?:last |previous )?(?:answer|message|reply|sentence|thing)(?: again| once more| please)*$/u,
  },
  {
    // How old it is, and what it is called or should be.
    topic: 'identity',
    pattern: new RegExp(
      [
        String.raw`\bhow old (?:are|were) you(?! (?:allowed|required|to|when)\b)`,
        String.raw`^are you \d+(?: years old)?$`,
        String.raw`\bwhat(?:'s| is| was)? your (?:current |real |exact )?(?:age|birthday|date of birth)(?: again)?$`,
        String.raw`\bwhat age (?:are you|you are)\b`,
        String.raw`\b(?:were you|you were|are you) born\b`,
        String.raw`\b(?:what(?:'s| is| was)|(?:can|may|could|if) i (?:have|ask|know|get)) your (?:given |real )?name(?: (?:again|please|by the way|by chance))?$`,
        String.raw`\b(?:change|changing|rename) your? (?:name|accent|voice)\b`,
        String.raw`\byour (?:name|accent|voice) (?:to be|changed)\b`,
      ].join('|'),
      'u',
    ),
  },
  {
    topic: 'goodbye',
    pattern: /^(?:i'?m off|gotta go|got to go|i have to go)(?: now)?(?: (?:speak|talk) (?:later|soon))?$/u,
  },
  {
    topic: 'insult',
    pattern: new RegExp(
      '^(?:what an? |(?:you|u)(?: people| guys| lot)?(?: are| r)?(?: all| so| really| just)* |such an? |what a load of )*(?:fucking |bloody |absolute |complete |total |stupid |useless )*' +
        `(?:${INSULTS})(?: (?:you|u))?(?: (?:idiots?|morons?|bot|machine|thing))?$`,
      'u',
    ),
  },
];
