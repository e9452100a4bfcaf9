/** What of a Redis client is used: that of `ioredis` has it. */
export interface RedisClient {
  call(command: string, ...rest: (string | number)[]): Promise<unknown>
}
