import { seededRandom } from '@llmos/learning';
import { NAMED_TYPES, type NamedType } from '#src/entities/tags.js';
import type { AnnotatedSentence } from './dataset.ts';

/**
 * Sentences written for this training in the style of customers and newsrooms: {P} is a person, {O} an organisation,
 * {L} a place, {S} a shop or brand as in `SHOPS`. The public data sets hold encyclopedia articles and posts instead.
 * Some sentences have no entity.
 */
const TEMPLATES = `
{P} told {P} about it.
{P} asked {O} for help.
{O} sued {O} over the name.
{O} raised its prices again.
{O} lost the case in {L}.
{O} and {O} signed a deal in {L}.
{O} makes good phones.
{O} blocked my card.
{O} said it was sorry.
{P} met {P} at the airport.
{P} thanked {P} for the flowers.
{P} hates {O}.
{O} closed its shop in {L}.
{O} was down all morning.
{O} products are sold in {L}.
{P} walked from {L} to {L}.
Why does {O} not answer?
I hate {O}.
My name is {P} and I opened an account with {O} last month.
Hello, this is {P} from {O}.
I spoke to {P} on the phone yesterday and she was very kind.
Could you please ask {P} to call me back?
I live in {L} and my parcel has still not arrived.
The courier took it to {L} instead of {L}.
{P}, who runs the office in {L}, has promised a refund.
Our team at {O} was founded by {P} and {P}.
{O} is opening a new branch in {L}.
{O} said on Monday that profits had doubled.
{O} has agreed to pay {O} for the damage.
Shares of {O} fell after {P} resigned.
"We are very pleased," said {P}, head of sales at {O}.
{P} joined {O} in 2019 after leaving {O}.
{P} was born in {L} and studied in {L}.
The meeting in {L} was led by {P}.
Dear {P}, thank you for your order.
Kind regards, {P}
Regards, {P}, {O}, {L}
I moved from {L} to {L} in March.
Is your shop in {L} open on Sunday?
We flew to {L} with {O} and the food was awful.
The hotel in {L} was lovely but the staff were rude.
{P} visited {L} last week to meet {P} of {O}.
According to {P}, the deal with {O} is not done.
{O}, based in {L}, makes parts for trains.
The {L} office of {O} employs 300 people.
{O} bought a warehouse near {L} for $4 million.
I paid {O} twice and nobody at {O} answers.
My card was charged by {O} although I never bought anything there.
Please send the invoice to {P} at {O}.
{P} and {P} got married in {L}.
{P}'s brother lives in {L}.
{O}'s lawyers met {P} on Tuesday.
The film stars {P} and was shot in {L}.
Directed by {P}, the film is a delight from start to finish.
{P} gives the best performance of the year.
I bought it from {O} and it broke after two days.
Thanks to {P} for sorting this out so quickly!
Can I speak to {P}?
Where is {P} now?
Has {O} ever replied to you?
When does the next train to {L} leave?
What is the weather like in {L}?
He works at {O} in {L}.
She is a trainer from {L}.
Police in {L} arrested a man on Friday.
The mayor of {L}, {P}, welcomed the plan.
Researchers at {O} in {L} found that sleep helps memory.
{P} plays for {O}.
{O} beat {O} 2-1 in {L}.
{P} sold the house to {P}.
{P} wrote to {O} to complain about the noise.
The contract between {O} and {O} ends in December.
I was told by {P} that {O} no longer delivers to {L}.
From {L} we drove to {L} and stayed with {P}.
We asked {O}, {O} and {O} for an offer.
{L}, {L} and {L} are the cities with most customers.
{P}, {P} and {P} were on the call.
I love {L}!
Never again {O}.
{P} is the best.
Since {P} left, nothing works at {O}.
{O} hired {P} as its new chief engineer.
{P} manages the {L} branch.
The head office is in {L}.
{O} has its headquarters in {L}.
{P} owns a small bakery in {L}.
{P} teaches history at {O}.
I am travelling to {L} next week with my friend {P}.
In {L}, {O} is better known than {O}.
Contact: {P}, {L}
Order for {P}, 12 High Street, {L}
The best pizza in {L} by far.
My colleague {P} had the same problem with {O}.
Today I learned that {P} once lived in {L}.
I have been waiting for my card since Monday.
Your app keeps crashing on my iPhone.
Why was I charged a fee?
The Wi-Fi is slow and the Breakfast was cold.
Refund please!
Great Service And Friendly Staff
I do not understand this message.
My Visa card was declined on Friday.
Thank you so much for your help.
How do I change my PIN?
The new Galaxy phone is too expensive.
Merry Christmas to all of you.
The English version is easier to read than the French one.
Why did {S} take the money twice?
why did {S} take money from my card twice
Has {S} refunded me yet?
{S} took the payment three times.
{S} charged me twice for one order.
{S} has not sent my refund.
{S} says the refund was sent on Monday.
{S} told me to ask my bank.
{S} keeps charging my card every month.
{S} cancelled my order but kept the money.
Did {S} get my payment?
Does {S} take contactless?
When will {S} pay me back?
I cancelled {S} last month and still pay for it.
I returned a dress to {S} and the refund is missing.
A payment to {S} is pending since Friday.
There is a charge from {S} that I do not know.
I paid {S} with my credit card.
My {S} subscription was renewed without asking.
The {S} gift card does not work.
I ordered from {S} and never got the parcel.
My card does not work at {S} or {S}.
What is {S} and why is it on my statement?
Can I use my card at {S}?
I was charged 12 pounds by {S}, {S} and {S}.
{S} refund still not here
{S} payment pending
{S}, {S} and {S} all refused my card.
Is {S} a partner of yours for cashback?
Do I get points when I shop at {S}?
I want to block {S} from taking more money.
Please stop the direct debit to {S}.
Someone bought things from {S} with my card.
{S} sent the wrong size and will not refund me.
Dear {P}, {S} has still not answered.
{P} paid {S} for both of us.
{P} sent me 40 pounds on Friday.
I sent {P} the wrong amount.
{P} has not received my transfer.
My transfer to {P} is still pending.
{P} took money from our joint account.
Did {P} get my payment?
The account of {P} is blocked.
{P} says she paid on Monday.
Please remove {P} from my account.
Terrible. Just terrible. Never again.
It was the worst film I have seen this year.
Please cancel my subscription before 1 May.
I Want To Return These Shoes
Dear Sir or Madam, I am writing about my order.
Where Is My Parcel?
The CEO said the results were fine.
The President spoke for an hour.
My TV and my PC both stopped working in April.
`;

/** Names of shops and brands, many of which are also given names or words. */
const SHOPS = (
  'Zara|Primark|Boots|Next|Currys|Argos|Asda|Tesco|Lidl|Aldi|Waitrose|Morrisons|Iceland|Ocado|Costco|Walmart|Target|' +
  "Kroger|Costa|Greggs|Pret|Leon|Nando's|Wagamama|Zizzi|Starbucks|Subway|Wendy's|Netflix|Spotify|Disney|Hulu|Audible|" +
  'Amazon|eBay|Etsy|Vinted|Depop|Shein|Temu|Asos|Boohoo|Uber|Lyft|Bolt|Deliveroo|Klarna|Clearpay|PayPal|Revolut|Monzo|' +
  'Ryanair|easyJet|Emirates|Booking|Airbnb|Expedia|Trainline|Adidas|Nike|Puma|Reebok|Clarks|Mango|Bershka|Uniqlo|' +
  "Gucci|Prada|Chanel|Dior|Hermes|Armani|Versace|Pandora|Tiffany|Cartier|Swarovski|Claire's|Sephora|Lush|Macy's|" +
  "Kohl's|Ikea|Wayfair|Dunelm|Wickes|Screwfix|Halfords|Dyson|Bosch|Miele|Philips|Sonos|Garmin|Fitbit|Peloton|Tesla|" +
  'Ford|Mercedes|Vodafone|Giffgaff|Aviva|Admiral|Churchill|Marcus|Chase|Cleo|Emma|Plum|Alexa|Siri|Ticketmaster|' +
  'Patreon|Steam|PlayStation|Nintendo|Duolingo|Tinder|Hinge|Bumble|HelloFresh|Gousto|Ted Baker|John Lewis|Paul Smith|' +
  'Hugo Boss|Calvin Klein|Jo Malone|Laura Ashley|Oliver Bonas|William Hill|Thomas Cook|Holland & Barrett|Harvey Nichols'
).split('|');

const PLACEHOLDER = /\{([POLS])\}/g;
const TYPE_OF: Readonly<Record<string, NamedType>> = {
  P: 'person',
  O: 'organisation',
  L: 'place',
  S: 'organisation',
};

/** Fills `count` templates with names from annotated sentences; the same seed gives the same sentences. */
export function fillTemplates(from: readonly AnnotatedSentence[], count: number, seed: number): AnnotatedSentence[] {
  const random = seededRandom(seed);
  const names = namesOf(from);
  const templates = TEMPLATES.trim().split('\n');
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)]!;
  return Array.from({ length: count }, () =>
    fill(pick(templates), (placeholder) => pick(placeholder === 'S' ? SHOPS : names[TYPE_OF[placeholder]!])),
  );
}

function fill(template: string, nameOf: (placeholder: string) => string): AnnotatedSentence {
  let text = '';
  let copied = 0;
  const entities: AnnotatedSentence['entities'][number][] = [];
  for (const match of template.matchAll(PLACEHOLDER)) {
    const type = TYPE_OF[match[1]!]!;
    text += template.slice(copied, match.index);
    const name = nameOf(match[1]!);
    entities.push({ type, start: text.length, end: text.length + name.length });
    text += name;
    copied = match.index + match[0].length;
  }
  return { text: text + template.slice(copied), entities };
}

/** Names of up to four words that begin with a capital, without brackets. */
function namesOf(sentences: readonly AnnotatedSentence[]): Record<NamedType, string[]> {
  const names = Object.fromEntries(NAMED_TYPES.map((type) => [type, new Set<string>()])) as Record<
    NamedType,
    Set<string>
  >;
  for (const { text, entities } of sentences) {
    for (const { type, start, end } of entities) {
      const name = text.slice(start, end);
      if (type && /^\p{Lu}[\p{L}\p{M}\p{N} .'&-]*$/u.test(name) && name.split(' ').length <= 4) names[type].add(name);
    }
  }
  // So that the head also learns first names that stand alone.
  const alone = [...names.person].map((name) => name.split(' ')[0]!).filter((name) => name.length > 2);
  return {
    person: [...names.person, ...alone.slice(0, names.person.size / 3)],
    organisation: shortOnes(names.organisation),
    place: [...names.place],
  };
}

/** Company names of one or two words occur twice: customers use short names. */
function shortOnes(names: ReadonlySet<string>): string[] {
  return [...names].flatMap((name) => (name.split(' ').length <= 2 ? [name, name] : [name]));
}
