import { SupervisedSystem } from '../supervised-system.js';
import { ownDataSuite } from './own-data.suite.js';
import { sampleShopSuite } from './sample-shop.suite.js';
import { Shop, type Shops } from './shop.js';
import { trainingSuite } from './training.suite.js';

const MINUTE_MS = 60_000;
const KEYS = 'key-of-default:default:operator,key-of-globex:globex:operator,key-of-guest:guest:operator';

/** The recommender, with the services that the pipelines of a shop need beside it. */
describe('The recommender of a running system', () => {
  let shops: Shops;
  const running = () => shops;

  beforeAll(async () => {
    const system = await SupervisedSystem.start({
      // Erasing a user also erases conversations and kept questions; a classifier belongs to one tenant.
      services: ['recommender', 'conversation', 'retrieval', 'analysis'],
      environments: { gateway: { LLMOS_API_KEYS: KEYS, LLMOS_SCHEDULE_MIN_SECONDS: '1' } },
      probe: { name: 'recommendation_system' },
      apiKey: 'key-of-default',
    });
    const [shop, globex, guest] = ['default', 'globex', 'guest'].map((name) => new Shop(system.url, `key-of-${name}`));
    shops = { system, shop: shop!, globex: globex!, guest: guest! };
  }, 10 * MINUTE_MS);
  afterAll(() => shops.system.stop(), 3 * MINUTE_MS);

  describe("(a tenant's own data)", () => ownDataSuite(running));
  describe('(the sample shop)', () => sampleShopSuite(running));
  describe('(trainings and tenants)', () => trainingSuite(running));
});
