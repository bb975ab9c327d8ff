/**
 * Widely known names, written for this head from general knowledge. They are one feature among many. They help where
 * capitals do not, as at the start of a sentence (`Google said`).
 */
const ORGANISATIONS = `
accenture adidas adobe airbnb airbus aldi alibaba allianz amazon amd apple asos at&t audi axa barclays basf bayer bbc
bmw boeing bosch bp carrefour chevron cisco citibank cnn coca-cola costco daimler deloitte dell dhl disney ebay
ericsson etsy expedia facebook fedex ferrari fiat fujitsu gazprom github goldman google gucci heineken hilton honda hp
hsbc huawei hyundai ibm ikea ing instagram intel jpmorgan kfc kia klarna kodak kpmg lego lenovo lg lidl linkedin
lloyds lufthansa lyft mastercard mcdonald's mcdonalds mercedes meta microsoft mitsubishi monzo motorola nasa nasdaq
natwest nestle nestlé netflix nike nikon nintendo nissan nokia nvidia openai oracle panasonic paypal pepsi pepsico
pfizer philips porsche prada puma qualcomm qantas reddit renault revolut reuters rolls-royce ryanair safeway
salesforce samsung santander sap sainsbury's shell shopify siemens skoda slack snapchat sony spacex spotify starbucks
stripe subaru suzuki target tencent tesco tesla texaco thomson tiktok toshiba toyota tripadvisor twitter uber unesco
unicef unilever ups verizon visa vodafone volkswagen volvo walmart wendy's whatsapp wikipedia wizz yahoo youtube
zalando zara zoom
`;

const FIRST_NAMES = `
aaron abigail adam adrian ahmed aisha alan albert alex alexander alexandra ali alice alicia amanda amber amy ana
andrea andrew angela anita ann anna anne annie anthony antonio arthur ashley barbara ben benjamin bernard beth betty
bill bob brandon brenda brian bruce carl carla carlos carol caroline catherine charles charlotte chloe chris christian
christina christine christopher claire clara colin craig cynthia dan daniel daniela danielle dave david dean deborah
dennis diana diane diego donald donna doris dorothy douglas edward elena eleanor elizabeth ella ellen emily emma eric
erik ethan eva evelyn fatima felix fernando fiona florence frances francesca francis frank fred gabriel gary george
georgia gerald gloria gordon grace graham greg gregory hannah hans harold harry hassan heather helen helena henry
howard hugo ian ibrahim igor ingrid irene isaac isabel ivan jack jacob jacqueline jake james jan jane janet jason
javier jean jeff jeffrey jennifer jeremy jerry jessica jill jim joan joe john jon jonathan jordan jorge jose joseph
joshua joyce juan judith judy julia julian julie justin karen karim karl kate katherine kathleen katie keith kelly ken
kenneth kevin kim klaus kyle larry laura lauren laurence lea lee leila leo leon leonard lewis liam linda lisa liz
louis louise lucas lucia lucy luis luke lydia marc marco margaret maria marie marina mario mark marta martha martin
mary matthew maya megan melissa michael michelle miguel mike mohammed monica nancy natalie nathan neil nicholas nick
nicola nicole nina noah nora oliver olivia olga omar oscar owen pablo pamela patricia patrick paul paula pauline pedro
penny peter philip phil priya rachel ralph raymond rebecca richard rita robert robin roger roland ronald rosa rose roy
ruth ryan sally sam samantha samir samuel sandra sara sarah scott sean sharon sheila shirley simon sofia sophia sophie
stefan stella stephanie stephen steve steven stuart sue susan suzanne sylvia tamara tanya teresa theresa thomas tim
timothy tina tom tony tracy valerie vanessa vera veronica victor victoria vincent virginia walter wayne wendy werner
william yasmin yusuf zoe
`;

const PLACES = `
aberdeen afghanistan africa alabama alaska algeria amsterdam argentina arizona asia athens atlanta auckland australia
austria baghdad baltimore bangkok bangladesh barcelona bath beijing beirut belfast belgium belgrade berlin bern
birmingham bolivia bonn bordeaux boston brazil brighton brisbane bristol britain brussels bucharest budapest bulgaria
cairo california cambridge canada canberra cardiff chennai chicago chile china cologne colombia colorado copenhagen
cornwall croatia cuba cyprus dallas damascus delhi denmark denver derby detroit dubai dublin düsseldorf edinburgh
egypt england estonia ethiopia europe finland florence florida france frankfurt geneva genoa germany ghana glasgow
greece hamburg hanoi hawaii helsinki houston hungary hyderabad iceland india indonesia iran iraq ireland israel
istanbul italy jakarta japan jerusalem johannesburg jordan kenya kiev krakow kuwait kyiv kyoto lagos latvia lebanon
leeds leicester lima lisbon lithuania liverpool london lyon madrid malaysia malta manchester manhattan manila
marseille massachusetts melbourne mexico miami michigan milan minnesota mississippi montreal morocco moscow mumbai
munich nairobi naples nepal netherlands nevada newcastle nice nigeria norway nottingham ohio ontario oregon osaka oslo
ottawa oxford pakistan palermo palestine paris pennsylvania peru philadelphia philippines poland porto portugal prague
quebec rome romania rotterdam russia salzburg scotland seattle seoul serbia shanghai sheffield sicily singapore
slovakia slovenia spain stockholm stuttgart sudan sweden switzerland sydney syria taipei taiwan tehran texas thailand
tokyo toronto toulouse tunisia turin turkey uganda uk ukraine usa utah valencia vancouver venice venezuela vermont
vienna vietnam wales warsaw washington wisconsin yemen york zurich
`;

const setOf = (list: string): ReadonlySet<string> => new Set(list.trim().split(/\s+/));
const [organisations, firstNames, places] = [ORGANISATIONS, FIRST_NAMES, PLACES].map(setOf) as [
  ReadonlySet<string>,
  ReadonlySet<string>,
  ReadonlySet<string>,
];

/**
 * The lists that contain a lower-case word: letters of `o` (organisation), `f` (first name) and `p` (place), or `-`.
 */
export function knownAs(lower: string): string {
  const kinds =
    (organisations.has(lower) ? 'o' : '') + (firstNames.has(lower) ? 'f' : '') + (places.has(lower) ? 'p' : '');
  return kinds || '-';
}
