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
  shepherds-bush earls-court barons-court st-albans bury-st-edmunds disney dyson avon romeo-juliet holland-barrett hilton levi levis charles-de-gaulle milton-keynes john-lennon john-f-kennedy george-best crabtree-evelyn ben-jerry martin-lewis jane-eyre anna-karenina billy-elliot billie-jean mary-celeste
 
  alexandra-palace captain-birdseye wendy-house charlie-hebdo hello-kitty virgin-mary captain-marvel mrs-doubtfire sierra-leone skoda-fabia skoda-octavia renault-clio renault-megane alfa-romeo seat-leon lancia-delta toyota-yaris kia-rio ford-sierra ann-arbor beverly-hills fred-meyer johnny-rockets
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
  marie-claire wendy denny papa-john marcus-goldman
  aaron-brothers abbott-laboratories air-jordan alexander-mcqueen alexander-wang alfa-romeo alfred-dunhill
  allen-edmonds allen-solly ann-summers ann-taylor anna-sui annie-sloan anya-hindmarch applebee arby arthur-andersen arthur-price ashley-furniture ashley-homestore austin-reed barbara-bui barnes-noble beatrix-potter
  bella-italia ben-jerry benjamin-moore benson-hedges betty-crocker bloomingdale brooks-brothers buffalo-bill burt-bees cabela captain-america captain-morgan carl-jr carl-zeiss carluccio
  carolina-herrera cath-kidston cesare-paciotti chef-boyardee chili christian-lacroix christian-siriano
  christopher-kane church-dwight clinton-cards cole-haan culver daniel-wellington dave-busters david-austin
  david-yurman dean-deluca diane-von-furstenberg dick-smith dick-sporting
  dillard domino donald-duck donna-hay dorothy-perkins dr-beckmann dr-jart dr-scholl dr-teal dr-who dunkin-donuts
  dyson-airwrap earl-grey ed-hardy eddie-bauer edwin-jeans eileen-fisher eli-lilly elie-saab elie-tahari
  emilio-pucci ermenegildo-zegna ernst-young ethan-allen evan-williams evans-cycles ferrero-rocher
  fisher-price frank-body frankie-benny frederick-warne geoffrey-beene george-dickel george-foreman
  gianni-versace gregory-packs guy-fawkes haagen-dazs hamilton-beach hannah-montana hardee harley-quinn
  harris-teeter harry-potter helena-rubinstein helly-hansen helmut-lang henri-bendel henry-schein
  herman-miller hewlett-packard hudson-bay hunter-douglas jack-daniels jack-in-the-box jack-russell jacob-creek
  jaeger-lecoultre james-bond jane-iredale jean-patou jeffree-star jenny-craig jeremy-scott
  jersey-mike jil-sander jimmy-dean jimmy-john joe-browns john-frieda john-smedley
  john-varvatos john-west johnson-controls johnson-matthey jonathan-adler jose-cuervo joseph-joseph juan-valdez
  judith-leiber julien-macdonald kate-somerville kelly-services king-arthur kohl krispy-kreme kylie-cosmetics l-oreal la-roche lady-gaga lady-speed laura-mercier
  laura-secord liberty-mutual lilly-pulitzer linda-farrow little-debbie liz-claiborne
  lord-taylor louis-poulsen louis-roederer luby lyle-scott mac-tools macy madame-tussauds maggie-sottero marc-cain
  marc-fisher marco-polo margaret-howell mario-badescu mario-bros mario-kart marks-spencer
  martin-guitar mary-poppins mary-quant massimo-dutti max-factor max-mara max-spielmann
  mcdonald mercedes-benz merrill-edge merrill-lynch mickey-mouse mike-ike
  miles-kimball miller-lite minnie-mouse miss-dior miss-guided molton-brown monica-vinader moss-bros
  mr-bean mr-men mr-porter mr-potato mr-sheen mr-whippy mrs-butterworth mrs-dash mrs-hinch nando neal-yard neiman-marcus nicholas-kirkwood nicole-farhi norman-walsh
  oliver-peoples oliver-spencer olivia-burton orla-kiely pat-mcgrath paul-costelloe
  paula-choice pepe-jeans peppa-pig percy-pig perry-ellis peter-rabbit peter-werth phileas-fogg
  philipp-plein pierre-balmain pierre-hardy pizza-hut pratt-whitney procter-gamble queen-victoria
  randolph-engineering rick-owens rob-roy robert-mondavi roberto-cavalli rolls-royce ronald-mcdonald russell-athletic russell-bromley russell-hobbs ruth-chris sainsbury sally-hansen
  salvatore-ferragamo sam-club samuel-adams sergio-rossi sergio-tacchini sherlock-holmes sherwin-williams
  simon-schuster smith-nephew smith-wesson smucker sonia-rykiel sotheby spider-man stanley-black stanley-gibbons
  stella-dot stuart-weitzman susan-komen taylor-guitars taylor-wimpey ted-lasso thomas-tank
  thornton-bregazzi tia-maria tiffany-co timothy-oulton tom-joule tommy-john tony-chocolonely tony-lama
  tony-romas trina-turk turtle-beach uncle-sam van-cleef van-heusen victoria-secret victorias-secret wegman wells-fargo wetherspoon wilkinson-sword william-hill
  william-morris william-sonoma williams-sonoma wilson-sporting winnie-the yankee-candle yo-sushi
  yves-rocher yves-saint zac-posen zadig-voltaire zaxby
  robin-hood severn-trent miss-saigon sir-speedy mrs-crimble mr-price colonel-sanders dame-edna mr-motivator mr-green
  mr-brainwash mrs-meyer dr-hauschka dr-bronner dr-dre lord-kitchener sir-kensington lady-godiva miss-vickie
  charlotte-tilbury smith-wollensky bobbi-brown travis-perkins patisserie-valerie paul-smith ann-summers joe-coffee
   huda-beauty kylie-skin fenty-beauty     
  gail-bakery betty-tea annie-homegrown amy-kitchen newman-own marie-callender
  angus-steakhouse pret-manger joe-juice caffe-nero franco-manca tony-macaroni pizza-pizza five-guys
  arnold-clark evans-halshaw charles-hurst lookers-ford robins-day edwin-watts
  tommy-kids johnson-cleaners timpson-keys clarke-willmott irwin-mitchell  
  baker-mckenzie allen-overy norton-rose simmons-simmons brewin-dolphin
  st-james-place scottish-widows rathbone-brothers jupiter-fund baillie-gifford legal-general janus-henderson
   jacob-kohnstamm nigel-cabourn penelope-chilvers
  jimmy-brings jack-box sam-warehouse stanley-tools tu-clothing
  ben-nevis bob-the-builder father-christmas florence-fred oliver-twist santa-claus thomas-the-tank
`);

/**
 * Shops and companies whose name is also a given name or a surname, and rather is theirs where nothing introduces a
 * person: "has Zara refunded me", but "hi Zara".
 */
export const shops = wordSet(`
  adobe allegro armani aviva avanti avis bally barbour benetton bentley bose braun bugatti burberry cadbury canon cartier
  chanel chrysler clinique dacia daimler dell dior dodge dunelm dyson elemis fendi ferrari ferrero fiat garmin giffgaff
  givenchy greggs gucci guerlain halfords harrods heinz hermes hertz hotpoint hublot ikea jaguar kellogg kenwood kenzo
  lacoste lancome lavazza lego lenovo lidl lindt loewe longchamp louboutin lululemon lush lyft maersk marriott maserati
  miele milka missoni moncler moschino nando nestle nikon nintendo nivea nokia omega pandora panera peloton philips
  porsche prada primark puma ralphs ray-ban reebok reiss rimmel ritz rolex ryanair safeway schwarzkopf sephora siemens
  sixt skoda sonos suzuki swarovski tandy tefal tesla tiffanys tissot travelodge trivago unilever valentino versace
  volvo waitrose wickes wilko yamaha zara zalando zizzi
`);

/** The last word of an organisation that is named after a person: "Kelly Services". */
export const organisationWords = wordSet(`
  academy airlines arms associates bakery bank bay books brewery capital cinema cinemas clinic co college company corp corporation developers electronics estates
  farms foods garage  foundation gmbh group holdings hospital hotels inc industries institute insurance jewellers llc llp ltd limited
  mobile motors museum partners pharmacy plc school services solicitors solutions sons stadium stores supermarket
  systems technologies theatre trust university
`);
