/** The names of the letters. */
export const LETTERS: Readonly<Record<string, string>> = {
  ...{ A: 'ˈeɪ', B: 'bˈiː', C: 'sˈiː', D: 'dˈiː', E: 'ˈiː', F: 'ˈɛf', G: 'dʒˈiː', H: 'ˈeɪtʃ', I: 'ˈaɪ', J: 'dʒˈeɪ' },
  ...{ K: 'kˈeɪ', L: 'ˈɛl', M: 'ˈɛm', N: 'ˈɛn', O: 'ˈoʊ', P: 'pˈiː', Q: 'kjˈuː', R: 'ˈɑːɹ', S: 'ˈɛs', T: 'tˈiː' },
  ...{ U: 'jˈuː', V: 'vˈiː', W: 'dˈʌbəljˌuː', X: 'ˈɛks', Y: 'wˈaɪ', Z: 'zˈiː' },
};

/** Little words as they sound inside a sentence: without stress. */
export const WEAK_FORMS: Readonly<Record<string, string>> = {
  ...{ a: 'ɐ', an: 'ɐn', the: 'ðə', to: 'tə', of: 'ʌv', and: 'ænd', in: 'ɪn', on: 'ˌɔn', at: 'æt', for: 'fɔːɹ' },
  ...{ by: 'baɪ', from: 'fɹʌm', with: 'wɪð', into: 'ˌɪntʊ', or: 'ɔːɹ', but: 'bˌʌt', if: 'ɪf', as: 'æz', than: 'ðɐn' },
  ...{ is: 'ɪz', are: 'ɑːɹ', was: 'wʌz', were: 'wɜː', be: 'biː', been: 'bˌɪn', has: 'hɐz', have: 'hæv', had: 'hɐd' },
  ...{ can: 'kæn', will: 'wɪl', would: 'wʊd', could: 'kʊd', should: 'ʃˌʊd', must: 'mˈʌst', do: 'dˈuː' },
  ...{ it: 'ɪt', its: 'ɪts', this: 'ðɪs', that: 'ðæt', there: 'ðɛɹ', which: 'wˌɪtʃ', when: 'wˌɛn', so: 'sˌoʊ' },
  ...{ i: 'aɪ', you: 'juː', he: 'hiː', she: 'ʃiː', we: 'wiː', they: 'ðeɪ', me: 'mˌiː', us: 'ˌʌs', them: 'ðˌɛm' },
  ...{ my: 'maɪ', your: 'jʊɹ', his: 'hɪz', her: 'hɜː', our: 'ˌaʊɚ', not: 'nˌɑːt' },
};

/** Contractions, and words that the dictionary lacks or has otherwise. */
export const CONTRACTIONS: Readonly<Record<string, string>> = {
  ...{ "don't": 'dˈoʊnt', "won't": 'wˈoʊnt', "can't": 'kˈænt', "isn't": 'ˈɪzənt', "aren't": 'ˈɑːɹnt' },
  ...{ "doesn't": 'dˈʌzənt', "didn't": 'dˈɪdənt', "wasn't": 'wˈʌzənt', "weren't": 'wˈɜːnt', "hasn't": 'hˈæzənt' },
  ...{ "haven't": 'hˈævənt', "hadn't": 'hˈædənt', "couldn't": 'kˈʊdənt', "shouldn't": 'ʃˈʊdənt' },
  ...{ "wouldn't": 'wˈʊdənt', "i'm": 'aɪm', "i'll": 'aɪl', "i've": 'aɪv', "i'd": 'aɪd', "you're": 'jʊɹ' },
  ...{ "you'll": 'juːl', "you've": 'juːv', "you'd": 'juːd', "we're": 'wɪɹ', "we'll": 'wiːl', "we've": 'wiːv' },
  ...{ "they're": 'ðɛɹ', "they'll": 'ðeɪl', "it's": 'ɪts', "that's": 'ðæts', "there's": 'ðɛɹz', "let's": 'lˈɛts' },
  ...{ eleven: 'ᵻlˈɛvən', thirteen: 'θˈɜːtiːn', fourteen: 'fˈoːɹtiːn', eighteen: 'ˈeɪtiːn', nineteen: 'nˈaɪntiːn' },
  ...{ thirty: 'θˈɜːɾi', eighty: 'ˈeɪɾi', hundred: 'hˈʌndɹəd', thousand: 'θˈaʊzənd', twentieth: 'twˈɛntiəθ' },
  ...{ thirtieth: 'θˈɜːɾiəθ', next: 'nˈɛkst', calls: 'kˈɔːlz', kept: 'kˈɛpt', enter: 'ˈɛntɚ', february: 'fˈɛbɹuːˌɛɹi' },
  ...{ international: 'ˌɪntɚnˈæʃənəl', megabytes: 'mˈɛɡəbˌaɪts', gigabytes: 'ɡˈɪɡəbˌaɪts', photo: 'fˈoʊɾoʊ' },
  ...{ does: 'dˈʌz', goes: 'ɡˈoʊz', says: 'sˈɛz', things: 'θˈɪŋz', authorise: 'ˈɔːθɚɹaɪz', authorised: 'ˈɔːθɚɹaɪzd' },
  ...{ unauthorised: 'ʌnˈɔːθɚɹaɪzd', authorisation: 'ˌɔːθɚɹɪzˈeɪʃən', touched: 'tˈʌtʃt', beyond: 'biˈɑːnd' },
  ...{ even: 'ˈiːvən', interest: 'ˈɪntɹɛst', data: 'dˈeɪɾə', unlimited: 'ʌnlˈɪmɪɾᵻd', instalments: 'ɪnstˈɔːlmənts' },
  ...{ wifi: 'wˈaɪfaɪ', seepa: 'sˈiːpə', eyeban: 'ˈaɪbæn', okay: 'oʊkˈeɪ', app: 'ˈæp', apps: 'ˈæps' },
};
