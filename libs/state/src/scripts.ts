/**
 * The changes of a list and of the indexes of its users, each in one step: Redis runs a script alone. An index is a
 * sorted set of list keys; the score is the second at which the list expires.
 */
const SHARED = `
local function entry_of(item) return string.match(item, '^([^.\\n]*)%.') end
local function user_of(item) return string.match(item, '^[^.\\n]*%.([^.\\n]+)%.') end
local function users_of(items)
  local users = {}
  for _, item in ipairs(items) do
    local user = user_of(item)
    if user then users[user] = true end
  end
  return users
end
local function remove(list, base)
  for user in pairs(users_of(redis.call('LRANGE', list, 0, -1))) do redis.call('ZREM', base .. user, list) end
  return redis.call('UNLINK', list)
end
`;

/**
 * Appends an entry and drops the oldest ones over the limits. The list and the indexes of the users in it expire
 * `ttl` seconds later.
 *
 * KEYS: list. ARGV: base of the indexes, frame, entries, bytes, ttl. Returns 0 if the entry is already in the list.
 */
export const APPEND = `${SHARED}
local list, base, frame = KEYS[1], ARGV[1], ARGV[2]
local most, limit, ttl = tonumber(ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[5])
local items = redis.call('LRANGE', list, 0, -1)
local bytes, id = #frame, entry_of(frame)
for _, item in ipairs(items) do
  if entry_of(item) == id then return 0 end
  bytes = bytes + #item
end
local before, first = users_of(items), 1
items[#items + 1] = frame
while #items - first + 1 > most or bytes > limit do
  bytes = bytes - #items[first]
  first = first + 1
end
redis.call('RPUSH', list, frame)
if first > 1 then redis.call('LTRIM', list, first - 1, -1) end
redis.call('EXPIRE', list, ttl)
local now = tonumber(redis.call('TIME')[1])
local after = users_of({unpack(items, first)})
for user in pairs(before) do
  if not after[user] then redis.call('ZREM', base .. user, list) end
end
for user in pairs(after) do
  local index = base .. user
  redis.call('ZREMRANGEBYSCORE', index, '-inf', now - 1)
  redis.call('ZADD', index, now + ttl, list)
  redis.call('EXPIREAT', index, redis.call('ZRANGE', index, -1, -1, 'WITHSCORES')[2] + 1)
end
return 1
`;

/** Deletes a list and what the indexes say of it. KEYS: list. ARGV: base of the indexes. Returns the lists deleted. */
export const DELETE = `${SHARED}
return remove(KEYS[1], ARGV[1])
`;

/** Deletes all lists of a user, and the index. KEYS: index. ARGV: base of the indexes. Returns the lists deleted. */
export const DELETE_USER = `${SHARED}
local deleted = 0
for _, list in ipairs(redis.call('ZRANGE', KEYS[1], 0, -1)) do deleted = deleted + remove(list, ARGV[1]) end
redis.call('UNLINK', KEYS[1])
return deleted
`;
