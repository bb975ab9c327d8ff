import { shops } from './brands.js';
import type { NameWord } from './name-word.js';

/** Behind a name that nothing introduces: what a shop does, "charged me again", "has still not refunded me". */
const TRADING_BEHIND =
  /(?: (?:has|had|have|did|does|will|keeps?|is|was|double|over|auto|still|also|again|already|just|always|never|not|only|even|now)){0,4}(?: (?:hasn|didn|doesn|won)['’]t)?(?: (?:still|also|even|ever|yet)){0,2} (?:(?:over|double|pre)?-?(?:charg(?:e[sd]?|ing)|bill(?:ed|s|ing)?|debit(?:ed|s|ing)?)|refund(?:s|ed|ing)?|renewed (?!h)|(?:auto )?topped up|t(?:ake|akes|ook|aking) (?:(?:the|a|my|two|three|four|one|\d[\d.]*|too many|only) (?:\p{L}+ )?(?:payments?|premiums?|deposits?|instal?lments?|tips?|cards?|amount|pounds|euros|dollars)|payment|contactless|(?:the |my )?money (?:twice|again|before)))(?![\p{L}])/iuy;
/** Behind a name that nothing introduces: what a shop, a bank or an app gives, asks for or pays. */
const SERVICE_BEHIND =
  /(?: (?:has|had|did|does|will|never|still|not)){0,4}(?: (?:hasn|didn|doesn|won)['’]t)? (?:(?:g[ai]ves?|given|issue[sd]?|print(?:s|ed)?) (?:me |us )?(?:a|any|no|the|my) (?:\p{L}+ )?(?:receipts?|store credit|credit notes?)|ask(?:s|ed|ing)? (?:me )?for my (?:(?:online )?bank(?:ing)?|open banking) (?:login|log-in|password|details|credentials)|(?:pays?|offers?|charges) (?:(?:me|us) )?(?:more|less|better|higher|lower|no|\d[\d.]* ?(?:%|percent|per cent)) (?:interest|rates?|cashback|fees?)|(?:payments|top-?ups|subscriptions|transactions) (?:no longer|still|never|always|do|don['’]t|are|were|fail|arrive|need|take|have))(?![\p{L}])/iuy;
/** "Emma, the budgeting app" */
const COMPANY_BEHIND =
  /(?:,? (?:the|an?|your) (?:[\p{L}-]+ ){0,2}(?:apps?|shops?|stores?|banks?|compan(?:y|ies)|websites?|restaurants?|insurers?|airlines?|lenders?|chatbots?|bots?|robots?))(?![\p{L}])/uy;
/** Behind the possessive of one name: "Claire's took", "Claire's has". */
const SHOP_BEHIND =
  / (?:charged|charges|took|takes|refund(?:s|ed)|refused|refuses|keeps|has|declined|billed|bills|did|will|wants|says)(?![\p{L}])/iuy;
/** Behind the possessive, or "and the", of one name, with a capital: "Ella's Kitchen", "Joe and the Juice". */
const PREMISES_BEHIND =
  /(?:['’]s| and the| & the) (?:(?:Kitchens?|Thai|Italian|Pizza|Pizzeria|Diner|Caf[eé]|Bakery|Deli|Grill|Bar|Bistro|Restaurant|Pub|Arms|Salon|Barbers?|Garage|Florists?|Pharmacy|Nursery|Gym|Juice|Burgers?|Chicken|Fish|Place|Taxis|Cabs|Cleaners|Store|Shop|Market|Crisps|Ice Cream|Steakhouse|Cookies)|(?:[Tt]ea ?[Rr]ooms?|[Nn]ewsagents?|[Cc]hip shop|[Bb]ridal|[Ff]uneral home|[Ss]teakhouse|[Rr]estaurant|[Gg]rille?|[Dd]iner|[Pp]izzeria|[Tt]rattoria))(?![\p{L}])/uy;
/** "I ordered from Claire's and": the possessive stands for the shop. */
const SHOP_ENDS =
  /['’]s(?:$|[.,!?;)]| (?:and|but|or|on|in|last|this|yesterday|today|twice|again|for|with|by)(?![\p{L}]))/iuy;

/** Whether one name, which nothing introduces as a person's, is a shop's: by a list, or by what the shop does or is. */
export function isShop(text: string, { plain, end, next }: NameWord, isIn: boolean): boolean {
  const isAt = (pattern: RegExp, place: number): boolean => {
    pattern.lastIndex = place;
    return pattern.test(text);
  };
  if (shops.has(plain) || isAt(TRADING_BEHIND, next) || isAt(SERVICE_BEHIND, next)) return true;
  if (isAt(PREMISES_BEHIND, end) || isAt(COMPANY_BEHIND, end)) return true;
  return next > end && (isAt(SHOP_BEHIND, next) || (isIn && isAt(SHOP_ENDS, end)));
}
