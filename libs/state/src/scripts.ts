/**
 * Appends an entry, drops the oldest ones over the limits and sets the expiry, in one step: Redis runs a script alone.
 *
 * KEYS: list. ARGV: frame, entries, bytes, seconds to live. Returns 0 if the list already has the entry.
 */
export const APPEND = `
local list, frame = KEYS[1], ARGV[1]
local most, limit, ttl = tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local function entry_of(item) return string.match(item, '^([^.\\n]*)%.') end
local items, bytes = redis.call('LRANGE', list, 0, -1), #frame
for _, item in ipairs(items) do
  if entry_of(item) == entry_of(frame) then return 0 end
  bytes = bytes + #item
end
local drop = 0
while #items + 1 - drop > most or bytes > limit do
  drop = drop + 1
  bytes = bytes - #items[drop]
end
redis.call('RPUSH', list, frame)
redis.call('LTRIM', list, drop, -1)
redis.call('EXPIRE', list, ttl)
return 1
`;

/** Deletes the lists that hold an entry of a user. KEYS: lists. ARGV: hash of the user. Returns the lists deleted. */
export const DELETE_OF_USER = `
local function user_of(item) return string.match(item, '^[^.\\n]*%.([^.\\n]*)%.') end
local deleted = 0
for _, list in ipairs(KEYS) do
  for _, item in ipairs(redis.call('LRANGE', list, 0, -1)) do
    if user_of(item) == ARGV[1] then
      deleted = deleted + redis.call('UNLINK', list)
      break
    end
  end
end
return deleted
`;
