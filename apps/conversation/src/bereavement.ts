const KIN =
  '(?:(?:step|grand|god)?-?(?:mother|father|son|daughter|children|child|parents?)|(?:grand)?(?:mum|mom|dad|ma|pa)|gran(?:ny|ddad|dad)?|nan|husband|wife|spouse|partner|fianc[eé]e?|boyfriend|girlfriend|brother|sister|twin|aunt(?:ie|y)?|uncle|cousin|nephew|niece|(?:best )?friend|flatmate|roommate|neighbou?r|colleague)(?:[ -]in[ -]law)?';
const PET = '(?:cat|dog|puppy|kitten|rabbit|horse|pony|parrot)';
const MONTH = 'january|february|march|april|may|june|july|august|september|october|november|december';
const DIED = '(?:died|passed away|passed on|dead|deceased)';
const LOSS = new RegExp(
  [
    `(?:my|our|his|her|their|whose)(?: (?:late|dear|elderly|old|beloved))? (?:${KIN}|${PET})(?: [^ .,!?;:]+){0,3}? ${DIED}`,
    `my late ${KIN}|(?:death|passing|funeral|estate|probate|will) of (?:my|our|his|her|their|a)(?: late)? ${KIN}`,
    `lost (?:my|our|her|his) ${KIN}(?: (?:last|earlier this|this) (?:night|week|month|year)| (?:recently|suddenly|unexpectedly)| to (?:cancer|covid|an? )| in (?:${MONTH}|\\d{4}))`,
    `(?:account|card|policy|contract|plan)[ -]?(?:holder|owner)(?: [^ .,!?;:]+){0,2} ${DIED}`,
    "bereave(?:d|ment)|death in the family|(?:a|the|our) deceased|death certificate|i(?:’m|'m| am) (?:the |an )?executor",
  ]
    .map((words) => `\\b(?:${words})\\b`)
    .join('|'),
  'iu',
);

/** Whether a message tells that somebody has died: what the documents have on it is answered, and a person offered. */
export function isBereaved(text: string): boolean {
  return LOSS.test(text);
}
