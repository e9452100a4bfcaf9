export * from '../../packages/server/src/index.ts'
