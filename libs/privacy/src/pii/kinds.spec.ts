import { findPii } from './find-pii.js';

/** The personal data of a text is marked as `<type:value>`. */
function read(marked: string): { text: string; values: string[] } {
  const values = [...marked.matchAll(/<(\w+):([^>]+)>/g)].map(([, type, value]) => `${type}:${value}`);
  return { text: marked.replace(/<\w+:([^>]+)>/g, '$1'), values };
}

const found = (text: string): string[] =>
  findPii(text).map(({ start, end, type }) => `${type}:${text.slice(start, end)}`);

const KINDS: Readonly<Record<string, readonly string[]>> = {
  'numbers with unusual separators': [
    'card <card:4111\u00a01111\u00a01111\u00a01111>',
    'card <card:4111\u20111111\u20111111\u20111111> please',
    'card <card:4111\u20131111\u20141111\u22121111>',
    'card <card:4111\u20091111\u202f1111\u30001111>',
    'card <card:4111\u200b1111\u20601111\ufeff1111>',
    'card <card:4111\t1111\t1111\t1111>',
    'card <card:4111.1111.1111.1111>',
    'card <card:4111_1111_1111_1111>',
    'card <card:４１１１ １１１１ １１１１ １１１１>',
    'card <card:٤١١١ ١١١١ ١١١١ ١١١١>',
    'IBAN <iban:DE89\u00a03704\u20110044\u200b0532\t0130\u200900>',
    'SSN <national_id:536\u00a022\u20138726>',
    'phone <phone:020\u00a07946\u20090958>',
    'a \u200bcard\u200b <card:4111 1111 1111 1111>\u200b, yes',
  ],
  'phone numbers': [
    'ring <phone:+44 (0)20 7946 0958> today',
    '<phone:+49 (0)30 901820>',
    '<phone:+1 (212) 555-0199>',
    'call <phone:555-123-4567> <phone:555-987-6543>',
    'call <phone:01 23 45 67 89> <phone:01 98 76 54 32>',
    'my numbers are <phone:07700 900123> and <phone:020 7946 0958>',
    'call <phone:020 7946 0958 ext 45> please',
    'Sent from my phone (<phone:011 433 5837>)',
    'my new one <phone:508-936-760> works on every mobile',
    'Register <phone:33 15 91 52> for alerts',
    'phone <phone:0031 30 253 9448>',
  ],
  'numbers as they are spoken': [
    'call me on <phone:oh seven seven double oh nine hundred one two three>.',
    'ring <phone:plus four four seven seven double oh nine double oh one two three>',
    'my card number is <card:four one double one triple one one triple one one triple one one>',
    'it is <card:forty one eleven eleven eleven eleven eleven eleven eleven>',
    'my mobile is <phone:oh 7700 900 one two three>',
    '<phone:oh two oh, seven nine four six, oh nine five eight> is the office line',
    'my pin is <pin:forty eight twenty one>',
    'pin <pin:triple four one>',
    'ssn <national_id:five three six two two eight seven two six>',
  ],
  'cards with a wrong digit': [
    'my card number is <card:4111 1111 1111 1113>',
    '<card:5379 1879 9092 9961> please block it',
    'card <card:4677128128760490> is lost',
    'my card number is <card:4111 1111 1111 111>',
    'charge <card:36138088981603> please',
  ],
  addresses: [
    'I live at <address:221B Baker Street, London NW1 6XE>.',
    '<address:Flat 3, 14 Acacia Avenue, Bristol BS8 1QU> is mine',
    'at <address:Rose Cottage, Mill Lane, Haworth, West Yorkshire BD22 8QF>',
    'i moved to <address:14 acacia avenue bristol bs8 1qu>',
    '<address:Apt 4B, 120 W 45th Street, New York, NY 10036>',
    '<address:350 Fifth Avenue, Suite 12, New York, NY 10118-0110>',
    '<address:27 Barrington St, Halifax NS B3J 1Z3>',
    '<address:Unit 5/12 Smith Street, Fitzroy VIC 3065>',
    '<address:29 MacCurtain Street, Cork, T23 HX62>',
    'to <address:Laan van Meerdervoort 210 A, 2517 BH Den Haag>.',
    'at <address:Sendlinger Str. 29, 80331 München>',
    'at <address:14 rue des Lilas, 75020 Paris>',
    'at <address:ul. Marszałkowska 10, 00-590 Warszawa>',
    'to <address:Karl Johans gate 22, 0026 Oslo>',
    'to <address:Unter den Linden 77, 10117 Berlin>',
    'my postcode is <address:BS8 1QU>',
  ],
  'e-mail addresses': [
    '<email:jane.doe at example dot com>',
    'it is <email:sven two seven at telia dot se>',
    '<email:ingrid(at)fjordpost(dot)no> is mine',
    '<email:rosa.diaz [at] correo [dot] es>',
    'send it to <email:maria at gmail dot com>',
    'my email is <email:maria at example dot com>',
    '<email:jane.doe@example dot com>',
    'my email is <email:sarah jane at hotmail dot com>',
  ],
  names: [
    'hi <person:john>',
    'mr <person:smith> called',
    'this is <person:maria> from leeds',
    'Dear Mrs. <person:Patel>,',
    'Mrs. <person:de la Cruz> may cancel',
    'account holder: <person:SMITH, JOHN>',
    'Contract party: <person:DOS SANTOS, JOÃO>',
    "my name's <person:ngozi okonkwo> and i am lost",
    'MY NAME IS <person:GIANNIS KOSTAS> AND I AM LOST',
    'my name is <person:will>',
    'hi its <person:rose> again',
    'i spoke to <person:agnieszka> yesterday',
    '<person:Zbigniew> told me so',
    '<person:Wang Wei> sent it',
    'my colleague <person:J. Liu> agrees',
    '@<person:Chloé> please look',
    'the widow of <person:Brandon St. Clair>',
    'mrs <person:Bégin> phoned',
    'i am <person:emma interiano>',
    '<person:Mark> and I share it',
    'transfer 200 to <person:Zdzisia Tanaka>',
    'Passenger: <person:KIM, SOO-JIN>',
  ],
  'what is no personal data': [
    ...['My card expires on 30 June 2026.', 'due on 5 Jan 2024.', 'Jan', '12/26', '31.12.2023', 'on June 5, 2024'],
    ...['I bought 2 Playstation 5', 'Section 7 Clause 12', 'Flight BA 249 Heathrow 1030', 'Room 4 Floor 12'],
    ...['During 2017, Acme Group grew', 'transferring 500 euros', 'Galaxy M12 3GB', 'iPhone 15 Pro Max 256 GB'],
    ...['I bought it at amazon dot com', 'my order at amazon dot com', 'paid 50 at example dot com'],
    ...['order 4111 1111 1111 1112', 'lot 74, batch 619-2132716-281299', 'a fee of 12 500 000 yen'],
    ...['0.958 / 0.940 / 1.000', 'version 10.0.12.1', '17-Jun-2023', '1 2 3 4 5 6 7 8 9 10', 'one or two cards'],
    ...['May I ask something', 'will you help me', 'please mark it as done', 'is there a grace period'],
    ...['I got a bill for 20 pounds', 'Chase Bank charged me', 'the price rose by 5 percent', 'bill me in January'],
    ...['i miss my old card', 'my name is wrong on the card', 'only the account holder may use it', 'hi there'],
    ...[
      'a John Lewis voucher',
      'the Victoria line',
      'exchange AUD for GBP',
      'message us about 250 000 pounds',
      'call on 12 05 2024',
      'I called in 2023 2024 and 2025',
      'Dear Monzo',
      'San Diego',
      'the ATM in Notting Hill',
      'i am young',
      "Wendy's and Lidl",
      'took 150 ms. Then',
    ],
  ],
};

describe.each(Object.entries(KINDS))('Of %s', (_, texts) => {
  it.each(texts)('exactly what is marked is found in %j', (marked) => {
    const { text, values } = read(marked);
    expect(found(text)).toEqual(values);
  });
});
