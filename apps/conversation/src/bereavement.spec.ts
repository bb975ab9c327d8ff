import { isBereaved } from './bereavement.js';

describe('isBereaved', () => {
  it.each([
    'my mother died, what happens to her account',
    'My dad passed away last week and I need to close his account',
    'I lost my husband in March. How do I cancel his card?',
    "How do I close my late wife's account?",
    'my grandmother has sadly passed on',
    'the account holder has died',
    'Do you have a bereavement team?',
    'I am the executor, which papers do you need?',
    'where do I send the death certificate',
    'our dog died, can I end the insurance',
    'My brother-in-law is dead, who do I tell?',
  ])('hears the loss in %j', (text) => expect(isBereaved(text)).toBe(true));

  it.each([
    "my phone's battery died",
    'my son passed his driving test, can I insure him',
    "I lost my wife's card",
    'what happens to my account when I die',
    'I lost my daughter at the fair',
    'my card died on me in the shop',
    'The line went dead while my wife was calling you',
    'Can my mother use my account?',
    'my friend in London, who lost his phone, wants to pay',
  ])('hears none in %j', (text) => expect(isBereaved(text)).toBe(false));
});
