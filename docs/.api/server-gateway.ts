export * from '../../packages/server/src/gateway/index.ts'
