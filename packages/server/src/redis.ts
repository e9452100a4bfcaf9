export { redisCounts, type RedisCountsOptions } from './counts/redis.ts'
