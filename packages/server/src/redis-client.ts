/** What of a Redis client is used: that of `ioredis` has it. */
export interface RedisClient {
  call(command: string, ...rest: (string | number)[]): Promise<unknown>
}

/** What of a connection that listens to a channel is used. */
export interface RedisSubscriber {
  on(event: 'message', listener: (channel: string, message: string) => void): unknown
  on(event: 'ready' | 'error', listener: () => void): unknown
  subscribe(channel: string): Promise<unknown>
  disconnect(): void
}

/** A client that makes another connection like its own: a connection that listens can do nothing else. That of `ioredis` does. */
export interface DuplicableRedisClient extends RedisClient {
  duplicate(): RedisSubscriber
}
