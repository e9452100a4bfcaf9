export * from '../../packages/server/src/redis.ts'
