// Each is one step of Redis: nobody else comes in between. Their keys: `sums` of each account, and under the empty name of all;
// `state`: how many sessions have each status, and what else is counted; `sessions`: what each takes; `pending`: until when
// what was reserved counts by itself, though no record says so yet.
//
// Numbers in Lua are doubles: whole up to 2^53, which is 9 PB. No more is reserved.

const shared = `
local sums, state, sessions, pending = KEYS[1], KEYS[2], KEYS[3], KEYS[4]

local function sumsOf(name)
  local open, bytes, stored = string.match(redis.call('HGET', sums, name) or '0 0 0', '^(%S+) (%S+) (%S+)$')
  return tonumber(open), tonumber(bytes), tonumber(stored)
end

local function add(name, open, bytes, stored)
  local o, b, s = sumsOf(name)
  o, b, s = o + open, b + bytes, s + stored
  -- Nobody is remembered for what is over.
  if o == 0 and b == 0 and s == 0 then return redis.call('HDEL', sums, name) end
  return redis.call('HSET', sums, name, string.format('%.0f %.0f %.0f', o, b, s))
end

local function holdingOf(id)
  local text = redis.call('HGET', sessions, id)
  if not text then return nil end
  local status, bytes, stored, account = string.match(text, '^%d+ (%a+) (%d+) (%d+) (.*)$')
  return { status = status, bytes = tonumber(bytes), stored = tonumber(stored), account = account }
end

local function holdingIn()
  if ARGV[2] == '' then return nil end
  return { status = ARGV[2], bytes = tonumber(ARGV[3]), stored = tonumber(ARGV[4]), account = ARGV[5] }
end

local function count(holding, sign)
  if not holding then return end
  local isOpen = holding.status == 'uploading' or holding.status == 'verifying'
  for _, name in ipairs({ '', holding.account }) do
    add(name, isOpen and sign or 0, sign * holding.bytes, sign * holding.stored)
  end
  redis.call('HINCRBY', state, holding.status, sign)
end

local function promised()
  return tonumber(redis.call('HGET', state, 'promised') or '0')
end

local function put(id, holding)
  local before = holdingOf(id)
  count(before, -1)
  count(holding, 1)
  local more = (holding and holding.bytes or 0) - (before and before.bytes or 0)
  -- Only how much was added lately matters: it starts again before it is inexact.
  if more > 0 then redis.call('HSET', state, 'promised', string.format('%.0f', (promised() + more) % 2 ^ 53)) end
  if not holding then return redis.call('HDEL', sessions, id) end
  -- No two are alike, so that whoever has looked can tell whether anything has happened since.
  local change = redis.call('HINCRBY', state, 'changes', 1)
  local facts = string.format('%.0f %s %.0f %.0f ', change, holding.status, holding.bytes, holding.stored)
  return redis.call('HSET', sessions, id, facts .. holding.account)
end

-- One clock for all, unless a test has its own.
local function clock(given)
  if given ~= '' then return tonumber(given) end
  local time = redis.call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000)
end
`

/** `id account bytes stored openUploads ownerBytes totalBytes spare promised pendingMs now`: `fresh`, `more`, `held`, or a refusal. */
export const taking: string = `${shared}
local id, account, bytes, stored = ARGV[1], ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4])
local openUploads, ownerBytes, totalBytes = tonumber(ARGV[5]), tonumber(ARGV[6]), tonumber(ARGV[7])
local held = holdingOf(id)
local more = bytes - (held and held.bytes or 0)
if not held or more > 0 then
  local open, own = sumsOf(account)
  local _, all = sumsOf('')
  if not held and open + 1 > openUploads then return 'open' end
  if more > 0 then
    if more > math.min(ownerBytes, totalBytes) then return 'never' end
    if own + more > ownerBytes then return 'own' end
    if all + more > totalBytes then return 'all' end
    if ARGV[8] ~= '' and more > tonumber(ARGV[8]) - (promised() - tonumber(ARGV[9])) % 2 ^ 53 then return 'all' end
  end
  local taken = held or { status = 'uploading', account = account, stored = stored }
  put(id, { status = taken.status, account = taken.account, stored = taken.stored, bytes = bytes })
elseif not redis.call('ZSCORE', pending, id) then
  return 'held'
end
-- Whoever goes on with what another one reserved, keeps it too.
redis.call('ZADD', pending, string.format('%.0f', clock(ARGV[11]) + ARGV[10]), id)
return held and 'more' or 'fresh'
`

/** `id status bytes stored account pendingMs now`: sets it, or nothing without a status; for a time only, if that is given. */
export const setting: string = `${shared}
put(ARGV[1], holdingIn())
if ARGV[6] == '' then redis.call('ZREM', pending, ARGV[1])
else redis.call('ZADD', pending, string.format('%.0f', clock(ARGV[7]) + ARGV[6]), ARGV[1]) end
`

/** `id status bytes stored account seen now`: sets it if it is what was seen, and nobody is at work on it. */
export const amending: string = `${shared}
if (redis.call('HGET', sessions, ARGV[1]) or '') ~= ARGV[6] then return 0 end
local ends = redis.call('ZSCORE', pending, ARGV[1])
if ends and tonumber(ends) > clock(ARGV[7]) then return 0 end
redis.call('ZREM', pending, ARGV[1])
put(ARGV[1], holdingIn())
return 1
`

/** `pendingMs now id…`: what is reserved for them goes on counting. */
export const renewing: string = `${shared}
local ends = string.format('%.0f', clock(ARGV[2]) + ARGV[1])
for index = 3, #ARGV do redis.call('ZADD', pending, 'XX', ends, ARGV[index]) end
`

/** All sums, and the state as names and values. */
export const looking: string = `${shared}
return { redis.call('HGET', sums, '') or '0 0 0', redis.call('HGETALL', state) }
`
