export * from '../../packages/protocol/src/index.ts'
