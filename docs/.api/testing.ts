export * from '../../packages/testing/src/index.ts'
