export { redisCounts, type RedisCountsOptions } from './counts/redis.ts'
export { redisRecords, type RedisRecordsOptions } from './records/redis.ts'
export type { RedisClient } from './redis-client.ts'
