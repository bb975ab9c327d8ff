import { wordSet } from './word-set.js';

/** Companies, banks and assistants that customers greet, ask or pay. */
export const companies = wordSet(`
  alexa aldi amazon argos asda barclays barclaycard chatgpt citi citibank claude copilot cortana deliveroo ebay etsy
  facebook fargo gemini google halifax hsbc ikea instagram klarna lidl lloyds mastercard microsoft monzo morrisons
  nationwide natwest netflix nike paypal revolut sainsburys samsung santander siri skrill spotify starling tesco tesla
  tiktok twitter uber venmo visa vodafone walmart whatsapp wise youtube zelle
`);

/** Companies and products that are named like a person, in lower case: the name's words joined by hyphens. */
export const brands = wordSet(`
  abercrombie ask-jeeves aston-martin aunt-bessie aunt-jemima ben-sherman bob-evans calvin-klein charles-schwab charles-tyrwhitt christian-dior
  christian-louboutin colin-caterpillar dolly-parton donna-karan dr-martens dr-oetker dr-pepper edward-jones
  elizabeth-arden emma-bridgewater emma-mattress estee-lauder fred-perry giorgio-armani guy-laroche
  goldman-sachs harley-davidson
  harry-winston harvey-nichols henry-hoover hong-kong hugo-boss issey-miyake jack-daniel jack-jones jack-wills jack-wolfskin
  jean-paul-gaultier jim-beam jimmy-choo jo-malone joe-fresh john-deere john-lewis johnnie-walker johnny-walker
  johnson-johnson jp-morgan karen-millen karl-lagerfeld kate-spade kurt-geiger laura-ashley levi-strauss little-caesar
  louis-vuitton lulu-guinness marc-jacobs marie-curie mary-kay mr-clean mr-kipling mr-muscle mrs-fields michael-kors miss-selfridge molly-maid morgan-stanley
  nina-ricci oliver-bonas oscar-mayer paco-rabanne papa-john patek-philippe paul-mitchell paul-smith peter-jones
  peter-pan philip-morris pierre-cardin ralph-lauren ray-ban raymond-james rebecca-minkoff robert-dyas robert-half
  robert-walters rosetta-stone sally-beauty sam-adams sam-ash sara-lee steve-madden stella-artois stella-mccartney
  ted-baker thomas-cook thomas-pink thomas-sabo taco-bell tim-hortons tom-ford tom-tailor tommy-bahama tommy-hilfiger tony-roma
  tory-burch trader-joe uncle-ben vera-bradley vera-wang virgin-atlantic vivienne-westwood martha-stewart
  marie-claire wendy denny papa-john
`);
