export * from '@chunkwise/client'
