export { redisCounts, type RedisCountsOptions } from './counts/redis.ts'
export { redisLocks, type RedisLocksOptions } from './locks/redis.ts'
export { redisRecords, type RedisRecordsOptions } from './records/redis.ts'
export type { DuplicableRedisClient, RedisClient, RedisSubscriber } from './redis-client.ts'
