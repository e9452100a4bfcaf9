export { redisLocks, type RedisLocksOptions } from './locks/redis.ts'
