//! What has to happen at once, as scripts: Redis runs one at a time, whole.
//!
//! A setting is the hash `PREFIX USER:KEY` with `rev` and `doc`. `USER#keys` is the sorted set of the user's keys,
//! `USER#rev` counts their writes, `USER#was:KEY` is the list of a key's revisions. A user's part has no `:` and no `#`.

/// KEYS: setting, keys, count, was. ARGV: key, expected revision, doc, end in ms or "", revisions kept, keys at most, what
/// stands before a key. Gives 0 and the revision, 1 where it is another one, 2 where the user has too many keys.
pub(super) const PUT: &str = r"
local rev = redis.call('HGET', KEYS[1], 'rev')
if (rev or '0') ~= ARGV[2] then return {1, 0} end
local max = tonumber(ARGV[6])
if not rev and redis.call('ZCARD', KEYS[2]) >= max then
  for _, key in ipairs(redis.call('ZRANGE', KEYS[2], 0, -1)) do
    if redis.call('EXISTS', ARGV[7] .. key) == 0 then redis.call('ZREM', KEYS[2], key) end
  end
  if redis.call('ZCARD', KEYS[2]) >= max then return {2, 0} end
end
local new = redis.call('INCR', KEYS[3])
local text = string.format('%.0f', new)
redis.call('HSET', KEYS[1], 'rev', text, 'doc', ARGV[3])
redis.call('ZADD', KEYS[2], 0, ARGV[1])
if not rev then redis.call('DEL', KEYS[4]) end
redis.call('LPUSH', KEYS[4], text .. ' ' .. ARGV[3])
redis.call('LTRIM', KEYS[4], 0, tonumber(ARGV[5]) - 1)
for _, name in ipairs({KEYS[1], KEYS[4]}) do
  if ARGV[4] == '' then redis.call('PERSIST', name) else redis.call('PEXPIREAT', name, ARGV[4]) end
end
return {0, text}
";

/// KEYS: setting, keys, was. ARGV: key, expected revision. Gives 0 when done, 1 where it is another revision.
pub(super) const DELETE: &str = r"
if (redis.call('HGET', KEYS[1], 'rev') or '0') ~= ARGV[2] then return 1 end
redis.call('DEL', KEYS[1], KEYS[3])
redis.call('ZREM', KEYS[2], ARGV[1])
return 0
";

/// KEYS: keys. ARGV: what stands before a key, how many at most. Gives key, revision and doc, one after the other.
pub(super) const ALL: &str = r"
local found = {}
for _, key in ipairs(redis.call('ZRANGE', KEYS[1], 0, tonumber(ARGV[2]) - 1)) do
  local it = redis.call('HMGET', ARGV[1] .. key, 'rev', 'doc')
  if it[1] and it[2] then
    found[#found + 1] = key
    found[#found + 1] = it[1]
    found[#found + 1] = it[2]
  else
    redis.call('ZREM', KEYS[1], key)
  end
end
return found
";
