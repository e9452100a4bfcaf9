export * from '../../packages/testing/src/doubles/index.ts'
